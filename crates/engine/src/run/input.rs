//! The input of a run: checked whole before anything is spent, then read again row by row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ragstill_core::{Record, Reject, seeded_rng};
use ragstill_ingest::{ErrorKind, Excluded, Input, Screener, Sourced, read_contamination};
use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};

use super::pipeline::INPUT;
use crate::error::{Error, Result};
use crate::operator::Corpus;
use crate::recipe::Recipe;

/// Faults that are listed one by one; more are counted.
const LISTED: usize = 20;
/// Rows that are read ahead.
const AHEAD: usize = 256;
/// The field of a record that was left out, with the details.
const EXCLUDED: &str = "excluded";

/// What is known of an input that was read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct CheckedInput {
    /// The records to be worked on: those that were drawn, or else all, those that are left out included.
    pub rows: u64,
    /// The numbers of those that were drawn, in order, when some were.
    drawn: Option<Arc<[u64]>>,
    /// Those that are left out.
    pub excluded: Arc<Excluded>,
    /// What could not be read.
    pub failures: Failures,
}

/// Files and rows that could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failures {
    /// The first of them, each in a line with its place and what to do.
    pub listed: Vec<String>,
    /// How many there are.
    pub count: u64,
}

impl Failures {
    fn add(&mut self, fault: String) {
        if self.listed.len() < LISTED {
            self.listed.push(fault);
        }
        self.count += 1;
    }

    /// A line each, and one for those that are not listed.
    pub(crate) fn lines(mut self) -> Vec<String> {
        let more = self.count - self.listed.len() as u64;
        if more > 0 {
            self.listed.push(format!("and {more} more faults like these"));
        }
        self.listed
    }

    /// As `run.json` has them.
    pub(crate) fn to_json(&self) -> Value {
        json!({"count": self.count, "listed": self.listed})
    }
}

/// A row of the input, and why it is left out, if it is.
#[derive(Debug)]
pub(crate) struct InputRow {
    pub record: Record,
    pub excluded: Option<Reject>,
}

/// Reads the whole input once: counts its rows, finds those to leave out, and checks that each has the fields it needs and
/// none that a step will write. Draws those to be worked on, when not all are.
///
/// # Errors
/// Every fault of the rows' fields with its file and line, the first twenty of them in full; what cannot be read likewise,
/// when the settings are strict or there is nothing else.
pub(crate) fn check_input(
    input: &Input,
    recipe: &Recipe,
    writes: &BTreeMap<String, String>,
) -> Result<CheckedInput> {
    let settings = &recipe.input;
    let evaluation = match &settings.decontaminate[..] {
        [] => None,
        files => Some(read_contamination(files, settings.decontaminate_words)?),
    };
    let mut screener = Screener::new(&settings.text_field, settings.dedup, evaluation);
    let (mut faults, mut failures) = (Failures::default(), Failures::default());
    let mut rows = 0_u64;
    let mut lots = settings.sample.map(|_| Vec::new());
    for item in input.records() {
        match item {
            // Which column holds the text is for the user to say, and true of all rows.
            Err(error) if error.kind() == ErrorKind::NoTextColumn => faults.add(error.to_string()),
            Err(error) => failures.add(error.to_string()),
            Ok(sourced) => {
                let Sourced { record, place, .. } = &sourced;
                rows += 1;
                for field in &settings.fields {
                    if let Err(fault) = record.text(field) {
                        faults.add(format!("{place}: {fault}; every record of the input needs it"));
                    }
                }
                for (field, step) in writes {
                    if record.fields.contains_key(field) {
                        faults.add(format!(
                            "{place}: the record has a field `{field}` already, which step `{step}` would overwrite; rename the field, or give the step another output field with --set {step}.<option>=<name>"
                        ));
                    }
                }
                screener.push(&sourced);
                if let Some(lots) = &mut lots {
                    lots.push(seeded_rng(recipe.seed, &record.id, "input.sample").next_u64());
                }
            }
        }
    }
    let mut lines = faults.lines();
    if settings.strict || (lines.is_empty() && rows == 0) {
        lines.extend(failures.clone().lines());
        if lines.is_empty() && rows == 0 {
            lines.push("the input has no records: no file has any text in it".to_owned());
        }
    }
    if !lines.is_empty() {
        return Err(Error::mistakes(lines));
    }
    let excluded = screener.finish(|| input.records().filter_map(std::result::Result::ok));
    let drawn: Option<Arc<[u64]>> =
        settings.sample.zip(lots).map(|(sample, lots)| draw(sample, lots, &excluded).into());
    let rows = drawn.as_ref().map_or(rows, |drawn| drawn.len() as u64);
    Ok(CheckedInput { rows, drawn, excluded: Arc::new(excluded), failures })
}

