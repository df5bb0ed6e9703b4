//! `ragstill score`.
//!
//! The rows are scored as they are read and written at once, but for a Parquet file: which columns it has is known only
//! when all rows were seen, so that they are read and scored a second time for it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use ragstill_core::RECORD_ID_FIELD;
use ragstill_engine::{Error, Result};
use ragstill_export::{TableFile, TableFormat, TableShape};
use ragstill_ingest::{Input, Place, ReadOptions, Sourced};
use ragstill_score::{Score, Scorer, answer_text, answer_texts};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::args::ScoreArgs;
use crate::show::{count, number};

/// Faults that are told in full, and how many of them may say the same; more are counted.
const LISTED: usize = 20;
const ALIKE: usize = 3;
/// Fields of a row that a message names.
const NAMED: usize = 20;

/// Scores the answers of a file of rows.
pub fn score(args: &ScoreArgs) -> Result<ExitCode> {
    let format = checked_out(args)?;
    let rows = open(args)?;
    let mut job =
        Job { args, scorer: Scorer::new(args.normalization), report: Report::of(args), quiet: false };
    if let (Some(path), Some(TableFormat::Parquet)) = (&args.out, format) {
        let mut shape = TableShape::default();
        job.read(&rows, |row, place| {
            shape.add(row).map_err(|fault| Error::mistake(format!("{place}: {fault}")))
        })?;
        let mut file = TableFile::create(path, TableFormat::Parquet, shape)?;
        let first = std::mem::replace(&mut job.report, Report::of(args));
        job.quiet = true;
        job.read(&rows, |row, _| Ok(file.row(row)?))?;
        if job.report != first {
            return Err(Error::failed(format!("{} changed while it was read", args.file.display())));
        }
        file.finish()?;
    } else if let (Some(path), Some(format)) = (&args.out, format) {
        let mut file = TableFile::create(path, format, TableShape::default())?;
        job.read(&rows, |row, _| Ok(file.row(row)?))?;
        file.finish()?;
    } else {
        job.read(&rows, |_, _| Ok(()))?;
    }
    super::print(&job.report.shown(args.json)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The format of the file to write; what is wrong with the options is told before anything is read.
fn checked_out(args: &ScoreArgs) -> Result<Option<TableFormat>> {
    let keys = [("--output-key", &args.output_key), ("--em-key", &args.em_key)];
    for (flag, key) in keys {
        if key.is_empty() || *key == RECORD_ID_FIELD {
            return Err(Error::mistake(format!(
                "{flag}: a field cannot be called `{key}`; give another name"
            )));
        }
    }
    if args.output_key == args.em_key {
        return Err(Error::mistake(format!(
            "--output-key and --em-key are both `{}`; give two names",
            args.em_key
        )));
    }
    let Some(path) = &args.out else { return Ok(None) };
    let told = |why: &str| Error::mistake(format!("--out {}: {why}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() {
        return Err(told("is a folder; name a file in it"));
    }
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(told(&format!("there is no folder {}; make it first", folder.display())));
    }
    TableFormat::of(path)
        .map(Some)
        .ok_or_else(|| told("the name must end in .jsonl, .json or .parquet, which says what is written"))
}

/// Opens the rows.
fn open(args: &ScoreArgs) -> Result<Input> {
    let rows = Input::open(std::slice::from_ref(&args.file), &ReadOptions::default())?;
    if let Some(document) = rows.inventory().formats.keys().find(|format| format.is_document()) {
        return Err(Error::mistake(format!(
            "{}: holds no rows but {document}; give JSON, JSONL, CSV, TSV or Parquet",
            args.file.display()
        )));
    }
    Ok(rows)
}

/// What is wrong with rows.
#[derive(Default)]
struct Faults {
    /// What was told, without places.
    told: Vec<String>,
    lines: Vec<String>,
    more: u64,
}

impl Faults {
    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn add(&mut self, fault: String, place: &Place) {
        let alike = self.told.iter().filter(|told| **told == fault).count();
        if self.lines.len() < LISTED && alike < ALIKE {
            self.lines.push(format!("{place}: {fault}"));
            self.told.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn told(mut self) -> Error {
        if self.more > 0 {
            self.lines.push(format!("and {} like these", count(self.more, "more fault")));
        }
        Error::mistakes(self.lines)
    }
}

/// What scoring needs beside the rows.
struct Job<'a> {
    args: &'a ScoreArgs,
    scorer: Scorer,
    report: Report<'a>,
    /// Whether what cannot be read was told of before.
    quiet: bool,
}

impl Job<'_> {
    /// Scores every row, and gives each on with its scores.
    fn read(
        &mut self,
        rows: &Input,
        mut each: impl FnMut(&Map<String, Value>, &Place) -> Result<()>,
    ) -> Result<()> {
        let mut faults = Faults::default();
        for item in rows.records() {
            let row = match item {
                Ok(row) => row,
                Err(error) if self.args.strict => return Err(error.into()),
                Err(error) => {
                    if !self.quiet {
                        eprintln!("warning: {error}");
                    }
                    self.report.unreadable += 1;
                    continue;
                }
            };
            match self.score(&row) {
                Ok(score) if faults.is_empty() && self.args.out.is_some() => {
                    let place = row.place.clone();
                    each(&self.scored(row, score), &place)?;
                }
                Ok(_) => {}
                Err(fault) => faults.add(fault, &row.place),
            }
        }
        if !faults.is_empty() {
            return Err(faults.told());
        }
        if self.report.rows == 0 {
            return Err(Error::mistake(format!("{}: there are no rows in it", self.args.file.display())));
        }
        Ok(())
    }

    /// # Errors
    /// What is wrong with the row.
    fn score(&mut self, row: &Sourced) -> std::result::Result<Score, String> {
        let fields = &row.record.fields;
        if self.args.out.is_some() {
            for (flag, key) in [("--output-key", &self.args.output_key), ("--em-key", &self.args.em_key)] {
                if fields.contains_key(key) {
                    return Err(format!("the row has a field `{key}` already; give another with {flag}"));
                }
            }
        }
        let value = |name: &str| fields.get(name).ok_or_else(|| missing(name, fields));
        let (prediction, truth) = (value(&self.args.prediction)?, value(&self.args.truth)?);
        let named = |name: &str, fault: String| format!("field `{name}` {fault}");
        let prediction = answer_text(prediction).map_err(|fault| named(&self.args.prediction, fault))?;
        let truths = answer_texts(truth).map_err(|fault| named(&self.args.truth, fault))?;
        let score = self.scorer.score(&prediction, &truths);
        let is_blank = |text: &str| text.trim().is_empty();
        self.report.add(score, is_blank(&prediction), truths.iter().all(|text| is_blank(text)));
        Ok(score)
    }

    /// The row as it is written.
    fn scored(&self, row: Sourced, score: Score) -> Map<String, Value> {
        let mut fields = row.record.fields;
        if row.own_id {
            fields.shift_insert(0, RECORD_ID_FIELD.to_owned(), Value::from(row.record.id.as_str()));
        }
        fields.insert(self.args.output_key.clone(), Value::from(score.f1));
        fields.insert(self.args.em_key.clone(), Value::from(u8::from(score.exact_match)));
        fields
    }
}

fn missing(name: &str, fields: &Map<String, Value>) -> String {
    let mut known: Vec<String> = fields.keys().take(NAMED).map(|name| format!("`{name}`")).collect();
    if fields.len() > NAMED {
        known.push(format!("{} more", fields.len() - NAMED));
    }
    let known = if known.is_empty() { "no fields at all".to_owned() } else { known.join(", ") };
    format!("the row has no field `{name}`; it has {known}")
}

/// What is said at the end.
#[derive(Debug, PartialEq, Serialize)]
struct Report<'a> {
    file: &'a Path,
    normalization: &'static str,
    /// Those that were scored.
    rows: u64,
    /// The mean.
    f1: f64,
    /// The share of rows that match exactly.
    em: f64,
    exact_matches: u64,
    without_prediction: u64,
    without_truth: u64,
    /// Rows that could not be read and were left out.
    unreadable: u64,
    out: Option<&'a Path>,
    #[serde(skip)]
    sum: f64,
}

impl<'a> Report<'a> {
    fn of(args: &'a ScoreArgs) -> Self {
        Self {
            file: &args.file,
            normalization: args.normalization.as_str(),
            rows: 0,
            f1: 0.0,
            em: 0.0,
            exact_matches: 0,
            without_prediction: 0,
            without_truth: 0,
            unreadable: 0,
            out: args.out.as_deref(),
            sum: 0.0,
        }
    }

    fn add(&mut self, score: Score, no_prediction: bool, no_truth: bool) {
        self.rows += 1;
        self.sum += score.f1;
        self.exact_matches += u64::from(score.exact_match);
        self.without_prediction += u64::from(no_prediction);
        self.without_truth += u64::from(no_truth);
        self.f1 = self.sum / self.rows as f64;
        self.em = self.exact_matches as f64 / self.rows as f64;
    }

    fn shown(&self, json: bool) -> Result<String> {
        if json {
            let json = serde_json::to_string(self).map_err(|error| Error::failed(error.to_string()))?;
            return Ok(format!("{json}\n"));
        }
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: {}, {}", self.file.display(), count(self.rows, "row"), self.normalization);
        let _ = writeln!(out, "  F1             {:.4}", self.f1);
        let _ = writeln!(out, "  EM             {:.4}  ({})", self.em, count(self.exact_matches, "row"));
        let _ = writeln!(out, "  no prediction  {}", number(self.without_prediction));
        let _ = writeln!(out, "  no truth       {}", number(self.without_truth));
        if self.unreadable > 0 {
            let _ = writeln!(out, "  unreadable     {} (told above; left out)", number(self.unreadable));
        }
        if let Some(path) = self.out {
            let _ = writeln!(out, "  written        {}", path.display());
        }
        Ok(out)
    }
}
