//! What the formats with one kind of file have in common: examples in, rows into the file of their split, and a count of
//! what was left out.

use std::path::Path;

use ragstill_core::Example;
use serde::Serialize;

use crate::error::Result;
use crate::format::{ExampleWriter, Target, Written};
use crate::jsonl::JsonlPart;
use crate::options::ExportOptions;
use crate::splits::{DataFile, Naming, Part, Splits};

/// A format with one kind of file.
pub(crate) trait RowFormat: Send {
    /// The file that its rows go into.
    type Part: Part;

    /// Writes the rows of an example.
    fn write(&mut self, example: &Example, rows: &mut Rows<'_, Self::Part>) -> Result<()>;

    /// Called when the files have their names: writes what stands beside them, and says what a user has to know.
    fn finish(&mut self, _files: &[DataFile]) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Where an example's rows go.
pub(crate) struct Rows<'a, P: Part> {
    splits: &'a mut Splits<P>,
    split: usize,
    left_out: &'a mut LeftOut,
}

impl<P: Part> Rows<'_, P> {
    /// The file for one more row.
    pub(crate) fn next(&mut self) -> Result<&mut P> {
        self.splits.next_row(self.split)
    }

    /// The index of the example's split.
    pub(crate) fn split(&self) -> usize {
        self.split
    }

    /// Counts the example as left out for this reason: a sentence's end that begins with `they`.
    pub(crate) fn leave_out(&mut self, reason: &str) {
        self.left_out.count(reason);
    }
}

impl Rows<'_, JsonlPart> {
    /// Writes a row.
    pub(crate) fn line(&mut self, row: &impl Serialize) -> Result<()> {
        self.next()?.line(row)
    }
}

/// How many examples were left out, by the reason, in the order in which the reasons came up.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Vec<(String, u64)>);

impl LeftOut {
    /// Counts one more.
    pub(crate) fn count(&mut self, reason: &str) {
        match self.0.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => self.0.push((reason.to_owned(), 1)),
        }
    }

    /// The counts.
    pub(crate) fn into_counts(self) -> Vec<(String, u64)> {
        self.0
    }
}

struct RowWriter<F: RowFormat> {
    format: F,
    splits: Splits<F::Part>,
    left_out: LeftOut,
}

/// Starts a format at the path that was asked for.
pub(crate) fn create<F: RowFormat + 'static>(
    format: F,
    target: &Target,
    options: &ExportOptions,
    plan: <F::Part as Part>::Plan,
) -> Result<Box<dyn ExampleWriter>> {
    create_at(format, &target.path, Naming::After, target, options, plan)
}

/// Starts a format at another path, with another naming.
pub(crate) fn create_at<F: RowFormat + 'static>(
    format: F,
    path: &Path,
    naming: Naming,
    target: &Target,
    options: &ExportOptions,
    plan: <F::Part as Part>::Plan,
) -> Result<Box<dyn ExampleWriter>> {
    let splits = Splits::create(path, &target.splits, naming, options.shard_rows, plan)?;
    Ok(Box::new(RowWriter { format, splits, left_out: LeftOut::default() }))
}

impl<F: RowFormat> ExampleWriter for RowWriter<F> {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        let mut rows = Rows { splits: &mut self.splits, split, left_out: &mut self.left_out };
        self.format.write(&example, &mut rows)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let Self { mut format, splits, left_out } = *self;
        let files = splits.finish()?;
        let hint = format.finish(&files)?;
        let files = files.into_iter().map(|file| (file.path, file.rows)).collect();
        Ok(Written { files, left_out: left_out.into_counts(), hint })
    }
}
