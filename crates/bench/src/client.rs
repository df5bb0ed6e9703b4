//! The measured client: one whole `ragstill run`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::child::Took;
use crate::server::MODEL;
use crate::tools::Tools;

/// The arguments of one `ragstill run`.
#[derive(Debug, Clone)]
pub struct RunArguments {
    /// The recipe's name or file.
    pub recipe: String,
    /// The documents.
    pub input: PathBuf,
    /// The run directory.
    pub out: PathBuf,
    /// The teacher's address.
    pub teacher: String,
    /// Requests in flight.
    pub concurrency: usize,
}

impl RunArguments {
    /// The words after the program's name.
    pub fn words(&self) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let concurrency = self.concurrency.to_string();
        let out = path(&self.out);
        let input = path(&self.input);
        [
            "run",
            &self.recipe,
            "--input",
            &input,
            "--out",
            &out,
            "--teacher",
            &self.teacher,
            "--model",
            MODEL,
            "--concurrency",
            &concurrency,
        ]
        .map(str::to_owned)
        .to_vec()
    }
}

/// Runs `ragstill` to its end under a measuring parent.
///
/// # Errors
/// When it cannot be started or does not succeed: the message holds the end of what it said.
pub fn measured(tools: &Tools, arguments: &RunArguments) -> Result<Took> {
    let mut command = Command::new(&tools.bench);
    command.args(["--child", "measure", "--"]).arg(&tools.ragstill).args(arguments.words());
    child(command, &arguments.out.with_extension("messages"))
}

/// Runs a child of the benchmark to its end, its messages into a file, and reads what it reports.
///
/// # Errors
/// When it cannot be started, or does not succeed: the message holds the end of its messages.
pub fn child(mut command: Command, messages: &Path) -> Result<Took> {
    let file = File::create(messages).with_context(|| messages.display().to_string())?;
    let output = command.stdout(Stdio::piped()).stderr(file).output()?;
    let said = || std::fs::read_to_string(messages).unwrap_or_default();
    if !output.status.success() {
        bail!("the measuring child failed: {}", tail(&said()));
    }
    let took: Took = serde_json::from_slice(&output.stdout).context("the measuring child's report")?;
    match took.code {
        Some(0) => Ok(took),
        Some(code) => bail!("the run ended with exit code {code}: {}", tail(&said())),
        None => bail!("the run was ended by a signal: {}", tail(&said())),
    }
}

/// The last lines of a text.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

/// What a run says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct RunJson {
    /// Finished records.
    pub records: u64,
    /// Dropped ones.
    pub rejects: u64,
}

/// The `run.json` of a run directory.
///
/// # Errors
/// When there is none.
pub fn run_json(out: &Path) -> Result<RunJson> {
    let path = out.join("run.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::{RunArguments, tail};

    #[test]
    fn the_command_line_is_what_a_user_would_type() {
        let arguments = RunArguments {
            recipe: "rare".into(),
            input: "docs.jsonl".into(),
            out: "out".into(),
            teacher: "http://localhost:1/v1".into(),
            concurrency: 7,
        };
        assert_eq!(
            arguments.words().join(" "),
            "run rare --input docs.jsonl --out out --teacher http://localhost:1/v1 --model fake-teacher --concurrency 7"
        );
    }

    #[test]
    fn the_tail_is_short() {
        let text: String = (0..20).map(|n| format!("{n}\n")).collect();
        assert_eq!(tail(&text).lines().collect::<Vec<_>>(), ["12", "13", "14", "15", "16", "17", "18", "19"]);
        assert_eq!(tail("one"), "one");
    }
}
