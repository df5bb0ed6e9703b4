//! What the formats of one JSON object a line have in common.

use std::path::Path;

use ragstill_core::Example;

use crate::error::Result;
use crate::format::{ExampleWriter, Written};
use crate::whole_file::WholeFile;

/// Turns an example into a line, or says why the format cannot hold it.
pub(crate) type Line = fn(&Example) -> Result<Result<String, &'static str>>;

struct Jsonl {
    file: WholeFile,
    line: Line,
    rows: u64,
    left_out: Option<(u64, &'static str)>,
}

/// A file of one line for each example.
pub(crate) fn create(path: &Path, line: Line) -> Result<Box<dyn ExampleWriter>> {
    Ok(Box::new(Jsonl { file: WholeFile::create(path)?, line, rows: 0, left_out: None }))
}

impl ExampleWriter for Jsonl {
    fn write(&mut self, example: &Example) -> Result<()> {
        match (self.line)(example)? {
            Ok(line) => {
                self.rows += 1;
                self.file.write_line(&line)
            }
            Err(reason) => {
                self.left_out = Some((self.left_out.map_or(1, |(count, _)| count + 1), reason));
                Ok(())
            }
        }
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        Ok(Written { path: self.file.finish()?, rows: self.rows, left_out: self.left_out })
    }
}
