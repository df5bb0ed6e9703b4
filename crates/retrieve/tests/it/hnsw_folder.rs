//! The graph of an index folder: made, added to, searched or not, and refused when something is wrong.

use std::fs;
use std::path::Path;

use ragstill_retrieve::{
    Collection, DenseOptions, DenseSearch, EmbedError, Embedder, Entry, GraphMade, HnswOptions,
    RetrieverKind, RowKind, Side, attach_faiss, embed_index, graph_index, verify_index,
};
use serde_json::Value;
use tempfile::TempDir;

use super::collection::{add, entry, make, names};
use super::hnsw::faiss;

const OPTIONS: HnswOptions = HnswOptions { links: 6, build: 40, search: 30 };

/// Vectors of no meaning, which follow from the text.
#[derive(Debug)]
struct Hashes;

impl Embedder for Hashes {
    fn name(&self) -> &str {
        "hashes"
    }

    fn dimension(&self) -> usize {
        8
    }

    fn embed(&self, texts: &[&str], _: Side) -> Result<Vec<f32>, EmbedError> {
        let numbers = |text: &&str| {
            let seed = text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
            let number =
                |at: u32| (seed ^ at.wrapping_mul(0x9E37_79B9)).wrapping_mul(2_654_435_761).rotate_left(15);
            (0..8)
                .map(move |at| number(at).wrapping_mul(0x85EB_CA6B) as f32 / u32::MAX as f32 - 0.5)
                .collect::<Vec<_>>()
        };
        Ok(texts.iter().flat_map(numbers).collect())
    }
}

fn entries(range: std::ops::Range<usize>) -> Vec<Entry> {
    range.map(|number| entry(&number.to_string(), None, &format!("text {number}"))).collect()
}

fn dense() -> DenseOptions<'static> {
    DenseOptions { embedder: &Hashes, from: "somewhere", model_options: Value::Null, rows: RowKind::F16 }
}

fn graph(folder: &Path, options: Option<HnswOptions>) -> Option<GraphMade> {
    graph_index(folder, options, &mut |_, _| ()).unwrap()
}

fn open(folder: &Path, search: DenseSearch) -> Result<Collection, String> {
    Collection::open_searched(folder, RetrieverKind::Dense, Some(Box::new(Hashes)), search)
        .map_err(|error| error.to_string())
}

/// A folder with vectors and their graph.
fn whole(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), entries(0..count));
    embed_index(folder.path(), &dense(), &mut |_| ()).unwrap();
    let made = graph(folder.path(), Some(OPTIONS)).unwrap();
    assert_eq!((made.vectors, made.inserted, made.options), (count, count, OPTIONS));
    folder
}

/// How many of the ten best of some queries are found, and whether their scores are those of all vectors.
fn found(folder: &Path, search: DenseSearch, queries: &[&str]) -> usize {
    let (exact, other) = (open(folder, DenseSearch::Exact).unwrap(), open(folder, search).unwrap());
    let search =
        |collection: &Collection| collection.retriever().search_batch(queries, 10, &|_, _| false).unwrap();
    let (exact, other) = (search(&exact), search(&other));
    assert!(other.iter().all(|hits| hits.len() == 10));
    exact
        .iter()
        .zip(&other)
        .map(|(exact, other)| exact.iter().filter(|hit| other.contains(hit)).count())
        .sum()
}

