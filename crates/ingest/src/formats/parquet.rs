//! Parquet: a row a record.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use serde_json::Value;

use super::Row;
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The rows of a file. Lists and structures become lists and objects, bytes Base64, dates and times text.
pub(super) struct Table {
    rows: RowIter<'static>,
    file: Arc<str>,
    /// The number of the row read last, from 1.
    number: u64,
    done: bool,
}

impl Table {
    /// # Errors
    /// When the file's description of itself cannot be read.
    pub(super) fn new(content: File, file: Arc<str>) -> Result<Self, Fault> {
        // The library checks much of a file, but not all of it.
        let opened = catch_unwind(|| {
            SerializedFileReader::new(content).map(|reader| RowIter::from_file_into(Box::new(reader)))
        });
        match opened {
            Ok(Ok(rows)) => Ok(Self { rows, file, number: 0, done: false }),
            Ok(Err(error)) => Err(broken(Place::file(file), &error)),
            Err(_) => Err(crashed(Place::file(file))),
        }
    }
}

impl Iterator for Table {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = catch_unwind(AssertUnwindSafe(|| Some(self.rows.next()?.map(|row| row.to_json_value()))));
        self.number += 1;
        let place = || Place::line(Arc::clone(&self.file), self.number);
        let row = match row {
            Ok(None) => {
                self.done = true;
                return None;
            }
            Ok(Some(Ok(Value::Object(fields)))) => Ok(Row { fields, line: self.number }),
            Ok(Some(Ok(_))) => Err(crashed(place())),
            Ok(Some(Err(error))) => Err(broken(place(), &error)),
            Err(_) => Err(crashed(place())),
        };
        // Where the next row lies is not known.
        self.done = row.is_err();
        Some(row)
    }
}

fn broken(place: Place, error: &ParquetError) -> Fault {
    let message =
        format!("is not a Parquet file that can be read ({error}); write it again, or leave it out");
    Fault::new(ErrorKind::Broken, place, message)
}

fn crashed(place: Place) -> Fault {
    Fault::new(ErrorKind::Broken, place, "is a damaged Parquet file; write it again, or leave it out")
}
