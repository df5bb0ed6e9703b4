//! From the records of a run directory to trainers' files.

mod lines;
mod order;

use std::path::{Path, PathBuf};

use ragstill_core::{Example, ExampleKind, Record};
use ragstill_export::{ExampleWriter, Format, Target, find_format};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::dir::{CONFIG, read_config};
use super::summary::Exported;
use crate::error::{Error, Result};
use crate::recipe::{ExampleSpec, Examples, ExportSpec, Recipe, Split, no_examples};
use lines::{Line, Lines};
use order::{Deal, Order};

/// Records whose examples are made together, for each core: few, so that what is made of them stays in its cache.
const BATCH: usize = 64;

/// The folder of a run's exports.
const FOLDER: &str = "examples";

/// What a run made, to be exported: the recipe's examples over its records.
#[derive(Debug)]
pub struct RunExamples {
    run: PathBuf,
    /// None when there are no records.
    examples: Option<Examples>,
    kinds: Vec<ExampleKind>,
    split_by: Vec<String>,
    export: Vec<ExportSpec>,
}

impl RunExamples {
    /// Those of a run directory.
    ///
    /// # Errors
    /// When there is no run in the directory, or its records cannot be read.
    pub fn open(run: &Path) -> Result<Self> {
        let config = read_config(run)?.ok_or_else(|| {
            Error::mistake(format!(
                "{}: there is no {CONFIG} here; name the directory of a run",
                run.display()
            ))
        })?;
        let specs: Vec<ExampleSpec> = setting(run, &config, "examples")?;
        let fields: Vec<String> =
            first_record(run)?.map_or_else(Vec::new, |record| record.fields.keys().cloned().collect());
        let examples = if fields.is_empty() {
            None
        } else {
            Some(Examples::compile(&specs, &fields).map_err(|faults| {
                let faults = faults.into_iter();
                Error::mistakes(
                    faults.map(|(index, fault)| format!("example {}: {fault}", index + 1)).collect(),
                )
            })?)
        };
        Ok(Self {
            run: run.to_owned(),
            examples,
            kinds: specs.iter().map(ExampleSpec::kind).collect(),
            split_by: setting(run, &config, "split_by")?,
            export: setting(run, &config, "export")?,
        })
    }

    /// Those of a run that has just written its records.
    pub(crate) fn of(run: &Path, recipe: &Recipe, examples: Examples) -> Self {
        Self {
            run: run.to_owned(),
            examples: Some(examples),
            kinds: recipe.examples.iter().map(ExampleSpec::kind).collect(),
            split_by: recipe.split_by.clone(),
            export: recipe.export.clone(),
        }
    }

    /// How the run writes a format; one that it does not write has its defaults.
    pub fn spec(&self, format: &str) -> ExportSpec {
        let own = self.export.iter().find(|spec| spec.format == format);
        own.cloned().unwrap_or_else(|| ExportSpec::new(format))
    }