#[test]
fn a_graph_is_made_searched_and_added_to() {
    let folder = whole(1500);
    let folder = folder.path();
    let files =
        ["bm25.idx", "documents.idx", "documents.jsonl", "hnsw.idx", "index.json", "vectors-0001.idx"];
    assert_eq!(names(folder), files);
    let queries = ["text 3", "text 1200", "something else", "more", "and more"];
    assert!(found(folder, DenseSearch::AsMade, &queries) >= 40);
    assert_eq!(found(folder, DenseSearch::Ef(80), &queries), 50);
    assert!(verify_index(folder).unwrap().iter().any(|(name, _)| name == "hnsw.idx"));
    // The same again costs nothing.
    assert_eq!(graph(folder, Some(OPTIONS)).unwrap().inserted, 0);
    assert_eq!(graph(folder, None).unwrap().inserted, 0);
    add(folder, entries(1490..1600)).unwrap();
    embed_index(folder, &dense(), &mut |_| ()).unwrap();
    // Until the new ones are in it, it says so.
    let fault = open(folder, DenseSearch::AsMade).unwrap_err();
    assert!(
        fault.contains("1500 of its 1600 vectors are in its graph") && fault.contains("--exact"),
        "{fault}"
    );
    assert!(verify_index(folder).unwrap_err().to_string().contains("1500 of its 1600 vectors"));
    assert_eq!(open(folder, DenseSearch::Exact).unwrap().len(), 1600);
    let made = graph(folder, None).unwrap();
    assert_eq!((made.vectors, made.inserted, made.options), (1600, 100, OPTIONS));
    assert_eq!(found(folder, DenseSearch::Ef(90), &["text 1550", "text 1599", "text 8"]), 30);
    assert!(
        names(folder).contains(&"hnsw-2.idx".to_owned()) && !names(folder).contains(&"hnsw.idx".to_owned())
    );
    verify_index(folder).unwrap();
    // Other options make another.
    let other = HnswOptions { links: 8, ..OPTIONS };
    let made = graph(folder, Some(other)).unwrap();
    assert_eq!((made.inserted, made.options), (1600, other));
    assert_eq!(names(folder).iter().filter(|name| name.starts_with("hnsw")).count(), 1);
    // An index that is made anew has none.
    make(folder, entries(0..20));
    embed_index(folder, &dense(), &mut |_| ()).unwrap();
    assert_eq!(graph(folder, None), None);
    assert!(!names(folder).iter().any(|name| name.starts_with("hnsw")));
    let fault = open(folder, DenseSearch::Ef(5)).unwrap_err();
    assert!(fault.contains("no graph") && fault.contains("--hnsw"), "{fault}");
}

#[test]
fn what_there_is_no_graph_of_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let fault = |options| graph_index(folder, Some(options), &mut |_, _| ()).unwrap_err().to_string();
    make(folder, entries(0..5));
    assert!(fault(OPTIONS).contains("no vectors to make a graph of"));
    embed_index(folder, &dense(), &mut |_| ()).unwrap();
    assert!(fault(HnswOptions { links: 0, ..OPTIONS }).contains("links of a vector: from 4 to 256"));
    add(folder, entries(5..7)).unwrap();
    assert!(fault(OPTIONS).contains("5 of its 7 documents have vectors"));
}

#[test]
fn vectors_of_faiss_have_a_graph_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flat.index");
    let index = folder.path().join("index");
    make(&index, entries(0..800));
    let texts: Vec<String> = (0..800).map(|number| format!("text {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut numbers = Hashes.embed(&texts, Side::Passage).unwrap();
    faiss(&file, 8, &numbers);
    attach_faiss(&index, &file, &dense()).unwrap();
    graph(&index, Some(OPTIONS)).unwrap();
    assert_eq!(found(&index, DenseSearch::Ef(45), &["text 3", "text 799"]), 20);
    verify_index(&index).unwrap();
    // As long as before, but another.
    numbers.reverse();
    faiss(&file, 8, &numbers);
    let fault = open(&index, DenseSearch::AsMade).unwrap_err();
    assert!(fault.contains("hnsw.idx") && fault.contains("a graph of other vectors"), "{fault}");
    attach_faiss(&index, &file, &dense()).unwrap();
    assert_eq!(names(&index).iter().filter(|name| name.starts_with("hnsw")).count(), 0);
}

#[test]
fn a_damaged_graph_is_refused_and_can_be_made_again() {
    let folder = whole(600);
    let other = whole(601);
    let path = folder.path().join("hnsw.idx");
    let before = fs::read(&path).unwrap();
    let fault = || open(folder.path(), DenseSearch::AsMade).unwrap_err();
    for at in [0, 20, 60, before.len() - 1] {
        let mut bytes = before.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(fault().contains("hnsw.idx"), "{}", fault());
        assert!(verify_index(folder.path()).is_err());
        assert!(graph_index(folder.path(), None, &mut |_, _| ()).is_err());
        assert_eq!(open(folder.path(), DenseSearch::Exact).unwrap().len(), 600);
    }
    fs::copy(other.path().join("hnsw.idx"), &path).unwrap();
    assert!(fault().contains("but of another index"), "{}", fault());
    fs::remove_file(&path).unwrap();
    assert!(fault().contains("hnsw.idx"));
    assert_eq!(graph(folder.path(), Some(OPTIONS)).unwrap().inserted, 600);
    assert_eq!(fs::read(folder.path().join("hnsw-2.idx")).unwrap(), before);
    verify_index(folder.path()).unwrap();
}
