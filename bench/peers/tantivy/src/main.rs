//! Measures tantivy: `tantivy-peer --corpus FILE --queries FILE...`; prints one JSON object.
//!
//! The settings are those that a user would choose who wants speed and no more than ranked passages: one segment, in
//! memory, no positions, nothing stored. Terms are tantivy's own `en_stem` with its English stop words. A query is
//! the disjunction of its distinct terms, which tantivy searches with block-max WAND; with terms as often as they occur,
//! as the other engines count them, it would take longer. Its BM25 has k1 = 1.2 and b = 0.75, which cannot be set.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};
use tantivy::{Index, IndexSettings, ReloadPolicy, Searcher, TantivyDocument, Term};

/// Hits of a query.
const K: usize = 10;
/// Queries searched before the clock starts.
const WARM_UP: usize = 200;
/// Bytes that the writer may take.
const WRITER_BYTES: usize = 2_000_000_000;
const TOKENIZER: &str = "english";

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "question", alias = "query")]
    text: String,
}

/// What every peer prints; times are in seconds.
#[derive(Serialize)]
struct Report {
    engine: &'static str,
    version: &'static str,
    threads: usize,
    documents: usize,
    text_bytes: usize,
    build_s: f64,
    /// The most memory that the process ever had, corpus included.
    peak_bytes: Option<u64>,
    queries: Vec<Measured>,
}

#[derive(Serialize)]
struct Measured {
    file: String,
    count: usize,
    /// Hits of all queries, to see that something was done.
    hits: usize,
    analysis_s: f64,
    search_s: f64,
}

fn main() -> anyhow::Result<()> {
    let (corpus, query_files) = arguments()?;
    let texts = read(&corpus)?;
    let began = Instant::now();
    let (searcher, field) = index(&texts)?;
    let build_s = began.elapsed().as_secs_f64();
    let queries = query_files.iter().map(|file| measure(&searcher, field, file)).collect::<Result<_, _>>()?;
    let report = Report {
        engine: "tantivy",
        version: "0.27.0",
        threads: 1,
        documents: texts.len(),
        text_bytes: texts.iter().map(String::len).sum(),
        build_s,
        peak_bytes: peak_bytes(),
        queries,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn arguments() -> anyhow::Result<(PathBuf, Vec<PathBuf>)> {
    let (mut corpus, mut queries, mut option) = (None, Vec::new(), String::new());
    for argument in std::env::args().skip(1) {
        match (&*argument, &*option) {
            ("--corpus" | "--queries", _) => option = argument,
            (_, "--corpus") => corpus = Some(argument.into()),
            (_, "--queries") => queries.push(argument.into()),
            _ => bail!("unknown argument `{argument}`; usage: tantivy-peer --corpus FILE --queries FILE..."),
        }
    }
    Ok((corpus.context("--corpus is missing")?, queries))
}

fn read(file: &Path) -> anyhow::Result<Vec<String>> {
    let lines = BufReader::new(File::open(file).with_context(|| file.display().to_string())?).lines();
    lines.map(|line| Ok(serde_json::from_str::<Row>(&line?)?.text)).collect()
}

/// Indexes the texts on this thread, in one segment.
fn index(texts: &[String]) -> anyhow::Result<(Searcher, Field)> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_fieldnorms(true)
        .set_index_option(IndexRecordOption::WithFreqs);
    let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let stop_words = StopWordFilter::new(Language::English).context("tantivy has no English stop words")?;
    let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(stop_words)
        .filter(Stemmer::new(Language::English))
        .build();
    let index =
        Index::create(tantivy::directory::RamDirectory::create(), schema.build(), IndexSettings::default())?;
    index.tokenizers().register(TOKENIZER, analyzer);
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
    for text in texts {
        let mut document = TantivyDocument::new();
        document.add_text(field, text);
        writer.add_document(document)?;
    }
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.wait_merging_threads()?;
    let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
    if searcher.segment_readers().len() != 1 {
        bail!("the index has {} segments instead of one", searcher.segment_readers().len());
    }
    Ok((searcher, field))
}

fn measure(searcher: &Searcher, field: Field, file: &Path) -> anyhow::Result<Measured> {
    let texts = read(file)?;
    let began = Instant::now();
    let queries =
        texts.iter().map(|text| query(searcher, field, text)).collect::<anyhow::Result<Vec<_>>>()?;
    let analysis_s = began.elapsed().as_secs_f64();
    let search = |query: &BooleanQuery| searcher.search(query, &TopDocs::with_limit(K).order_by_score());
    for query in queries.iter().take(WARM_UP) {
        search(query)?;
    }
    let began = Instant::now();
    let mut hits = 0;
    for query in &queries {
        hits += search(query)?.len();
    }
    let search_s = began.elapsed().as_secs_f64();
    let file = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Measured { file, count: queries.len(), hits, analysis_s, search_s })
}

/// The disjunction of the distinct terms of `text`.
fn query(searcher: &Searcher, field: Field, text: &str) -> anyhow::Result<BooleanQuery> {
    let mut analyzer = searcher.index().tokenizers().get(TOKENIZER).context("the tokenizer is gone")?;
    let mut terms = BTreeSet::new();
    analyzer.token_stream(text).process(&mut |token| {
        terms.insert(Term::from_field_text(field, &token.text));
    });
    let clause = |term| -> (Occur, Box<dyn Query>) {
        (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
    };
    Ok(BooleanQuery::new(terms.into_iter().map(clause).collect()))
}

/// Linux tells it.
fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
