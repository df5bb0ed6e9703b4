//! From the records of a run directory to a trainer's file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use ragstill_core::{RECORD_ID_FIELD, Record, RecordId};
use ragstill_export::{Format, Written};
use serde_json::{Map, Value};

use super::dir::{CONFIG, read_config};
use super::summary::Exported;
use crate::error::{Error, Result};
use crate::recipe::{ExampleSpec, Examples};

/// The folder of a run's exports.
const FOLDER: &str = "examples";

/// Writes the records of a run in a format: into `out`, or where the run keeps its examples.
///
/// # Errors
/// When there is no run in the directory, its recipe makes no examples of the format's kind, or a file cannot be read or
/// written.
pub fn export_run(run: &Path, format: &Format, out: Option<&Path>) -> Result<Exported> {
    let config = read_config(run)?.ok_or_else(|| {
        Error::mistake(format!("{}: there is no {CONFIG} here; name the directory of a run", run.display()))
    })?;
    let specs: Vec<ExampleSpec> = config
        .get("examples")
        .cloned()
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| Error::mistake(format!("{}/{CONFIG}: `examples`: {error}", run.display())))?
        .unwrap_or_default();
    if !specs.iter().any(|spec| spec.kind() == format.kind) {
        return Err(Error::mistake(format!(
            "the format `{}` holds {} examples, and the recipe of {} makes none",
            format.name,
            format.kind.as_str(),
            run.display()
        )));
    }
    let fields: Vec<String> = match first_record(run)? {
        Some(record) => record.fields.keys().cloned().collect(),
        None => Vec::new(),
    };
    let examples = if fields.is_empty() {
        None
    } else {
        let compiled = Examples::compile(&specs, &fields).map_err(|faults| {
            Error::mistakes(
                faults.into_iter().map(|(index, fault)| format!("example {}: {fault}", index + 1)).collect(),
            )
        })?;
        Some(compiled)
    };
    export_records(run, examples.as_ref(), format, out)
}

/// Writes the records of a run with examples that are compiled already; without examples there are no records.
pub(crate) fn export_records(
    run: &Path,
    examples: Option<&Examples>,
    format: &Format,
    out: Option<&Path>,
) -> Result<Exported> {
    let path = match out {
        Some(path) => path.to_owned(),
        None => {
            let folder = run.join(FOLDER);
            std::fs::create_dir_all(&folder)
                .map_err(|error| Error::failed(format!("{}: cannot be made: {error}", folder.display())))?;
            folder.join(format.file_name)
        }
    };
    let mut writer = (format.create)(&path)?;
    if let Some(examples) = examples {
        for record in read_records(run)? {
            for example in examples.of(&record?, format.kind).map_err(Error::failed)? {
                writer.write(&example)?;
            }
        }
    }
    let Written { path, rows, left_out } = writer.finish()?;
    let left_out = left_out.map(|(count, why)| (count, why.to_owned()));
    Ok(Exported { format: format.name.to_owned(), path, rows, left_out })
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
pub fn read_records(run: &Path) -> Result<impl Iterator<Item = Result<Record>>> {
    let path = records_file(run);
    let file = File::open(&path).map_err(|error| {
        Error::mistake(format!(
            "{}: cannot be read: {error}; the run has not written its records yet: run it to the end, or interrupt it once",
            path.display()
        ))
    })?;
    Ok(BufReader::with_capacity(1 << 16, file).lines().enumerate().map(move |(number, line)| {
        let broken = |why: String| {
            Error::failed(format!("{}:{}: this is not a record: {why}", path.display(), number + 1))
        };
        let line = line.map_err(|error| broken(error.to_string()))?;
        let mut fields: Map<String, Value> =
            serde_json::from_str(&line).map_err(|error| broken(error.to_string()))?;
        match fields.shift_remove(RECORD_ID_FIELD) {
            Some(Value::String(id)) => Ok(Record::new(RecordId::given(id), fields)),
            _ => Err(broken(format!("it has no `{RECORD_ID_FIELD}`"))),
        }
    }))
}
