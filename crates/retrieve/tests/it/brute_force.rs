//! Search against a scorer that reads every document for every query, on random corpora.

use std::collections::HashSet;

use proptest::collection::{hash_set, vec};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use ragstill_retrieve::{Analyzer, Bm25Builder, Bm25Params, DocId, Hit};

/// The textbook formula in double precision over the terms of each text, without an index.
fn brute_force(texts: &[String], query: &str, params: Bm25Params) -> Vec<f64> {
    let analyzer = Analyzer::english();
    let documents: Vec<Vec<String>> = texts.iter().map(|text| analyzer.terms(text)).collect();
    let counted = documents.iter().filter(|terms| !terms.is_empty()).count() as f64;
    let average = documents.iter().map(Vec::len).sum::<usize>() as f64 / counted;
    let (k1, b) = (f64::from(params.k1), f64::from(params.b));
    let score = |document: &Vec<String>| {
        let length = if params.lucene_lengths { stored_length(document.len()) } else { document.len() };
        let norm = k1 * (1.0 - b + b * length as f64 / average);
        let term_score = |term: &String| {
            let tf = document.iter().filter(|other| *other == term).count() as f64;
            let df = documents.iter().filter(|other| other.contains(term)).count() as f64;
            let idf = (1.0 + (counted - df + 0.5) / (df + 0.5)).ln();
            if tf > 0.0 { idf * tf / (tf + norm) } else { 0.0 }
        };
        analyzer.terms(query).iter().map(term_score).sum()
    };
    documents.iter().map(score).collect()
}

/// The beginning of the table of lengths that Lucene's one byte can hold.
fn stored_length(length: usize) -> usize {
    let above_40 = [42, 44, 46, 48, 50, 52, 54, 56, 60, 64, 68, 72, 76, 80, 84, 88, 96];
    assert!(length < 104, "longer than the table");
    above_40.into_iter().rev().find(|&stored| stored <= length).unwrap_or(length.min(40))
}

/// A few words, so that terms repeat and scores tie, with stop words, inflections and separators.
fn word() -> impl Strategy<Value = String> {
    let words = &["wing", "wings", "flow", "flows", "the", "of", "Wing's", "heat", "heated", "½", "", "日本"];
    prop_oneof![8 => select(&words[..]).prop_map(str::to_owned), 1 => "[a-c]{1,2}"]
}

fn text(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    vec(word(), words).prop_map(|words| words.join(" "))
}

fn corpus() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![4 => text(0..12), 1 => text(30..90), 1 => Just(String::new())], 0..40)
}

fn params() -> impl Strategy<Value = Bm25Params> {
    let k1 = prop_oneof![3 => Just(0.9_f32), 1 => 0.0..3.0_f32];
    let b = prop_oneof![3 => Just(0.4_f32), 1 => 0.0..=1.0_f32];
    (k1, b, any::<bool>()).prop_map(|(k1, b, lucene_lengths)| Bm25Params { k1, b, lucene_lengths })
}

fn rank(mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
    hits.truncate(k);
    hits
}

proptest! {
    #[test]
    fn search_equals_brute_force(
        texts in corpus(),
        query in text(0..10),
        params in params(),
        k in 0_usize..50,
        excluded in hash_set(0_u32..40, 0..12),
    ) {
        let index = Bm25Builder::new().params(params).build(&texts).unwrap();
        let expected = brute_force(&texts, &query, params);
        let ours = |doc: DocId| index.score(&query, doc);
        let docs = 0..texts.len() as DocId;

        for (doc, score) in docs.clone().zip(&expected) {
            prop_assert!((f64::from(ours(doc)) - score).abs() <= 1e-5 * score.max(1.0), "{doc}: {score}");
            prop_assert_eq!(ours(doc) > 0.0, *score > 0.0);
        }

        let candidates = docs.filter(|doc| !excluded.contains(doc) && ours(*doc) > 0.0);
        let ranked = rank(candidates.map(|doc| Hit { doc, score: ours(doc) }).collect(), k);
        prop_assert_eq!(index.search(&query, k, &|doc| excluded.contains(&doc)), ranked);
    }

    #[test]
    fn batches_equal_single_searches(
        texts in corpus(),
        queries in vec(text(0..10), 0..8),
        excluded in vec(hash_set(0_u32..40, 0..12), 8),
    ) {
        let index = Bm25Builder::new().build(&texts).unwrap();
        let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
        let batch = index.search_batch(&queries, 5, &|query, doc| excluded[query].contains(&doc));
        let single: Vec<Vec<Hit>> = queries
            .iter()
            .zip(&excluded)
            .map(|(query, excluded)| index.search(query, 5, &|doc| excluded.contains(&doc)))
            .collect();
        prop_assert_eq!(batch, single);
    }

    #[test]
    fn analysis_takes_any_text(text in any::<String>()) {
        let mut rest = text.as_str();
        for token in ragstill_retrieve::analysis::Tokenizer::new(&text) {
            prop_assert!(!token.is_empty());
            prop_assert!(token.encode_utf16().count() <= ragstill_retrieve::analysis::MAX_TOKEN_UNITS);
            // Tokens stand in the text in their order and do not overlap.
            let at = rest.find(token);
            prop_assert!(at.is_some(), "{token:?}");
            rest = &rest[at.unwrap() + token.len()..];
        }
        let terms: HashSet<String> = Analyzer::english().terms(&text).into_iter().collect();
        let index = Bm25Builder::new().build([&text]).unwrap();
        prop_assert_eq!(index.search(&text, 1, &|_| false).len(), usize::from(!terms.is_empty()));
    }
}
