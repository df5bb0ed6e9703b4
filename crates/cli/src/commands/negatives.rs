//! `ragstill negatives`.

use std::io::Write;
use std::process::ExitCode;

use ragstill_core::Record;
use ragstill_engine::{Error, Result};
use ragstill_export::WholeFile;
use ragstill_ingest::{Input, Place, ReadOptions};
use ragstill_operators::{Miner, MinerOptions};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use super::search::{bm25_params, read_corpus};
use super::told;
use crate::args::NegativesArgs;

/// Rows that are mined together before they are written.
const BATCH: usize = 2048;

/// Adds hard negatives to rows that have a question and the passage that answers it.
pub fn negatives(args: &NegativesArgs) -> Result<ExitCode> {
    if args.num_neg == 0 {
        return Err(Error::mistake("--num-neg must be at least 1"));
    }
    let options = ReadOptions { text_field: args.text.clone(), ..ReadOptions::default() };
    let rows = Input::open(std::slice::from_ref(&args.file), &options)?;
    let texts = if args.corpus.is_empty() {
        check_rows(args, &rows)?
    } else {
        check_rows(args, &rows)?;
        read_corpus(&args.corpus, &args.text)?.1
    };
    let miner = Miner::new(
        texts,
        MinerOptions {
            num_neg: args.num_neg,
            start: args.start,
            near_duplicate_guard: !args.no_near_duplicate_guard,
            bm25: bm25_params(&args.bm25),
        },
    )?;
    let mut out = Output::open(args)?;
    let (mut count, mut short) = (0_u64, 0_u64);
    let mut records = rows.records();
    loop {
        let batch: Vec<Record> =
            records.by_ref().take(BATCH).map(|item| Ok(item?.record)).collect::<Result<_>>()?;
        if batch.is_empty() {
            break;
        }
        let first = u32::try_from(count).unwrap_or(u32::MAX);
        let mined: Vec<(String, bool)> = batch
            .par_iter()
            .enumerate()
            .map(|(at, record)| {
                // Every row was checked; the corpus of the rows themselves has them in their order.
                let own = args.corpus.is_empty().then(|| first + u32::try_from(at).unwrap_or(u32::MAX));
                let question = record.text(&args.question).unwrap_or_default();
                let text = record.text(&args.text).unwrap_or_default();
                let hits = miner.negatives(question, text, own);
                let found: Vec<&str> = hits.iter().map(|hit| miner.text(hit.doc)).collect();
                let mut record = record.clone();
                record.set(args.output.clone(), json!(found));
                (record.to_json_line(), found.len() < args.num_neg)
            })
            .collect();
        for (line, is_short) in mined {
            out.line(&line)?;
            count += 1;
            short += u64::from(is_short);
        }
    }
    out.finish()?;
    eprintln!("{count} rows");
    if short > 0 {
        eprintln!(
            "{short} of them got fewer than {} negatives: the corpus has no more candidates",
            args.num_neg
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks every row before the first is written; returns their passages.
fn check_rows(args: &NegativesArgs, rows: &Input) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for item in rows.records() {
        let item = item?;
        let at = |fault: String, place: &Place| Error::mistake(format!("{place}: {fault}"));
        item.record.text(&args.question).map_err(|fault| at(fault, &item.place))?;
        let text = item.record.text(&args.text).map_err(|fault| at(fault, &item.place))?;
        if item.record.fields.contains_key(&args.output) {
            let fault = format!("the row has a field `{0}` already; give another with --output", args.output);
            return Err(at(fault, &item.place));
        }
        texts.push(text.to_owned());
    }
    if texts.is_empty() {
        return Err(Error::mistake(format!("{}: there are no rows in it", args.file.display())));
    }
    Ok(texts)
}

/// Where the rows go.
enum Output {
    File(WholeFile),
    Stdout(std::io::BufWriter<std::io::Stdout>),
}

impl Output {
    fn open(args: &NegativesArgs) -> Result<Self> {
        Ok(match &args.out {
            Some(path) => Self::File(WholeFile::create(path)?),
            None => Self::Stdout(std::io::BufWriter::new(std::io::stdout())),
        })
    }

    fn line(&mut self, line: &str) -> Result<()> {
        match self {
            Self::File(file) => Ok(file.write_line(line)?),
            Self::Stdout(out) => told(writeln!(out, "{line}")),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::File(file) => {
                file.finish()?;
                Ok(())
            }
            Self::Stdout(mut out) => told(out.flush()),
        }
    }
}
