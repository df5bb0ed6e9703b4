//! The index against the plain reference implementation: the same documents, the same scores, to the bit.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;
use ragstill_retrieve::{Analyzer, Bm25Builder, Bm25Index, Bm25Params, Bm25Reference};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Texts of numbered words whose frequencies fall as those of a language do.
struct Zipf {
    rng: ChaCha8Rng,
    vocabulary: u32,
}

impl Zipf {
    fn new(seed: u64, vocabulary: u32) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), vocabulary }
    }

    fn text(&mut self, words: u32) -> String {
        let mut text = String::new();
        for _ in 0..words {
            let uniform = f64::from(self.rng.next_u32()) / f64::from(u32::MAX);
            let word = f64::from(self.vocabulary).powf(uniform) as u32;
            text.push_str(&format!("w{word} "));
        }
        text
    }

    fn texts(&mut self, count: usize, longest: u32) -> Vec<String> {
        (0..count)
            .map(|_| {
                let words = self.rng.next_u32() % (longest + 1);
                self.text(words)
            })
            .collect()
    }
}

fn both(texts: &[String], params: Bm25Params) -> (Bm25Index, Bm25Reference) {
    let index = Bm25Builder::new().params(params).build(texts).unwrap();
    (index, Bm25Reference::new(texts, params, Analyzer::english()).unwrap())
}

fn params() -> impl Strategy<Value = Bm25Params> {
    let k1 = prop_oneof![4 => 0.0..3.0_f32, 1 => 100.0..10_000.0_f32];
    (k1, 0.0..=1.0_f32, any::<bool>()).prop_map(|(k1, b, lucene_lengths)| Bm25Params {
        k1,
        b,
        lucene_lengths,
    })
}

proptest! {
    #![proptest_config(Config { cases: 60, ..Config::default() })]
    #[test]
    fn random_corpora(
        seed in any::<u64>(),
        vocabulary in 2_u32..20_000,
        documents in 1_usize..3000,
        longest in 1_u32..60,
        k in prop_oneof![4 => 1_usize..30, 1 => 30_usize..4000],
        params in params(),
        excluded in 1_u32..10,
    ) {
        let mut zipf = Zipf::new(seed, vocabulary);
        let texts = zipf.texts(documents, longest);
        let (index, reference) = both(&texts, params);
        let queries: Vec<String> = [1, 3, 10, 40, 200, 2000].map(|words| zipf.text(words)).into();
        // Passages of the corpus itself: one document far above all others.
        let queries: Vec<&str> = queries.iter().chain(texts.iter().take(3)).map(String::as_str).collect();
        let exclude = |query: usize, doc: u32| (doc + query as u32) % 10 < excluded;
        let found = index.search_batch(&queries, k, &exclude);
        for (at, query) in queries.iter().enumerate() {
            prop_assert_eq!(&found[at], &reference.search(query, k, &|doc| exclude(at, doc)), "{}", query);
        }
    }
}

#[test]
fn many_tiles() {
    let mut zipf = Zipf::new(7, 50_000);
    let texts = zipf.texts(100_000, 12);
    let (index, reference) = both(&texts, Bm25Params::default());
    for words in [1, 2, 5, 20, 100] {
        for _ in 0..10 {
            let query = zipf.text(words);
            for k in [1, 10, 300] {
                let exclude = |doc: u32| doc.is_multiple_of(3);
                assert_eq!(
                    index.search(&query, k, &exclude),
                    reference.search(&query, k, &exclude),
                    "{query}"
                );
            }
        }
    }
    // The best document lies in the last tile, which the first ones cannot know.
    let last = texts.len() as u32 - 1;
    assert_eq!(index.search(&texts[last as usize], 1, &|_| false)[0].doc, last);
}

#[test]
fn frequencies_beyond_a_byte() {
    let texts: Vec<String> =
        [1, 254, 255, 256, 300, 70_000].map(|count| format!("{} other", "word ".repeat(count))).into();
    let (index, reference) = both(&texts, Bm25Params { k1: 50.0, ..Bm25Params::default() });
    for query in ["word", "other word", "word word word other"] {
        let hits = index.search(query, 10, &|_| false);
        assert_eq!(hits, reference.search(query, 10, &|_| false));
        assert_eq!(hits.len(), 6);
        assert!(hits.iter().all(|hit| index.score(query, hit.doc) == hit.score));
    }
}

#[test]
fn queries_so_long_that_sums_saturate() {
    let mut zipf = Zipf::new(3, 3000);
    let texts = zipf.texts(2000, 80);
    let (index, reference) = both(&texts, Bm25Params::default());
    let everything = texts.concat();
    let repeated = format!("{}{}", "w7 ".repeat(70_000), zipf.text(50));
    for query in [everything, repeated] {
        assert_eq!(index.search(&query, 20, &|_| false), reference.search(&query, 20, &|_| false));
    }
}

/// Every query of every set, where the data is there.
#[test]
fn real_queries() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let read = |file: &str, field: &str| -> Option<Vec<String>> {
        let Ok(text) = fs::read_to_string(folder.join(file)) else {
            println!("skipped: {file} is absent from {}", folder.display());
            return None;
        };
        let row = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
        Some(text.lines().map(|line| row(line)[field].as_str().unwrap().to_owned()).collect())
    };
    let sets = [
        ("cranfield/corpus.jsonl", vec![("cranfield/queries.jsonl", "text")]),
        (
            "passages/corpus.jsonl",
            ["short", "long", "multi"]
                .map(|set| (format!("passages/queries_{set}.jsonl"), "question"))
                .into_iter()
                .map(|(file, field)| (&*file.leak(), field))
                .collect(),
        ),
    ];
    for (corpus, queries) in sets {
        let Some(texts) = read(corpus, "text") else { return };
        let (index, reference) = both(&texts, Bm25Params::default());
        for (file, field) in queries {
            let Some(queries) = read(file, field) else { return };
            let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
            let found = index.search_batch(&queries, 10, &|_, _| false);
            let expected: Vec<_> =
                queries.iter().map(|query| reference.search(query, 10, &|_| false)).collect();
            let different = found.iter().zip(&expected).filter(|(found, expected)| found != expected).count();
            println!("{file}: {} queries, {different} differ", queries.len());
            assert_eq!(different, 0, "{file}");
        }
    }
}
