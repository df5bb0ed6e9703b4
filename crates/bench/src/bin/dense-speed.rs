//! Measures search of vectors: `dense-speed --index FAISS_FILE --queries FILE [--rows KIND] [--threads N]`; with `--graph FILE
//! --ef N…` by a graph, which is made if there is no such file. Prints one JSON object, in the form that
//! `bench/peers/faiss_peer.py` prints.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use ragstill_retrieve::{DocId, Hit, Hnsw, HnswOptions, RowKind, Vectors};
use serde::Serialize;

/// Hits of a query.
const K: usize = 10;

/// Measures search of vectors, in batches of several sizes.
#[derive(Debug, Parser)]
struct Args {
    /// A flat index that FAISS wrote
    #[arg(long)]
    index: PathBuf,
    /// Queries: numbers in single precision, one query after the other
    #[arg(long)]
    queries: PathBuf,
    /// Keep the vectors in memory as f32, f16 or int8; without it the file is searched as it is
    #[arg(long)]
    rows: Option<RowKind>,
    /// Threads to search with
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Queries that are searched together
    #[arg(long, num_args = 1.., default_values_t = [1, 16, 256])]
    batches: Vec<usize>,
    /// How many batches of each size are measured at the most
    #[arg(long, default_value_t = 16)]
    most: usize,
    /// Search by the graph in this file; it is made if it is not there
    #[arg(long)]
    graph: Option<PathBuf>,
    /// M of a graph that is made
    #[arg(long, default_value_t = 16)]
    links: usize,
    /// efConstruction of a graph that is made
    #[arg(long, default_value_t = 128)]
    build: usize,
    /// Vectors that a search keeps
    #[arg(long, num_args = 1.., default_values_t = [96])]
    ef: Vec<usize>,
}

/// Times are in seconds.
#[derive(Serialize)]
struct Report {
    engine: String,
    version: &'static str,
    threads: usize,
    vectors: usize,
    dimension: usize,
    open_s: f64,
    /// Of a graph that was made now.
    build_s: Option<f64>,
    #[serde(flatten)]
    exact: Option<Searched>,
    walks: Vec<Walks>,
}

/// With a graph.
#[derive(Serialize)]
struct Walks {
    ef: usize,
    #[serde(flatten)]
    searched: Searched,
}

#[derive(Serialize)]
struct Searched {
    batches: Vec<Measured>,
    /// Of the first queries.
    hits: Vec<Vec<DocId>>,
}

#[derive(Serialize)]
struct Measured {
    batch: usize,
    count: usize,
    search_s: f64,
    /// Of all threads.
    cpu_s: f64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let began = Instant::now();
    let mut vectors = Vectors::open_faiss(&args.index)?;
    let open_s = began.elapsed().as_secs_f64();
    if let Some(kind) = args.rows {
        vectors = vectors.kept_as(kind).context("a number cannot be kept")?;
    }
    let bytes = std::fs::read(&args.queries).with_context(|| args.queries.display().to_string())?;
    let queries: Vec<f32> = bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
    if queries.is_empty() || !queries.len().is_multiple_of(vectors.dimension()) {
        bail!("{}: these are no queries of {} numbers", args.queries.display(), vectors.dimension());
    }
    let (mut build_s, mut exact, mut walks) = (None, None, Vec::new());
    if let Some(path) = &args.graph {
        let graph = if path.exists() {
            Hnsw::open(path)?
        } else {
            let began = Instant::now();
            let options = HnswOptions { links: args.links, build: args.build, ..HnswOptions::default() };
            if let Some(fault) = options.fault() {
                bail!("{fault}");
            }
            let graph = Hnsw::build(&vectors, options, &mut |_| ());
            build_s = Some(began.elapsed().as_secs_f64());
            graph.save(path)?;
            graph
        };
        if let Err(fault) = graph.check(&vectors) {
            bail!("{}: {fault}", path.display());
        }
        for &ef in &args.ef {
            let searched = measure(&args, &queries, vectors.dimension(), |queries, is_one| {
                if is_one {
                    vec![graph.search(&vectors, queries, K, ef, &|_| false)]
                } else {
                    graph.search_batch(&vectors, queries, K, ef, &|_, _| false)
                }
            })?;
            walks.push(Walks { ef, searched });
        }
    } else {
        exact = Some(measure(&args, &queries, vectors.dimension(), |queries, is_one| {
            if is_one {
                vec![vectors.search(queries, K, &|_| false)]
            } else {
                vectors.search_batch(queries, K, &|_, _| false)
            }
        })?);
    }
    let report = Report {
        engine: args.rows.map_or("ragstill".to_owned(), |kind| format!("ragstill {kind}")),
        version: env!("CARGO_PKG_VERSION"),
        threads: args.threads,
        vectors: vectors.len(),
        dimension: vectors.dimension(),
        open_s,
        build_s,
        exact,
        walks,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Measures one way to search; it is told whether there is one query.
fn measure(
    args: &Args,
    queries: &[f32],
    dimension: usize,
    search: impl Fn(&[f32], bool) -> Vec<Vec<Hit>>,
) -> Result<Searched> {
    // These also warm up.
    let found = search(&queries[..queries.len().min(512 * dimension)], false);
    let mut batches = Vec::new();
    for &batch in &args.batches {
        let measured: Vec<&[f32]> = queries.chunks_exact(batch * dimension).take(args.most).collect();
        let (began, cpu) = (Instant::now(), cpu_s()?);
        for queries in &measured {
            search(queries, batch == 1);
        }
        let (search_s, cpu_s) = (began.elapsed().as_secs_f64(), cpu_s()? - cpu);
        batches.push(Measured { batch, count: measured.len() * batch, search_s, cpu_s });
    }
    let hits = found.iter().map(|hits| hits.iter().map(|hit| hit.doc).collect()).collect();
    Ok(Searched { batches, hits })
}

/// The time that processors have spent on this process.
fn cpu_s() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
