//! Where finished rows go.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ragstill_core::{Record, Reject};
use ragstill_export::WholeFile;
use serde::{Deserialize, Serialize};

use super::order::Park;
use super::pipeline::RowResult;
use crate::error::Result;

/// Takes finished rows in input order.
pub(crate) trait Sink: Send {
    /// Takes the next row.
    fn accept(&mut self, row: RowLines) -> Result<()>;
}

/// A finished row as the lines it adds to the files: what is left of it while it waits for its turn.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct RowLines {
    /// Lines of `records.jsonl`.
    pub records: Vec<String>,
    /// Lines of `rejects.jsonl`, each with its step and reason.
    pub rejects: Vec<RejectLine>,
    /// How many of the rejects are no sign of trouble.
    pub filtered: u64,
    /// How many records have no result.
    pub pending: u64,
    /// Lines of other files, by the number of the file.
    pub lines: Vec<(usize, String)>,
}

/// A line of `rejects.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RejectLine {
    /// The step.
    pub operator: String,
    /// The reason.
    pub reason: String,
    /// The whole line.
    pub line: String,
}

impl RowLines {
    /// The lines of a row.
    pub(crate) fn of(result: RowResult) -> Self {
        Self {
            records: result.records.iter().map(Record::to_json_line).collect(),
            rejects: result
                .rejects
                .into_iter()
                .map(|reject| {
                    let line = Reject::to_json_line(&reject);
                    RejectLine { operator: reject.operator, reason: reject.reason, line }
                })
                .collect(),
            filtered: result.filtered,
            pending: result.pending,
            lines: result.lines,
        }
    }
}

impl Park for RowLines {
    fn weight(&self) -> usize {
        let rejects = self.rejects.iter().map(|reject| reject.line.len() + reject.reason.len() + 64);
        let lines = self.lines.iter().map(|(_, line)| line.len() + 32);
        self.records.iter().map(|line| line.len() + 24).chain(rejects).chain(lines).sum::<usize>() + 64
    }

    fn to_bytes(&self) -> Vec<u8> {
        // Plain structures with string keys always serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        serde_json::from_slice(bytes).map_err(io::Error::other)
    }
}

/// The most different reasons that are counted apart.
const REASONS: usize = 1000;

/// A reason without the words that it quotes in back quotes, so that equal troubles are counted together. Names, which
/// have no space in them and no letters beyond ASCII, stay.
fn without_quotations(reason: &str) -> String {
    let parts: Vec<&str> = reason.split('`').collect();
    let last = parts.len() - 1;
    let shortened: Vec<&str> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let is_name = !part.contains(' ') && part.is_ascii();
            if at % 2 == 1 && at < last && !is_name { "…" } else { *part }
        })
        .collect();
    shortened.join("`")
}

/// `records.jsonl`, `rejects.jsonl` and other files of lines, and what the summary says of them.
#[derive(Debug)]
pub(crate) struct Files {
    records: WholeFile,
    rejects: WholeFile,
    /// Other files by their numbers.
    others: BTreeMap<usize, WholeFile>,
    /// Finished records.
    pub kept: u64,
    /// Dropped ones.
    pub rejected: u64,
    /// Those without a result.
    pub pending: u64,
    /// Rejects by step and reason.
    pub reasons: BTreeMap<(String, String), u64>,
}

impl Files {
    /// Starts the files.
    pub(crate) fn create(records: &Path, rejects: &Path, others: &[(usize, PathBuf)]) -> Result<Self> {
        let others = others.iter().map(|(number, path)| Ok((*number, WholeFile::create(path)?)));
        Ok(Self {
            records: WholeFile::create(records)?,
            rejects: WholeFile::create(rejects)?,
            others: others.collect::<Result<_>>()?,
            kept: 0,
            rejected: 0,
            pending: 0,
            reasons: BTreeMap::new(),
        })
    }

    /// Takes the files away unfinished; those that have their names stay.
    pub(crate) fn discard(self) {
        self.records.discard();
        self.rejects.discard();
        self.others.into_values().for_each(WholeFile::discard);
    }

    /// Gives the files their names.
    pub(crate) fn finish(self) -> Result<()> {
        let files = [self.records, self.rejects].into_iter().chain(self.others.into_values());
        Ok(WholeFile::finish_all(files.collect())?)
    }
}

impl Sink for Files {
    fn accept(&mut self, row: RowLines) -> Result<()> {
        for line in &row.records {
            self.records.write_line(line)?;
            self.kept += 1;
        }
        for reject in &row.rejects {
            self.rejects.write_line(&reject.line)?;
            self.rejected += 1;
            let mut key = (reject.operator.clone(), without_quotations(&reject.reason));
            if self.reasons.len() >= REASONS && !self.reasons.contains_key(&key) {
                key.1 = "other reasons".to_owned();
            }
            *self.reasons.entry(key).or_insert(0) += 1;
        }
        for (number, line) in &row.lines {
            if let Some(file) = self.others.get_mut(number) {
                file.write_line(line)?;
            }
        }
        self.pending += row.pending;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::without_quotations;

    #[test]
    fn quoted_words_go_and_names_stay() {
        let shortened =
            without_quotations("the field `text` is no list; it starts `some words here`, see `a b");
        assert_eq!(shortened, "the field `text` is no list; it starts `…`, see `a b");
        assert_eq!(without_quotations("score 2: `答案相同。`"), "score 2: `…`");
        assert_eq!(without_quotations(""), "");
        assert_eq!(without_quotations("no quotes"), "no quotes");
    }
}
