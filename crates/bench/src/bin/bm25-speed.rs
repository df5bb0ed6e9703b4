//! Measures the BM25 index of this workspace: `bm25-speed --corpus FILE --queries FILE... [--threads N] [--save FILE]`;
//! prints one JSON object, in the form that the peers of `bench/peers` print.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use ragstill_retrieve::{Bm25Builder, Bm25Index, Query};
use serde::{Deserialize, Serialize};

/// Hits of a query.
const K: usize = 10;
/// Queries searched before the clock starts.
const WARM_UP: usize = 200;

/// Measures the BM25 index on one thread or several.
#[derive(Debug, Parser)]
struct Args {
    /// JSON Lines with a field `text`
    #[arg(long)]
    corpus: PathBuf,
    /// JSON Lines with a field `text`, `question` or `query`
    #[arg(long, num_args = 1..)]
    queries: Vec<PathBuf>,
    /// Threads to build and to search with
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// How often each file of queries is searched; the fastest counts
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Also save the index here, and search the saved one
    #[arg(long)]
    save: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "question", alias = "query")]
    text: String,
}

/// Times are in seconds.
#[derive(Serialize)]
struct Report {
    engine: &'static str,
    version: &'static str,
    threads: usize,
    documents: usize,
    text_bytes: usize,
    /// Reading and parsing the file while it is indexed is part of it.
    build_s: f64,
    /// The most memory that the process had while it built.
    peak_bytes: i64,
    /// Seconds to save and to open, and the file's size.
    saved: Option<(f64, f64, u64)>,
    queries: Vec<Measured>,
}

#[derive(Serialize)]
struct Measured {
    file: String,
    count: usize,
    hits: usize,
    analysis_s: f64,
    search_s: f64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let began = Instant::now();
    let mut text_bytes = 0;
    let mut fault = None;
    let texts = rows(&args.corpus)?.map_while(|text| match text {
        Ok(text) => Some(text),
        Err(error) => {
            fault = Some(error);
            None
        }
    });
    let index = Bm25Builder::new().build(texts.inspect(|text| text_bytes += text.len()))?;
    let build_s = began.elapsed().as_secs_f64();
    if let Some(fault) = fault {
        return Err(fault);
    }
    let peak_bytes = peak_bytes()?;
    let (index, saved) = match &args.save {
        None => (index, None),
        Some(path) => saved(&index, path).map(|(index, saved)| (index, Some(saved)))?,
    };
    let queries =
        args.queries.iter().map(|file| measure(&index, file, args.repeat)).collect::<Result<_>>()?;
    let report = Report {
        engine: "ragstill",
        version: env!("CARGO_PKG_VERSION"),
        threads: args.threads,
        documents: index.len(),
        text_bytes,
        build_s,
        peak_bytes,
        saved,
        queries,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn rows(path: &Path) -> Result<impl Iterator<Item = Result<String>>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let lines = BufReader::with_capacity(1 << 20, file).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str::<Row>(&line?)?.text)))
}

fn measure(index: &Bm25Index, file: &Path, repeat: u32) -> Result<Measured> {
    let texts = rows(file)?.collect::<Result<Vec<String>>>()?;
    let began = Instant::now();
    let queries: Vec<Query> = texts.iter().map(|text| index.query(text)).collect();
    let analysis_s = began.elapsed().as_secs_f64();
    index.search_queries(&queries[..queries.len().min(WARM_UP)], K, &|_, _| false);
    let (mut search_s, mut hits) = (f64::MAX, 0);
    for _ in 0..repeat {
        let began = Instant::now();
        let found = index.search_queries(&queries, K, &|_, _| false);
        search_s = search_s.min(began.elapsed().as_secs_f64());
        hits = found.iter().map(Vec::len).sum();
    }
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Measured { file: name, count: texts.len(), hits, analysis_s, search_s })
}

fn saved(index: &Bm25Index, path: &Path) -> Result<(Bm25Index, (f64, f64, u64))> {
    let began = Instant::now();
    index.save(path)?;
    let save_s = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let opened = Bm25Index::open(path)?;
    let open_s = began.elapsed().as_secs_f64();
    Ok((opened, (save_s, open_s, std::fs::metadata(path)?.len())))
}

fn peak_bytes() -> Result<i64> {
    // Linux counts in kilobytes.
    Ok(nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?.max_rss() * 1024)
}
