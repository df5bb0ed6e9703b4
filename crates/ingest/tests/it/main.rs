//! Paths to records, as the engine reads them.

// Helpers are outside of `#[test]` functions, where the lint does not know that they are test code.
#![allow(clippy::unwrap_used)]

mod documents;
mod formats;
#[cfg(unix)]
mod paths;
mod reference;
mod rows;
mod stdin;

use std::fs;
use std::path::{Path, PathBuf};

use ragstill_ingest::{Error, Input, ReadOptions, Records};
use tempfile::TempDir;

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, content) in files {
        write(folder.path(), path, content);
    }
    folder
}

fn write(folder: &Path, path: &str, content: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Opens paths under a folder with the default options.
fn open(folder: &TempDir, paths: &[&str]) -> Result<Input, Error> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
    Input::open(&paths, &ReadOptions::default())
}

/// The whole folder as one input.
fn open_all(folder: &TempDir) -> Input {
    Input::open(&[folder.path().to_owned()], &ReadOptions::default()).unwrap()
}

/// What a reading gives, a line a record: `id source-or-place json`, faults as `! message`, with the folder's own path
/// left out.
fn lines(folder: &TempDir, records: Records) -> Vec<String> {
    let own = format!("{}/", folder.path().display());
    records
        .map(|item| match item {
            Ok(sourced) => format!("{} {}", sourced.place, sourced.record.to_json_line()),
            Err(error) => format!("! {error}"),
        })
        .map(|line| line.replace(&own, ""))
        .collect()
}

/// The message of a failed opening, with the folder's own path left out.
fn message(folder: &TempDir, error: &Error) -> String {
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

/// The ids of an input's records, which must all be readable.
fn ids(input: &Input) -> Vec<String> {
    input.records().map(|item| item.unwrap().record.id.to_string()).collect()
}
