//! The command `ragstill negatives` as a user runs it: read, index, mine, write.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use super::negatives_duplicates::{Passage, Question};
use crate::check::{Check, Target, Unit, Usage};
use crate::client::child;
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "negatives-100k";

const QUESTIONS: usize = 100_000;

/// 100,000 rows, each a question with its passage, over 20,000 passages, on two threads.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let files = ["passages/corpus.jsonl", "passages/queries_short.jsonl"];
    let Some(paths) = reference::find(NAME, &files) else { return Ok(Vec::new()) };
    let rows = lab.fresh("rows.jsonl");
    write_rows(&rows, &reference::rows(&paths[0])?, &reference::rows(&paths[1])?)?;
    let out = lab.fresh("negatives.jsonl");
    let mut command = Command::new(&lab.tools.bench);
    command.args(["--child", "measure", "--"]).arg(&lab.tools.ragstill).arg("negatives").arg(&rows);
    command.arg("--corpus").arg(&paths[0]).arg("--out").arg(&out);
    command.env("RAYON_NUM_THREADS", "2");
    let took = child(command, &out.with_extension("messages"))?;
    let lines = std::fs::read(&out)?.iter().filter(|byte| **byte == b'\n').count();
    anyhow::ensure!(lines == QUESTIONS, "{lines} rows were written");
    let usage = Usage { cpu: took.cpu, peak: took.peak, first_request_ms: None, others: None };
    let wall = (took.wall, Unit::Seconds);
    let check =
        Check::number(NAME, "whole command", (QUESTIONS as u64, took.wall), wall, Target::AtMost(8.0));
    Ok(vec![check.usage(usage)])
}

/// Writes the rows: the questions again and again, each time with another word at the end.
fn write_rows(path: &Path, passages: &[Passage], questions: &[Question]) -> Result<()> {
    let texts: HashMap<&str, &str> =
        passages.iter().map(|passage| (passage.id.as_str(), passage.text.as_str())).collect();
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    for row in 0..QUESTIONS {
        let (round, at) = (row / questions.len(), row % questions.len());
        let Question { question, gold } = &questions[at];
        let text = texts.get(gold.as_str()).context("a question without its passage")?;
        // The first round has the questions as they are; in the others each borrows a word of another.
        let other = &questions[(at + 97 * round) % questions.len()].question;
        let word = if round == 0 { "" } else { other.split_whitespace().next_back().unwrap_or_default() };
        writeln!(file, "{}", json!({"question": format!("{question} {word}").trim_end(), "text": text}))?;
    }
    file.flush().with_context(|| path.display().to_string())
}
