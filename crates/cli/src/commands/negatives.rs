//! `ragstill negatives`.
//!
//! Rows are read, mined and written at the same time, each by its own thread, batch by batch in the order of the file.

use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ragstill_core::Record;
use ragstill_engine::{Error, Result};
use ragstill_export::WholeFile;
use ragstill_ingest::{Input, Place, ReadOptions};
use ragstill_operators::{Ask, Duplicates, Mined, Miner, MinerOptions, Strategy};
use ragstill_retrieve::{DocId, Passage, own_id};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use serde_json::Value;

use super::index::unusable;
use super::model::open_index;
use super::search::{bm25_params, read_corpus, unanswered};
use super::told;
use crate::args::NegativesArgs;

/// Rows that are mined together.
const BATCH: usize = 2048;

/// Rows that one thread makes lines of at a time.
const CHUNK: usize = 64;

/// Batches that wait for the next thread.
const AHEAD: usize = 2;

/// Adds hard negatives to rows that have a question and the passage that answers it.
pub fn negatives(args: &NegativesArgs) -> Result<ExitCode> {
    let options = miner_options(args);
    options.check(|name| format!("--{}", name.replace('_', "-")))?;
    let read_options = ReadOptions { text_field: args.text.clone(), ..ReadOptions::default() };
    let rows = Input::open(std::slice::from_ref(&args.file), &read_options)?;
    let Checked { rows: expected, failed, names, texts } = check_rows(args, &rows)?;
    let of_passages = |passages: Vec<Passage<'static>>| -> (Vec<String>, Vec<String>) {
        let passages = passages.into_iter();
        passages.map(|passage| (passage.id.into_owned(), passage.text.into_owned())).unzip()
    };
    let (names, miner) = if let Some(folder) = &args.index {
        let collection = open_index(folder, args.retriever, &args.model, args.graph)?;
        let passages =
            (0..collection.len() as DocId).map(|doc| collection.passage(doc).map(Passage::into_owned));
        let (names, texts) = of_passages(passages.collect::<std::result::Result<_, _>>().map_err(unusable)?);
        (names, Miner::over(Box::new(collection), texts, options)?)
    } else if args.corpus.is_empty() {
        (names, Miner::new(texts, options)?)
    } else {
        let (names, texts) = of_passages(read_corpus(&args.corpus, &args.text)?);
        (names, Miner::new(texts, options)?)
    };
    let job = Job { args, miner, names };
    let out = Output::open(args)?;
    let counts = std::thread::scope(|scope| {
        let (read, batches) = sync_channel(AHEAD);
        let (lines, written) = sync_channel(AHEAD);
        let records = rows.records();
        scope.spawn(move || send_batches(records, &read));
        let writer = scope.spawn(move || out.write(&written));
        let counts = job.mine(&batches, &lines);
        // Without senders and receivers the other threads end, also when this one failed.
        drop((batches, lines));
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A fault of the input explains an unfinished output, and not the other way round.
        let counts = counts?;
        if counts.rows != expected {
            return Err(Error::failed(format!("{} changed while it was read", args.file.display())));
        }
        written?.finish()?;
        Ok::<_, Error>(counts)
    })?;
    eprintln!("{} rows", counts.rows);
    if failed > 0 {
        eprintln!("{failed} more could not be read and were left out (the warnings above)");
    }
    if counts.short > 0 {
        eprintln!(
            "{} of them got fewer than {} negatives: the corpus has no more candidates",
            counts.short, args.num_neg
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn miner_options(args: &NegativesArgs) -> MinerOptions {
    MinerOptions {
        num_neg: args.num_neg,
        strategy: args.strategy,
        random_share: args.random_share,
        start: args.start,
        overlap_pool: args.overlap_pool,
        overlap_share: args.overlap_share,
        overlap_score_share: args.overlap_score_share,
        max_score_share: args.max_score_share,
        score_margin: args.score_margin,
        duplicates: if args.no_near_duplicate_guard { Duplicates::Exact } else { Duplicates::Near },
        explain: args.explain,
        bm25: bm25_params(&args.bm25),
        language: args.bm25.language,
    }
}

/// Whether the passages of the rows are what negatives come from.
fn is_own_corpus(args: &NegativesArgs) -> bool {
    args.corpus.is_empty() && args.index.is_none()
}

/// What a first reading of the rows finds.
#[derive(Debug, Default)]
struct Checked {
    /// How many can be read.
    rows: usize,
    /// How many cannot.
    failed: usize,
    /// What explanations call them, if there are to be any.
    names: Vec<String>,
    /// Their passages, if they are the corpus.
    texts: Vec<String>,
}

/// Checks every row before the first is written. What cannot be read is told of and passed over.
fn check_rows(args: &NegativesArgs, rows: &Input) -> Result<Checked> {
    let mut checked = Checked::default();
    let is_corpus = is_own_corpus(args);
    let explained = explained_field(args);
    let written = [Some(&args.output), args.explain.then_some(&explained)];
    for item in rows.records() {
        let mut item = match item {
            Ok(item) => item,
            Err(error) if args.strict => return Err(error.into()),
            Err(error) => {
                eprintln!("warning: {error}");
                checked.failed += 1;
                continue;
            }
        };
        let at = |fault: String, place: &Place| Error::mistake(format!("{place}: {fault}"));
        item.record.text(&args.question).map_err(|fault| at(fault, &item.place))?;
        item.record.text(&args.text).map_err(|fault| at(fault, &item.place))?;
        if let Some(field) = written.iter().flatten().find(|field| item.record.get(field).is_some()) {
            let fault = format!("the row has a field `{field}` already; give another with --output");
            return Err(at(fault, &item.place));
        }
        checked.rows += 1;
        if is_corpus {
            checked.names.extend(args.explain.then(|| name(&item.record)));
            if let Some(Value::String(text)) = item.record.fields.get_mut(&args.text) {
                checked.texts.push(std::mem::take(text));
            }
        }
    }
    if checked.rows == 0 {
        return Err(Error::mistake(format!("{}: there are no rows in it", args.file.display())));
    }
    Ok(checked)
}

/// What explanations call a row.
fn name(record: &Record) -> String {
    own_id(&record.fields).unwrap_or_else(|| record.id.to_string())
}

/// The field that gets the explanation.
fn explained_field(args: &NegativesArgs) -> String {
    format!("{}_explain", args.output)
}

/// Reads the rows and hands those on that can be read, until there are no more or nobody takes them.
fn send_batches(records: ragstill_ingest::Records, to: &SyncSender<Vec<Record>>) {
    let mut readable = records.filter_map(|item| Some(item.ok()?.record));
    loop {
        let batch: Vec<Record> = readable.by_ref().take(BATCH).collect();
        let is_last = batch.len() < BATCH;
        if to.send(batch).is_err() || is_last {
            return;
        }
    }
}

/// How many rows there were, and how many got too few negatives.
#[derive(Debug, Default)]
struct Counts {
    rows: usize,
    short: usize,
}

/// What mining needs beside the rows.
struct Job<'a> {
    args: &'a NegativesArgs,
    miner: Miner,
    /// What explanations call the documents of the corpus.
    names: Vec<String>,
}

impl Job<'_> {
    /// Mines batch after batch and hands their lines on.
    fn mine(&self, batches: &Receiver<Vec<Record>>, to: &SyncSender<Vec<Vec<u8>>>) -> Result<Counts> {
        let mut counts = Counts::default();
        for batch in batches {
            let asks: Vec<Ask<'_>> =
                batch.iter().enumerate().map(|(at, record)| self.ask(record, counts.rows + at)).collect();
            let mined = self.miner.mine_batch(&asks).map_err(unanswered)?;
            counts.rows += batch.len();
            counts.short += mined.iter().filter(|mined| mined.negatives.len() < self.args.num_neg).count();
            let lines = batch.par_chunks(CHUNK).zip(mined.par_chunks(CHUNK));
            let lines: Vec<Vec<u8>> =
                lines.map(|(records, mined)| self.lines(records, mined)).collect::<Result<_>>()?;
            if to.send(lines).is_err() {
                // The writer says why it has stopped.
                break;
            }
        }
        Ok(counts)
    }

    fn ask<'a>(&self, record: &'a Record, at: usize) -> Ask<'a> {
        // Every row was checked; the corpus of the rows themselves has them in their order.
        let own = if is_own_corpus(self.args) { DocId::try_from(at).ok() } else { None };
        let seed = match self.args.strategy {
            Strategy::Bm25 => 0,
            Strategy::Random | Strategy::Mixed => Ask::seed(self.args.seed, &record.id, "negatives"),
        };
        Ask {
            question: record.text(&self.args.question).unwrap_or_default(),
            positive: record.text(&self.args.text).unwrap_or_default(),
            own,
            seed,
        }
    }

    /// The rows with their negatives, as lines.
    fn lines(&self, records: &[Record], mined: &[Mined]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for (record, mined) in records.iter().zip(mined) {
            self.line(&mut out, record, mined)
                .map_err(|error| Error::failed(format!("record {}: {error}", record.id)))?;
        }
        Ok(out)
    }

    /// A record's line as [`Record::to_json_line`] has it, without copying the record.
    fn line(&self, out: &mut Vec<u8>, record: &Record, mined: &Mined) -> serde_json::Result<()> {
        let field = |out: &mut Vec<u8>, name: &str| {
            out.push(b',');
            serde_json::to_writer(&mut *out, name)?;
            out.push(b':');
            serde_json::Result::Ok(())
        };
        out.extend_from_slice(br#"{"record_id":"#);
        serde_json::to_writer(&mut *out, record.id.as_str())?;
        for (name, value) in &record.fields {
            field(out, name)?;
            serde_json::to_writer(&mut *out, value)?;
        }
        field(out, &self.args.output)?;
        let texts: Vec<&str> = mined.negatives.iter().map(|found| self.miner.text(found.doc)).collect();
        serde_json::to_writer(&mut *out, &texts)?;
        if self.args.explain {
            field(out, &explained_field(self.args))?;
            let explained = mined.explanation(|doc| self.names.get(doc as usize).map(String::as_str));
            serde_json::to_writer(&mut *out, &explained)?;
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// Where the rows go.
enum Output {
    File(WholeFile),
    Stdout(std::io::Stdout),
}

impl Output {
    fn open(args: &NegativesArgs) -> Result<Self> {
        Ok(match &args.out {
            Some(path) => Self::File(WholeFile::create(path)?),
            None => Self::Stdout(std::io::stdout()),
        })
    }

    /// Writes what comes, until there is no more.
    fn write(mut self, lines: &Receiver<Vec<Vec<u8>>>) -> Result<Self> {
        for lines in lines {
            for lines in lines {
                match &mut self {
                    Self::File(file) => file.write(&lines)?,
                    Self::Stdout(out) => told(out.write_all(&lines))?,
                }
            }
        }
        Ok(self)
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::File(file) => file.finish().map(drop).map_err(Error::from),
            Self::Stdout(mut out) => told(out.flush()),
        }
    }
}
