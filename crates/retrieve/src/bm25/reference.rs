//! The search without any cleverness, to compare the index with.

use std::collections::BTreeMap;

use super::length::lucene_length;
use super::score::{idf, inverse_norm, term_score};
use super::{Bm25Error, Bm25Params};
use crate::top_k::top_k;
use crate::{Analyzer, DocId, Hit};

/// The documents of a term, with its frequency in each.
type Postings = Vec<(DocId, u32)>;

/// BM25 by adding up every posting of every query term in double precision and selecting from all documents.
///
/// Slow and plain: tests and benchmarks hold [`Bm25Index`](super::Bm25Index) against it.
#[derive(Debug)]
pub struct Bm25Reference {
    analyzer: Analyzer,
    /// By term: its number, in the order of first occurrence, and its documents with the term's frequency.
    terms: BTreeMap<String, (usize, Postings)>,
    inverse_norms: Vec<f32>,
    doc_count: u32,
}

impl Bm25Reference {
    /// Indexes texts.
    ///
    /// # Errors
    /// If a parameter is out of its range.
    pub fn new<S: AsRef<str>>(
        texts: &[S],
        params: Bm25Params,
        analyzer: Analyzer,
    ) -> Result<Self, Bm25Error> {
        params.check()?;
        let mut terms: BTreeMap<String, (usize, Postings)> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (doc, text) in (0..).zip(texts) {
            let words = analyzer.terms(text.as_ref());
            lengths.push(words.len() as u32);
            for word in words {
                let number = terms.len();
                let (_, postings) = terms.entry(word).or_insert_with(|| (number, Vec::new()));
                match postings.last_mut() {
                    Some((last, tf)) if *last == doc => *tf += 1,
                    _ => postings.push((doc, 1)),
                }
            }
        }
        let doc_count = lengths.iter().filter(|&&length| length > 0).count() as u32;
        let total: u64 = lengths.iter().map(|&length| u64::from(length)).sum();
        let average = (total as f64 / f64::from(doc_count.max(1))) as f32;
        let inverse_norms = lengths.iter().map(|&length| {
            inverse_norm(&params, if params.lucene_lengths { lucene_length(length) } else { length }, average)
        });
        Ok(Self { analyzer, terms, inverse_norms: inverse_norms.collect(), doc_count })
    }

    /// Number of documents, those without any term included.
    pub fn len(&self) -> usize {
        self.inverse_norms.len()
    }

    /// Whether there is no document at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What [`Bm25Index::search`](super::Bm25Index::search) must find.
    pub fn search(&self, query: &str, k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        let mut counts: BTreeMap<usize, (u32, &Postings)> = BTreeMap::new();
        for word in self.analyzer.terms(query) {
            if let Some((number, postings)) = self.terms.get(&word) {
                counts.entry(*number).or_insert((0, postings)).0 += 1;
            }
        }
        let mut scores = vec![0.0; self.len()];
        for (count, postings) in counts.into_values() {
            let weight = count as f32 * idf(postings.len() as u32, self.doc_count);
            for &(doc, tf) in postings {
                scores[doc as usize] += f64::from(term_score(weight, tf, self.inverse_norms[doc as usize]));
            }
        }
        let hits = (0..).zip(scores).filter(|(_, score)| *score > 0.0);
        top_k(hits.map(|(doc, score)| Hit { doc, score: score as f32 }), k, exclude)
    }
}
