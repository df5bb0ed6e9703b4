//! The lines of a file of records.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use ragstill_core::Record;

use crate::error::{Error, Result};

/// A line, with or without its line break.
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    /// From 1.
    pub(super) number: usize,
}

impl Line {
    /// The whole record.
    pub(super) fn record(&self, path: &Path) -> Result<Record> {
        let text = std::str::from_utf8(&self.bytes).map_err(|error| self.broken(path, &error.to_string()))?;
        Record::from_json_line(text).map_err(|why| self.broken(path, &why))
    }

    /// Says that it is not a record.
    pub(super) fn broken(&self, path: &Path, why: &str) -> Error {
        Error::failed(format!("{}:{}: this is not a record: {why}", path.display(), self.number))
    }
}

/// The lines from the first on.
pub(super) struct Lines {
    path: PathBuf,
    file: BufReader<File>,
    number: usize,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), file: open_records(path)?, number: 0 })
    }
}

impl Iterator for Lines {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.number += 1;
        let mut bytes = Vec::new();
        match self.file.read_until(b'\n', &mut bytes) {
            Ok(0) => None,
            Ok(_) => Some(Ok(Line { bytes, number: self.number })),
            Err(error) => Some(Err(unreadable(&self.path, &error.to_string()))),
        }
    }
}

/// Opens a file of records.
pub(super) fn open_records(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| {
        Error::mistake(format!(
            "{}: cannot be read: {error}; the run has not written its records yet: run it to the end, or interrupt it once",
            path.display()
        ))
    })?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// Says that a file of records cannot be read.
pub(super) fn unreadable(path: &Path, why: &str) -> Error {
    Error::failed(format!("{}: cannot be read: {why}", path.display()))
}
