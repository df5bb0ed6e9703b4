//! Unusual corpora, documents and queries: each has a defined result.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ragstill_retrieve::{Bm25Builder, Bm25Error, Bm25Index, Bm25Params, DocId, Hit};
use rayon::ThreadPoolBuilder;

fn index(texts: &[&str]) -> Bm25Index {
    Bm25Builder::new().build(texts).unwrap()
}

fn docs(hits: &[Hit]) -> Vec<DocId> {
    hits.iter().map(|hit| hit.doc).collect()
}

fn found(index: &Bm25Index, query: &str) -> Vec<DocId> {
    docs(&index.search(query, 10, &|_| false))
}

#[test]
fn empty_corpus() {
    let index = index(&[]);
    assert!(index.is_empty());
    assert_eq!((index.len(), index.doc_count()), (0, 0));
    assert!(found(&index, "anything").is_empty());
    assert_eq!(index.score("anything", 0), 0.0);
}

#[test]
fn corpus_without_a_term() {
    let index = index(&["", "the of and", "½ … ²"]);
    assert!(!index.is_empty());
    assert_eq!((index.len(), index.doc_count()), (3, 0));
    assert!(found(&index, "the anything").is_empty());
    assert_eq!(index.score("anything", 1), 0.0);
}

#[test]
fn one_document() {
    let index = index(&["A lonely document."]);
    let hits = index.search("documents", 10, &|_| false);
    assert_eq!(docs(&hits), [0]);
    // idf = ln(1 + 0.5/1.5), length = average length: tf / (tf + k1) = 1 / 1.9.
    assert!((hits[0].score - 0.287_682_07 / 1.9).abs() < 1e-6);
    assert!(index.search("documents", 10, &|doc| doc == 0).is_empty());
}

#[test]
fn queries_without_a_term_find_nothing() {
    let index = index(&["to be or not to be", "the question"]);
    for query in ["", "  \n", "the of and", "?!…", "½", "unheard"] {
        assert!(found(&index, query).is_empty(), "{query:?}");
    }
}

#[test]
fn empty_documents_keep_their_ids_and_do_not_count() {
    let with_empty = index(&["", "red fish", "the", "blue fish", ""]);
    let without = index(&["red fish", "blue fish"]);
    assert_eq!((with_empty.len(), with_empty.doc_count()), (5, 2));
    assert_eq!(found(&with_empty, "blue fish"), [3, 1]);
    assert_eq!(with_empty.score("blue fish", 3), without.score("blue fish", 1));
    let lengths: Vec<u32> = (0..6).map(|doc| with_empty.doc_len(doc)).collect();
    assert_eq!(lengths, [0, 2, 0, 2, 0, 0]);
}

#[test]
fn ids_outside_the_corpus_score_nothing() {
    let index = index(&["red fish"]);
    assert_eq!(index.score("fish", 1), 0.0);
    assert_eq!(index.score("fish", DocId::MAX), 0.0);
}

#[test]
fn any_k() {
    let index = index(&["fish", "fish", "fish and chips"]);
    assert!(index.search("fish", 0, &|_| false).is_empty());
    assert_eq!(docs(&index.search("fish", 2, &|_| false)), [0, 1]);
    assert_eq!(docs(&index.search("fish", usize::MAX, &|_| false)), [0, 1, 2]);
}

#[test]
fn excluded_documents_leave_their_place_to_others() {
    let index = index(&["fish fish", "fish", "fish chips", "chips"]);
    assert_eq!(docs(&index.search("fish", 2, &|doc| doc == 0)), [1, 2]);
    assert!(index.search("fish", 2, &|_| true).is_empty());
}

#[test]
fn exclusion_is_asked_about_matches_only() {
    let index = index(&["fish", "chips", "", "fish"]);
    let asked = Cell::new(0);
    let hits = index.search("fish", 5, &|doc| {
        asked.set(asked.get() + 1);
        assert!(doc == 0 || doc == 3);
        false
    });
    assert_eq!((hits.len(), asked.get()), (2, 2));
}

