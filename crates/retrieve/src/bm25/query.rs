//! Queries, analysed.

use super::vocabulary::TermId;

/// A query as an index sees it: its distinct terms that stand in the corpus.
///
/// Made by [`Bm25Index::query`](super::Bm25Index::query), for that index only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// In ascending order of the terms.
    pub(super) terms: Vec<QueryTerm>,
}

/// A term of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct QueryTerm {
    pub(super) term: TermId,
    /// How often the query has it.
    pub(super) count: u32,
    /// Its idf times `count`.
    pub(super) weight: f32,
}

impl Query {
    /// Number of distinct terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether nothing can be found: the query has no term that the corpus has.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The query with these terms, as they come.
    pub(super) fn of(mut terms: Vec<TermId>, idf: impl Fn(TermId) -> f32) -> Self {
        terms.sort_unstable();
        let terms = terms.chunk_by(|a, b| a == b).map(|same| QueryTerm {
            term: same[0],
            count: same.len() as u32,
            weight: same.len() as f32 * idf(same[0]),
        });
        Self { terms: terms.collect() }
    }
}
