//! Reading alone: a gigabyte of JSON Lines, its texts cut into chunks, nothing done with them.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use ragstill_ingest::{ChunkOptions, Input, ReadOptions};
use serde_json::json;

use super::negatives_duplicates::Passage;
use crate::check::{Check, Target, Unit, Usage};
use crate::client::child as run_child;
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "read-rows";

/// Bytes of the file.
const BYTES: u64 = 1_000_000_000;

/// Passages in a row: some of the texts are longer than a chunk.
const LONGEST: usize = 9;

/// Reads the file in a process that does nothing else.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let Some(paths) = reference::find(NAME, &["passages/corpus.jsonl"]) else { return Ok(Vec::new()) };
    let rows = lab.fresh("rows.jsonl");
    let bytes = write_rows(&rows, &reference::rows(&paths[0])?)?;
    let bench = &lab.tools.bench;
    let mut command = Command::new(bench);
    command.args(["--child", "measure", "--"]).arg(bench).args(["--child", "read", "--"]).arg(&rows);
    let took = run_child(command, &rows.with_extension("messages"))?;
    std::fs::remove_file(&rows)?;
    let usage = Usage { cpu: took.cpu, peak: took.peak, first_request_ms: None, others: None };
    #[expect(clippy::cast_precision_loss, reason = "a gigabyte")]
    let speed = (bytes as f64 / 1e6 / took.wall, Unit::Count);
    let peak = (usage.peak_megabytes(), Unit::Megabytes);
    let size = (bytes, took.wall);
    Ok(vec![
        Check::number(NAME, "megabytes a second", size, speed, Target::AtLeast(250.0)),
        Check::number(NAME, "peak memory", size, peak, Target::AtMost(200.0)).usage(usage),
    ])
}

/// Rows of one to [`LONGEST`] passages each, until the file is long enough.
fn write_rows(path: &Path, passages: &[Passage]) -> Result<u64> {
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    let (mut bytes, mut row) = (0, 0);
    while bytes < BYTES {
        let texts: Vec<&str> = (0..1 + row % LONGEST)
            .map(|at| passages[(row * 31 + at * 7) % passages.len()].text.as_str())
            .collect();
        let line = json!({"id": row, "title": format!("Row {row}"), "text": texts.join("\n\n")}).to_string();
        writeln!(file, "{line}")?;
        bytes += line.len() as u64 + 1;
        row += 1;
    }
    file.flush().with_context(|| path.display().to_string())?;
    Ok(bytes)
}

/// Reads a file: the argument of the child.
///
/// # Errors
/// When a row cannot be read.
pub fn child(arguments: &[String]) -> Result<()> {
    let [path] = arguments else { bail!("expected a file") };
    let chunk = ChunkOptions { rows: true, ..ChunkOptions::default() };
    let options = ReadOptions { chunk, ..ReadOptions::default() };
    let mut records = 0_u64;
    for item in Input::open(&[PathBuf::from(path)], &options)?.records() {
        item?;
        records += 1;
    }
    println!("{records} records");
    Ok(())
}
