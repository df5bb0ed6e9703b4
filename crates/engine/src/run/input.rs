//! The input of a run: checked whole before anything is spent, then read again row by row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ragstill_core::Record;
use ragstill_ingest::{Input, Sourced};
use tokio::sync::mpsc::{Receiver, channel};

use crate::error::{Error, Result};
use crate::operator::Corpus;

/// Faults that are listed one by one; more are counted.
const LISTED: usize = 20;
/// Rows that are read ahead.
const AHEAD: usize = 256;

/// Reads the whole input once: counts its rows and checks that each has the fields it needs and none that a step will
/// write.
///
/// # Errors
/// Every fault with its file and line, the first twenty of them in full.
pub(crate) fn check_input(input: &Input, needs: &[String], writes: &BTreeMap<String, String>) -> Result<u64> {
    let mut faults = Vec::new();
    let mut more = 0_u64;
    let mut rows = 0_u64;
    for item in input.records() {
        let mut add = |fault: String| {
            if faults.len() < LISTED {
                faults.push(fault);
            } else {
                more += 1;
            }
        };
        match item {
            Err(error) => error.faults().iter().for_each(|fault| add(fault.to_string())),
            Ok(Sourced { record, place }) => {
                rows += 1;
                for field in needs {
                    if let Err(fault) = record.text(field) {
                        add(format!("{place}: {fault}; every record of the input needs it"));
                    }
                }
                for (field, step) in writes {
                    if record.fields.contains_key(field) {
                        add(format!(
                            "{place}: the record has a field `{field}` already, which step `{step}` would overwrite; rename the field, or give the step another output field with --set {step}.<option>=<name>"
                        ));
                    }
                }
            }
        }
    }
    if more > 0 {
        faults.push(format!("and {more} more faults like these"));
    }
    if faults.is_empty() && rows == 0 {
        faults.push("the input has no records: no file has any text in it".to_owned());
    }
    if faults.is_empty() { Ok(rows) } else { Err(Error::mistakes(faults)) }
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

/// Reads up to `limit` rows on a thread of its own, a little ahead of who takes them. The thread ends when nobody takes
/// any more.
pub(crate) fn stream(input: &Input, limit: u64) -> Receiver<Result<Record>> {
    let (sender, receiver) = channel(AHEAD);
    let records = input.records();
    tokio::task::spawn_blocking(move || {
        for item in records.take(usize::try_from(limit).unwrap_or(usize::MAX)) {
            // The input was checked: what is wrong now has changed since.
            let item = item
                .map(|sourced| sourced.record)
                .map_err(|error| Error::failed(format!("the input changed while the run went on: {error}")));
            let broken = item.is_err();
            if sender.blocking_send(item).is_err() || broken {
                break;
            }
        }
    });
    receiver
}

/// The whole input as operators see it before the first row.
#[derive(Debug)]
pub(crate) struct InputCorpus<'a>(pub &'a Input);

impl Corpus for InputCorpus<'_> {
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record>> + Send + '_> {
        Box::new(self.0.records().map(|item| Ok(item?.record)))
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
