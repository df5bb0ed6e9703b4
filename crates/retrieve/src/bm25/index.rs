//! The inverted index and the search over it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::score::{idf, term_score};
use super::top_k::top_k;
use crate::{Analyzer, DocId, Hit, Retriever};

/// A distinct term, numbered in the order of first occurrence in the corpus.
pub(super) type TermId = u32;

/// One document of a term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) doc: DocId,
    /// How often the term occurs in the document.
    pub(super) tf: u32,
}

/// An in-memory BM25 index, searched exactly; built by [`Bm25Builder`](super::Bm25Builder).
///
/// Each search adds up the postings of every query term, one term after the other, and selects from all
/// documents that were touched: nothing is skipped or estimated. It can be shared between threads, and its
/// results depend neither on their number nor on the order of the words in a query.
pub struct Bm25Index {
    pub(super) analyzer: Analyzer,
    pub(super) vocabulary: HashMap<Box<str>, TermId>,
    /// Where the postings of each term begin in `postings`; one more entry than terms.
    pub(super) starts: Vec<usize>,
    /// By term, then by document.
    pub(super) postings: Vec<Posting>,
    /// Terms of each document, exact.
    pub(super) lengths: Vec<u32>,
    /// The part of the formula that depends on the document alone.
    pub(super) inverse_norms: Vec<f32>,
    /// Documents with at least one term.
    pub(super) doc_count: u32,
    /// Scratch space that searches take and return, as many as ever ran at once.
    pub(super) scratch: Mutex<Vec<Accumulator>>,
}

impl Bm25Index {
    /// Number of documents that the formula counts (its *N*): those with at least one term.
    pub fn doc_count(&self) -> usize {
        self.doc_count as usize
    }

    /// Length of a document in terms, with repetitions and without stop words; exact even if scores use
    /// Lucene's rounded lengths. 0 for an id outside the corpus.
    pub fn doc_len(&self, doc: DocId) -> u32 {
        self.lengths.get(doc as usize).copied().unwrap_or(0)
    }

    /// Score of one document for a query: exactly what [`search`](Retriever::search) reports for it, or 0 if
    /// it shares no term with the query or lies outside the corpus.
    pub fn score(&self, query: &str, doc: DocId) -> f32 {
        let Some(&inverse_norm) = self.inverse_norms.get(doc as usize) else { return 0.0 };
        let mut score = 0.0;
        for (term, weight) in self.query_terms(query) {
            let postings = self.postings_of(term);
            if let Ok(at) = postings.binary_search_by_key(&doc, |posting| posting.doc) {
                score += f64::from(term_score(weight, postings[at].tf, inverse_norm));
            }
        }
        score as f32
    }

    /// The distinct indexed terms of a query in ascending order, each with its weight: idf times the number
    /// of occurrences in the query.
    fn query_terms(&self, query: &str) -> Vec<(TermId, f32)> {
        let mut terms = Vec::new();
        self.analyzer.for_each_term(query, |term| terms.extend(self.vocabulary.get(term)));
        terms.sort_unstable();
        terms
            .chunk_by(|a, b| a == b)
            .map(|same| {
                let df = self.postings_of(same[0]).len() as u32;
                (same[0], same.len() as f32 * idf(df, self.doc_count))
            })
            .collect()
    }

    fn postings_of(&self, term: TermId) -> &[Posting] {
        let term = term as usize;
        &self.postings[self.starts[term]..self.starts[term + 1]]
    }

    fn take_accumulator(&self) -> Accumulator {
        let taken = self.scratch.lock().unwrap_or_else(PoisonError::into_inner).pop();
        taken.unwrap_or_else(|| Accumulator::new(self.len()))
    }

    fn return_accumulator(&self, mut accumulator: Accumulator) {
        accumulator.clear();
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).push(accumulator);
    }
}

impl Retriever for Bm25Index {
    fn len(&self) -> usize {
        self.lengths.len()
    }

    fn search(&self, query: &str, k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        let terms = self.query_terms(query);
        if k == 0 || terms.is_empty() {
            return Vec::new();
        }
        let mut accumulator = self.take_accumulator();
        for (term, weight) in terms {
            for posting in self.postings_of(term) {
                let inverse_norm = self.inverse_norms[posting.doc as usize];
                accumulator.add(posting.doc, term_score(weight, posting.tf, inverse_norm));
            }
        }
        let hits = top_k(accumulator.hits(), k, exclude);
        self.return_accumulator(accumulator);
        hits
    }
}

impl std::fmt::Debug for Bm25Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bm25Index")
            .field("documents", &self.len())
            .field("terms", &self.vocabulary.len())
            .field("postings", &self.postings.len())
            .finish_non_exhaustive()
    }
}

/// Sums of one search: dense, so that adding needs no lookup, and cleared by what was touched.
///
/// Summed in double precision, as Lucene does: the rounding of a sum of single-precision terms then vanishes
/// in the single-precision result.
pub(super) struct Accumulator {
    scores: Vec<f64>,
    touched: Vec<DocId>,
}

impl Accumulator {
    fn new(documents: usize) -> Self {
        Self { scores: vec![0.0; documents], touched: Vec::new() }
    }

    fn add(&mut self, doc: DocId, score: f32) {
        let sum = &mut self.scores[doc as usize];
        if *sum == 0.0 && score > 0.0 {
            self.touched.push(doc);
        }
        *sum += f64::from(score);
    }

    fn hits(&self) -> impl ExactSizeIterator<Item = Hit> {
        self.touched.iter().map(|&doc| Hit { doc, score: self.scores[doc as usize] as f32 })
    }

    fn clear(&mut self) {
        for doc in self.touched.drain(..) {
            self.scores[doc as usize] = 0.0;
        }
    }
}