/// The numbers of so many records, in order: of those that are not left out the ones with the lowest lots. A lot hangs on the
/// seed and the record alone, so a larger sample has all of a smaller one.
fn draw(sample: u64, lots: Vec<u64>, excluded: &Excluded) -> Vec<u64> {
    let mut lots: Vec<(u64, u64)> = lots.into_iter().zip(0..).collect();
    lots.retain(|(_, number)| excluded.get(*number).is_none());
    lots.sort_unstable();
    lots.truncate(usize::try_from(sample).unwrap_or(usize::MAX));
    let mut numbers: Vec<u64> = lots.into_iter().map(|(_, number)| number).collect();
    numbers.sort_unstable();
    numbers
}

/// Checks that the run directory is not among the input: the next run would read its files as documents.
///
/// # Errors
/// When it lies in a folder of the input.
pub(crate) fn check_out_is_elsewhere(paths: &[PathBuf], out: &Path) -> Result<()> {
    let out_path = true_path(out);
    match paths.iter().find(|path| path.is_dir() && out_path.starts_with(true_path(path))) {
        Some(path) => Err(Error::mistake(format!(
            "{}: the run directory lies in the input {}, so that the next run would read its files as documents; choose another --out",
            out.display(),
            path.display()
        ))),
        None => Ok(()),
    }
}

/// A path with no links and no `..` in it, as far as it exists.
fn true_path(path: &Path) -> PathBuf {
    path.ancestors()
        .find_map(|above| {
            let here = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            Some(here.canonicalize().ok()?.join(path.strip_prefix(above).ok()?))
        })
        .unwrap_or_else(|| path.to_owned())
}

/// Reads up to `limit` rows, of those that were drawn, on a thread of its own, a little ahead of who takes them. The thread ends when nobody takes
/// any more.
pub(crate) fn stream(input: &Input, checked: &CheckedInput, limit: u64) -> Receiver<Result<InputRow>> {
    let (sender, receiver) = channel(AHEAD);
    let records = input.records();
    let excluded = Arc::clone(&checked.excluded);
    let drawn = checked.drawn.clone();
    let known = checked.failures.count;
    tokio::task::spawn_blocking(move || {
        let (mut numbers, mut taken, mut failed) = (0_u64.., 0, 0);
        for item in records {
            let row = match item {
                Ok(_) if taken == limit => break,
                Ok(Sourced { record, .. }) => {
                    let number = numbers.next().unwrap_or(u64::MAX);
                    if drawn.as_ref().is_some_and(|drawn| drawn.get(taken as usize) != Some(&number)) {
                        continue;
                    }
                    taken += 1;
                    Ok(row_of(record, number, &excluded))
                }
                Err(error) => {
                    failed += 1;
                    if failed <= known {
                        continue;
                    }
                    // The input was checked: what is wrong now and was not then has changed since.
                    Err(Error::failed(format!("the input changed while the run went on: {error}")))
                }
            };
            let broken = row.is_err();
            if sender.blocking_send(row).is_err() || broken {
                break;
            }
        }
    });
    receiver
}

fn row_of(mut record: Record, number: u64, excluded: &Excluded) -> InputRow {
    let excluded = excluded.get(number).map(|exclusion| {
        record.fields.insert(EXCLUDED.to_owned(), exclusion.details());
        Reject { record: record.clone(), operator: INPUT.to_owned(), reason: exclusion.reason().to_owned() }
    });
    InputRow { record, excluded }
}

/// The input as operators see it before the first row: without what is left out.
#[derive(Debug)]
pub(crate) struct InputCorpus<'a>(pub &'a Input, pub &'a CheckedInput);

impl Corpus for InputCorpus<'_> {
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record>> + Send + '_> {
        let excluded = &self.1.excluded;
        let readable = self.0.records().filter_map(std::result::Result::ok);
        let kept = (0..).zip(readable).filter(|(number, _)| excluded.get(*number).is_none());
        Box::new(kept.map(|(_, sourced)| Ok(sourced.record)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::check_out_is_elsewhere;

    #[test]
    fn a_run_directory_within_the_input_is_found_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let docs = folder.path().join("docs");
        std::fs::create_dir(&docs).unwrap();
        std::fs::write(folder.path().join("one.md"), "A file.").unwrap();
        let refused = |input: PathBuf, out: PathBuf| check_out_is_elsewhere(&[input], &out).is_err();
        assert!(refused(docs.clone(), docs.join("new/out")));
        assert!(refused(docs.clone(), docs.clone()));
        assert!(refused(folder.path().to_owned(), docs.join("../out")));
        assert!(!refused(docs.clone(), folder.path().join("docs-out")));
        assert!(!refused(docs.clone(), docs.join("../out")));
        assert!(!refused(folder.path().join("one.md"), folder.path().join("out")));
        assert!(!refused("-".into(), "out".into()));
    }
}
