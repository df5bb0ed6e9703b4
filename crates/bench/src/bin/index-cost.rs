//! What the folder of an index costs, by its number of passages: `index-cost --corpus FILE --out DIR`. Prints a line for
//! each number, and what a passage costs more in the last than in the one before, to reckon with for larger ones. (The first
//! tens of thousands fill buffers that do not grow any more.)
//!
//! The model is a stand-in that makes numbers of a hash, so that what is measured is all but the model. Each number is
//! measured by a process of its own, as memory that was taken for one is not given back before the next.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use ragstill_retrieve::{
    Analyzer, Bm25Params, Collection, DenseOptions, EmbedError, Embedder, Entry, IndexOptions, IndexWriter,
    Passage, RetrieverKind, RowKind, Side, embed_index,
};
use serde::{Deserialize, Serialize};

/// Passages of the Wikipedia dump of December 2018 in pieces of 100 words, which many corpora are.
const WIKIPEDIA: f64 = 21_015_324.0;
/// Hits of a query.
const K: usize = 10;
/// Queries of a batch, each the beginning of a passage.
const QUERIES: usize = 64;

/// Measures what an index costs.
#[derive(Debug, Parser)]
struct Args {
    /// JSON Lines with `id` and `text`
    #[arg(long)]
    corpus: PathBuf,
    /// A folder for the indexes, which are removed
    #[arg(long)]
    out: PathBuf,
    /// Numbers of passages, ascending
    #[arg(long, num_args = 2.., default_values_t = [100_000, 300_000, 1_000_000])]
    counts: Vec<usize>,
    /// Numbers of a vector
    #[arg(long, default_value_t = 768)]
    dimension: usize,
    /// How vectors are kept
    #[arg(long, default_value = "f16")]
    rows: RowKind,
    /// Measures this number only, and prints it as JSON
    #[arg(long, hide = true)]
    only: Option<usize>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    text: String,
}

/// Numbers of a hash of the text.
#[derive(Debug)]
struct StandIn(usize);

impl Embedder for StandIn {
    fn name(&self) -> &str {
        "stand-in"
    }

    fn dimension(&self) -> usize {
        self.0
    }

    fn embed(&self, texts: &[&str], _: Side) -> Result<Vec<f32>, EmbedError> {
        let mut numbers = Vec::with_capacity(texts.len() * self.0);
        for text in texts {
            let mut state = text
                .bytes()
                .fold(1_u64, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
            numbers.extend((0..self.0).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as f32 / (1 << 24) as f32 - 0.5
            }));
        }
        Ok(numbers)
    }
}

/// Seconds, and bytes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measured {
    count: usize,
    text: f64,
    words_s: f64,
    vectors_s: f64,
    peak: f64,
    bm25: f64,
    documents: f64,
    vectors: f64,
    open_bm25_s: f64,
    open_hybrid_s: f64,
    search_bm25_s: f64,
    search_dense_s: f64,
    batch_dense_s: f64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(count) = args.only {
        let folder = args.out.join(format!("index-cost-{count}"));
        let measured = measure(&args, &folder, count);
        std::fs::remove_dir_all(&folder)?;
        println!("{}", serde_json::to_string(&measured?)?);
        return Ok(());
    }
    let mut all: Vec<Measured> = Vec::new();
    println!(
        "passages | text | words indexed | vectors written | peak memory | bm25 | documents | vectors | open bm25 | open hybrid | bm25 query | dense query | of {QUERIES}"
    );
    for &count in &args.counts {
        let of = measure_apart(count)?;
        println!(
            "{} | {:.1} MB | {:.1} s | {:.1} s | {:.0} MB | {:.1} MB | {:.1} MB | {:.1} MB | {:.3} s | {:.3} s | {:.3} ms | {:.1} ms | {:.1} ms each",
            of.count,
            of.text / 1e6,
            of.words_s,
            of.vectors_s,
            of.peak / 1e6,
            of.bm25 / 1e6,
            of.documents / 1e6,
            of.vectors / 1e6,
            of.open_bm25_s,
            of.open_hybrid_s,
            of.search_bm25_s * 1e3,
            of.search_dense_s * 1e3,
            of.batch_dense_s * 1e3
        );
        all.push(of);
    }
    let [.., first, last] = all[..] else { bail!("give two --counts or more") };
    let slope =
        |value: fn(&Measured) -> f64| (value(&last) - value(&first)) / (last.count - first.count) as f64;
    println!("\na passage more, and {WIKIPEDIA} of them:");
    let tell = |what: &str, value: fn(&Measured) -> f64, unit: &str, scale: f64| {
        println!(
            "{what}: {:.3e} {unit}, {:.1} {unit}",
            slope(value) * scale,
            slope(value) * scale * WIKIPEDIA
        );
    };
    tell("words indexed", |of| of.words_s, "s", 1.0);
    tell("vectors written", |of| of.vectors_s, "s", 1.0);
    tell("peak memory", |of| of.peak, "GB", 1e-9);
    tell("text", |of| of.text, "GB", 1e-9);
    tell("bm25", |of| of.bm25, "GB", 1e-9);
    tell("documents", |of| of.documents, "GB", 1e-9);
    tell("vectors", |of| of.vectors, "GB", 1e-9);
    tell("open bm25", |of| of.open_bm25_s, "s", 1.0);
    tell("open hybrid", |of| of.open_hybrid_s, "s", 1.0);
    tell("bm25 query", |of| of.search_bm25_s, "ms", 1e3);
    tell("dense query", |of| of.search_dense_s, "ms", 1e3);
    tell("dense query of many", |of| of.batch_dense_s, "ms", 1e3);
    Ok(())
}

