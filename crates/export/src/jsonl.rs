//! Files of one JSON object a line.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::splits::Part;
use crate::whole_file::{ClosedFile, WholeFile};

/// A file of JSON lines.
pub(crate) struct JsonlPart {
    file: WholeFile,
    path: PathBuf,
    /// The line being made, kept so that its memory is.
    line: Vec<u8>,
}

impl JsonlPart {
    /// Appends a row. Text is written as it is, in UTF-8; only what JSON demands is escaped.
    pub(crate) fn line(&mut self, row: &impl Serialize) -> Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, row).map_err(|error| Error::write(&self.path, error.into()))?;
        self.line.push(b'\n');
        self.file.write(&self.line)
    }
}

impl JsonlPart {
    /// Adds a row that is a line of JSON already, with its line break.
    pub(crate) fn made(&mut self, line: &[u8]) -> Result<()> {
        self.file.write(line)
    }
}

impl Part for JsonlPart {
    type Plan = ();

    fn create(path: &Path, _plan: &()) -> Result<Self> {
        Ok(Self { file: WholeFile::create(path)?, path: path.to_owned(), line: Vec::new() })
    }

    fn close(self) -> Result<ClosedFile> {
        self.file.close()
    }
}
