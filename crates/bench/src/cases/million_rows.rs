//! A million tiny records: memory must not grow with the rows.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{
    Context, Define, Fields, Monitor, Node, Operator, Outcome, Registry, RunOptions, Status, check,
};
use ragstill_ingest::Input;
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::{Check, Target, Unit, Usage};
use crate::client::child as run_child;
use crate::lab::Lab;

/// The case's name.
pub const NAME: &str = "million-rows";

const ROWS: u64 = 1_000_000;

const RECIPE: &str = "\
recipe: million
steps:
  - operator: Length
";

/// An operator that asks nobody: what is measured is the engine.
#[derive(Debug)]
struct Length;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoOptions {}

impl Define for Length {
    type Config = NoOptions;

    const NAME: &'static str = "Length";
    const ABOUT: &'static str = "notes the length of the text";

    fn build(_: NoOptions, _: &Prompts) -> ragstill_engine::Result<Self> {
        Ok(Self)
    }

    fn previews(_: &mut Previews) {}
}

#[async_trait]
impl Operator for Length {
    fn fields(&self) -> Fields {
        Fields { reads: vec!["text".to_owned()], writes: vec!["length".to_owned()], reads_corpus: Vec::new() }
    }

    async fn apply(&self, record: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
        Ok(match record.text("text") {
            Ok(text) => Outcome::Keep(Map::from_iter([("length".to_owned(), Value::from(text.len()))])),
            Err(reason) => Outcome::Reject(reason),
        })
    }
}

/// A million records through one step, in a process that does nothing else.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let input = lab.fresh("rows.jsonl");
    write_rows(&input, ROWS)?;
    let out = lab.fresh("out");
    let bench = &lab.tools.bench;
    let mut command = Command::new(bench);
    command.args(["--child", "measure", "--"]).arg(bench).args(["--child", "million", "--"]);
    command.arg(&input).arg(&out);
    let took = run_child(command, &out.with_extension("messages"))?;
    let usage = Usage { cpu: took.cpu, peak: took.peak, first_request_ms: None, others: None };
    #[expect(clippy::cast_precision_loss, reason = "a million")]
    let speed = ROWS as f64 / took.wall;
    let peak = (usage.peak_megabytes(), Unit::Megabytes);
    Ok(vec![
        Check::number(NAME, "peak memory", (ROWS, took.wall), peak, Target::AtMost(200.0)).usage(usage),
        Check::number(NAME, "rows a second", (ROWS, took.wall), (speed, Unit::Count), Target::None),
    ])
}

fn write_rows(path: &Path, rows: u64) -> Result<()> {
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    for row in 1..=rows {
        writeln!(file, r#"{{"text":"record {row}"}}"#)?;
    }
    file.flush().with_context(|| path.display().to_string())
}

/// Runs the recipe over an input into a directory: the arguments of the child.
///
/// # Errors
/// When the run does not complete.
pub fn child(arguments: &[String]) -> Result<()> {
    let [input, out] = arguments else { bail!("expected an input and a directory") };
    run_rows(&PathBuf::from(input), &PathBuf::from(out)).map(drop)
}

/// Returns the number of finished records.
fn run_rows(input: &Path, out: &Path) -> Result<u64> {
    let mut registry = Registry::default();
    registry.add::<Length>();
    let checked = check(&Node::parse("million.yaml", RECIPE)?, &registry)?;
    let input = Input::open(&[input.to_owned()], &checked.recipe.input.read_options())?;
    let options = RunOptions { out: out.to_owned(), offline: false, keep_going: false };
    let monitor = Arc::new(Monitor::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let summary = runtime.block_on(ragstill_engine::run(checked, &registry, &input, &options, &monitor))?;
    match summary.status {
        Status::Complete => Ok(summary.records),
        status => bail!("the run ended as {status:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{run_rows, write_rows};

    #[test]
    fn every_row_comes_out_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("rows.jsonl"), folder.path().join("out"));
        write_rows(&input, 300).unwrap();
        assert_eq!(run_rows(&input, &out).unwrap(), 300);
        let records = std::fs::read_to_string(out.join("records.jsonl")).unwrap();
        let last: serde_json::Value = serde_json::from_str(records.lines().last().unwrap()).unwrap();
        assert_eq!(
            (records.lines().count(), &last["text"], &last["length"]),
            (300, &"record 300".into(), &10.into())
        );
    }
}