/// [`measure`] in a process of its own.
fn measure_apart(count: usize) -> Result<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1)).args(["--only", &count.to_string()]);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{count} passages were not measured");
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn measure(args: &Args, folder: &Path, count: usize) -> Result<Measured> {
    let options = IndexOptions {
        text_field: "text".to_owned(),
        params: Bm25Params::default(),
        analyzer: Analyzer::english(),
    };
    let (mut text, mut queries) = (0, Vec::new());
    let file = File::open(&args.corpus).with_context(|| args.corpus.display().to_string())?;
    let lines = BufReader::with_capacity(1 << 20, file).lines().take(count).map_while(Result::ok);
    let entries = lines.filter_map(|line| {
        let row: Row = serde_json::from_str(&line).ok()?;
        text += row.text.len();
        if queries.len() < QUERIES {
            queries.push(row.text.split_whitespace().take(12).collect::<Vec<_>>().join(" "));
        }
        Some(Entry { passage: Passage { id: row.id.into(), title: None, text: row.text.into() }, line })
    });
    let began = Instant::now();
    let written = IndexWriter::create(folder, options)?.write(entries)?;
    if written.len() != count {
        bail!("{} has {} passages of its own, and {count} are needed", args.corpus.display(), written.len());
    }
    let [bm25, documents] = written.bytes();
    written.commit()?;
    let words_s = began.elapsed().as_secs_f64();
    let peak = peak_bytes()?;
    let model = StandIn(args.dimension);
    let dense =
        DenseOptions { embedder: &model, from: "", model_options: serde_json::Value::Null, rows: args.rows };
    let began = Instant::now();
    embed_index(folder, &dense, &mut |_| ())?;
    let vectors_s = began.elapsed().as_secs_f64();
    let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
    let open = |kind| -> Result<(Collection, f64)> {
        let began = Instant::now();
        let collection = Collection::open_with(folder, kind, Some(Box::new(StandIn(args.dimension))))?;
        Ok((collection, began.elapsed().as_secs_f64()))
    };
    let each = |collection: &Collection| -> Result<f64> {
        collection.retriever().search(queries[0], K, &|_| false)?;
        let began = Instant::now();
        for query in &queries[..8] {
            collection.retriever().search(query, K, &|_| false)?;
        }
        Ok(began.elapsed().as_secs_f64() / 8.0)
    };
    let (bm25_only, open_bm25_s) = open(RetrieverKind::Bm25)?;
    let search_bm25_s = each(&bm25_only)?;
    let (_, open_hybrid_s) = open(RetrieverKind::Hybrid)?;
    let (dense, _) = open(RetrieverKind::Dense)?;
    let search_dense_s = each(&dense)?;
    let began = Instant::now();
    dense.retriever().search_batch(&queries, K, &|_, _| false)?;
    Ok(Measured {
        count,
        text: text as f64,
        words_s,
        vectors_s,
        peak: peak as f64,
        bm25: bm25 as f64,
        documents: documents as f64,
        vectors: (count * args.rows.row_bytes(args.dimension)) as f64,
        open_bm25_s,
        open_hybrid_s,
        search_bm25_s,
        search_dense_s,
        batch_dense_s: began.elapsed().as_secs_f64() / queries.len() as f64,
    })
}

fn peak_bytes() -> Result<i64> {
    // Linux counts in kilobytes.
    Ok(nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?.max_rss() * 1024)
}