#[test]
fn repeated_query_terms_count_each_time() {
    let index = index(&["red fish", "blue fish"]);
    let (once, twice) = (index.score("red", 0), index.score("red reds", 0));
    assert_eq!(twice, 2.0 * once);
}

#[test]
fn word_order_does_not_matter() {
    let index = index(&["one two three four five", "five four three", "one one two"]);
    assert_eq!(
        index.search("one two three four five", 3, &|_| false),
        index.search("five three one two four", 3, &|_| false)
    );
}

#[test]
fn document_of_ten_megabytes() {
    let long = "The quick brown foxes jumped over lazy dogs. ".repeat(230_000);
    assert!(long.len() > 10_000_000);
    let index = index(&["a short fox", &long, "unrelated"]);
    // Seven terms a sentence: only "the" is a stop word.
    assert_eq!(index.doc_len(1), 7 * 230_000);
    // Its 230,000 foxes outweigh its length.
    assert_eq!(found(&index, "fox"), [1, 0]);
    assert_eq!(found(&index, "lazy dog"), [1]);
    let score = index.score("fox", 1);
    assert!(score.is_finite() && score > 0.0);
}

#[test]
fn query_of_sixty_thousand_terms() {
    let texts: Vec<String> = (0..500).map(|n| format!("word{n} word{} shared", n + 1)).collect();
    let index = Bm25Builder::new().build(&texts).unwrap();
    let query: String = (0..60_000).map(|n| format!("word{n} ")).collect();
    let hits = index.search(&query, 1000, &|_| false);
    assert_eq!(hits.len(), 500);
    let score = index.score(&query, 250);
    assert!(hits.contains(&Hit { doc: 250, score }));

    let repeated = "word7 ".repeat(60_000);
    let [once, often] = ["word7", &repeated].map(|query| index.score(query, 7));
    assert!((often / once - 60_000.0).abs() < 1.0);
}

#[test]
fn text_of_one_unbroken_run() {
    let run = "x".repeat(1_000_000);
    let index = index(&[&run, "x"]);
    // 3,921 full tokens of 255 characters and a rest of 145.
    assert_eq!(index.doc_len(0), 3922);
    assert_eq!(found(&index, "x"), [1]);
    assert_eq!(found(&index, &"x".repeat(255)), [0]);
}

#[test]
fn ten_megabytes_of_rules() {
    let index = index(&[&"_".repeat(10_000_000), "word"]);
    assert_eq!((index.doc_len(0), index.doc_len(1)), (0, 1));
}

#[test]
fn parameters_are_checked() {
    let build = |params| Bm25Builder::new().params(params).build(["text"]).err();
    let defaults = Bm25Params::default();
    assert_eq!(build(Bm25Params { k1: -1.0, ..defaults }), Some(Bm25Error::K1(-1.0)));
    assert_eq!(build(Bm25Params { b: 2.0, ..defaults }), Some(Bm25Error::B(2.0)));
    assert_eq!(build(defaults), None);
}

#[test]
fn the_same_on_any_number_of_threads() {
    // Enough texts for several batches and many chunks of each.
    let texts: Vec<String> =
        (0..40_000_u64).map(|n| format!("t{} t{} t{}", n % 7, n % 101, n * n % 1009)).collect();
    let queries: Vec<String> = (0..200).map(|n| format!("t{} t{} t{}", n % 7, n % 101, n)).collect();
    let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
    let [one, three] = [1, 3].map(|threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let index = Bm25Builder::new().build(&texts).unwrap();
            index.search_batch(&queries, 20, &|query, doc| doc as usize % 200 == query)
        })
    });
    assert_eq!(one, three);
    assert!(one.iter().all(|hits| hits.len() == 20));
}

#[test]
fn a_search_that_panics_does_not_spoil_the_next() {
    let index = index(&["red fish", "blue fish"]);
    let before = index.search("fish", 2, &|_| false);
    let panicked =
        catch_unwind(AssertUnwindSafe(|| index.search("red fish", 2, &|_| panic!("from exclude"))));
    assert!(panicked.is_err());
    assert_eq!(index.search("fish", 2, &|_| false), before);
}