    /// The examples of these kinds, in the order of the records.
    ///
    /// # Errors
    /// When there is no file of records, or, as an item, when a record is broken or makes no example.
    pub fn iter(&self, kinds: &'static [ExampleKind]) -> Result<impl Iterator<Item = Result<Example>> + '_> {
        let lines = self.examples.as_ref().map(|_| read_lines(&self.run)).transpose()?;
        Ok(lines.into_iter().flatten().flat_map(move |line| {
            match line.and_then(|line| self.of_line(&line, kinds)) {
                Ok(examples) => examples.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        }))
    }

    /// The examples of a record. What its templates do not use is not looked at.
    fn of_line(&self, line: &Line, kinds: &[ExampleKind]) -> Result<Vec<Example>> {
        let Some(examples) = &self.examples else { return Ok(Vec::new()) };
        let record = examples.view(&line.bytes).map_err(|why| line.broken(&records_file(&self.run), &why))?;
        examples.of(&record, kinds).map_err(Error::failed)
    }

    /// Writes the examples as `spec` says: into `out`, or where the run keeps its examples.
    ///
    /// # Errors
    /// When the run makes no examples of the format's kinds, the format cannot hold one of them, or a file cannot be read
    /// or written.
    pub fn export(&self, spec: &ExportSpec, out: Option<&Path>) -> Result<Exported> {
        let format = find_format(&spec.format)
            .ok_or_else(|| Error::mistake(format!("there is no format `{}`", spec.format)))?;
        if !self.kinds.iter().any(|kind| format.kinds.contains(kind)) {
            return Err(Error::mistake(no_examples(
                format,
                &format!("the recipe of {}", self.run.display()),
            )));
        }
        let path = match out {
            Some(path) => existing_folder(path)?,
            None => self.own_place(spec, format)?,
        };
        let exported = self.write(spec, format, &path);
        if exported.is_err() {
            // Files that are not whole have gone; so shall the folder that was made for them, if there is nothing in it.
            let _ = std::fs::remove_dir(&path);
        }
        exported
    }

    /// Whether the run that wrote the records came to its end.
    pub fn is_finished(&self) -> bool {
        super::dir::is_complete(&self.run)
    }

    fn write(&self, spec: &ExportSpec, format: &Format, path: &Path) -> Result<Exported> {
        let splits = spec.splits();
        let target = Target { path: path.to_owned(), splits };
        let mut writer = format.start(&target, &spec.options)?;
        if self.examples.is_none() {
            // There are no records.
        } else if spec.split.is_none() && spec.shuffle.is_none() {
            let lines = read_lines(&self.run)?.map(|line| Ok((line?, 0)));
            self.write_lines(spec, format, lines, &mut *writer)?;
        } else {
            let path = records_file(&self.run);
            let mut order = Order::of(&path, &self.split_by)?;
            let seed = spec.shuffle.unwrap_or(0);
            let all = [("train".to_owned(), 1.0)];
            let shares = spec.split.as_ref().map_or(&all[..], Split::shares);
            let dealt = order.deal(&Deal { shares, seed, shuffle: spec.shuffle.is_some() });
            let lines = dealt.into_iter().enumerate().map(|(number, (offset, split))| {
                let bytes = order.line(&path, offset)?;
                Ok((Line { bytes, number: number + 1 }, split))
            });
            self.write_lines(spec, format, lines, &mut *writer)?;
        }
        let written = writer.finish()?;
        let rows = written.files.iter().map(|(_, rows)| rows).sum();
        let ragstill_export::Written { files, left_out, hint, .. } = written;
        Ok(Exported { format: format.name.to_owned(), files, rows, left_out, hint })
    }

    /// Writes the examples of lines of records, each with its split. They are made on all cores, some at a time, while those
    /// before them are written and the lines after them read.
    fn write_lines(
        &self,
        spec: &ExportSpec,
        format: &Format,
        mut lines: impl Iterator<Item = Result<(Line, usize)>> + Send,
        writer: &mut dyn ExampleWriter,
    ) -> Result<()> {
        let make = |(line, split): (Line, usize)| {
            let examples = self.of_line(&line, format.kinds)?;
            Ok((examples.into_iter().map(|example| spec.masked(example)).collect(), split))
        };
        let size = BATCH * rayon::current_num_threads();
        let mut batch: Vec<(Line, usize)> = Vec::new();
        let mut made: Vec<(Vec<Example>, usize)> = Vec::new();
        loop {
            let (now, before) = (std::mem::take(&mut batch), std::mem::take(&mut made));
            let write = || {
                before.into_iter().try_for_each(|(examples, split)| {
                    examples.into_iter().try_for_each(|example| writer.write(example, split))
                })
            };
            let (read, (next, written)) = rayon::join(
                || lines.by_ref().take(size).collect::<Result<Vec<_>>>(),
                || rayon::join(|| now.into_par_iter().map(make).collect::<Result<Vec<_>>>(), write),
            );
            // What stands first in the records is told first.
            written?;
            (made, batch) = (next?, read?);
            if made.is_empty() && batch.is_empty() {
                return Ok(());
            }
        }
    }

    /// Where a run keeps an export.
    fn own_place(&self, spec: &ExportSpec, format: &Format) -> Result<PathBuf> {
        let path = self.run.join(FOLDER).join(spec.file.as_deref().unwrap_or(format.file_name));
        let folder = path.parent().unwrap_or(&self.run);
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::failed(format!("{}: cannot be made: {error}", folder.display())))?;
        Ok(path)
    }
}

/// A path whose folder is there.
fn existing_folder(path: &Path) -> Result<PathBuf> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(Error::mistake(format!(
            "{}: cannot be written: there is no folder {}",
            path.display(),
            folder.display()
        ))),
        _ => Ok(path.to_owned()),
    }
}

/// A setting of a run's configuration.
fn setting<T: DeserializeOwned + Default>(run: &Path, config: &Value, name: &str) -> Result<T> {
    let read = config.get(name).cloned().map(serde_json::from_value).transpose();
    read.map(Option::unwrap_or_default)
        .map_err(|error| Error::mistake(format!("{}/{CONFIG}: `{name}`: {error}", run.display())))
}

/// The file of finished records.
fn records_file(run: &Path) -> PathBuf {
    run.join(super::RECORDS)
}

/// The first finished record of a run, if it has one.
///
/// # Errors
/// As [`read_records`].
pub fn first_record(run: &Path) -> Result<Option<Record>> {
    read_records(run)?.next().transpose()
}

/// The finished records of a run.
///
/// # Errors
/// When there is no file of records, or, as an item, when a line of it is not a record.
pub fn read_records(run: &Path) -> Result<impl Iterator<Item = Result<Record>> + use<>> {
    let path = records_file(run);
    Ok(Lines::open(&path)?.map(move |line| line.and_then(|line| line.record(&path))))
}

/// The lines of the finished records of a run.
fn read_lines(run: &Path) -> Result<Lines> {
    Lines::open(&records_file(run))
}
