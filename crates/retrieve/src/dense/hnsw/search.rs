//! Searching the graph for the best rows (algorithm 5).

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::Hnsw;
use super::near::Near;
use super::walk::{Room, walk};
use crate::dense::Vectors;
use crate::top_k::TopK;
use crate::{DocId, Hit};

/// A walk sees some tens of rows, here and there, for each that it keeps: where they would be most of the rows, all are
/// searched in their order, which is no slower.
const ROWS_OF_ONE: usize = 16;
/// What a walk may see while it has too few: this share of all rows.
const PATIENCE: usize = 8;

impl Hnsw {
    /// Nearly the `k` best documents for a query, as [`Vectors::search`] finds all of them, with the same scores. The walk
    /// keeps the best `ef` rows it has seen, or `k` if that is more: the more, the fewer it misses and the longer it takes.
    ///
    /// There are `k` hits if there are as many documents that are not excluded: where the walk finds too few, because most
    /// are excluded or cannot be reached, all rows are searched. `exclude` is asked about every document that would be among
    /// the best `ef` rows.
    ///
    /// # Panics
    /// When the query has another number of numbers, or the graph is of [other](Self::check) vectors.
    pub fn search(
        &self,
        vectors: &Vectors,
        query: &[f32],
        k: usize,
        ef: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Vec<Hit> {
        assert_eq!(query.len(), vectors.dimension(), "numbers of a query");
        assert_eq!(self.len(), vectors.len(), "the graph of these vectors");
        if k == 0 {
            return Vec::new();
        }
        let hits = self.walk(vectors, query, k, ef.max(k), exclude);
        hits.unwrap_or_else(|| vectors.search(query, k, exclude))
    }

    /// [`search`](Self::search) for queries that lie one after the other, on the threads of the current rayon pool;
    /// `exclude` is given the query's position too.
    ///
    /// # Panics
    /// When there is a part of a query, or the graph is of other vectors.
    pub fn search_batch(
        &self,
        vectors: &Vectors,
        queries: &[f32],
        k: usize,
        ef: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        let dimension = vectors.dimension();
        assert!(queries.len().is_multiple_of(dimension), "numbers of the queries");
        if self.is_for_nothing(ef.max(k)) {
            // Together they share the reading.
            return vectors.search_batch(queries, k, exclude);
        }
        let queries = queries.par_chunks(dimension).enumerate();
        queries.map(|(at, query)| self.search(vectors, query, k, ef, &|doc| exclude(at, doc))).collect()
    }

    /// Whether a walk that keeps so many rows would see most of them.
    fn is_for_nothing(&self, ef: usize) -> bool {
        ef.saturating_mul(ROWS_OF_ONE) >= self.len()
    }

    /// The hits of a walk; `None` if they are too few.
    fn walk(
        &self,
        vectors: &Vectors,
        query: &[f32],
        k: usize,
        ef: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Option<Vec<Hit>> {
        if self.is_for_nothing(ef) {
            return None;
        }
        let view = self.view();
        let (mut near, mut room) = (Near::new(vectors, &[]), Room::default());
        near.query(query);
        let doc = |row: u32| {
            let (segment, row) = vectors.place(row as usize);
            segment.doc(row)
        };
        let start = view.enter(0, &mut near, &mut room)?;
        let mut admit = |row: u32| !exclude(doc(row)) || self.twins_of(row).any(|twin| !exclude(doc(twin)));
        let patience = self.len() / PATIENCE;
        let found = walk(view.base, &mut near, &[start], ef, &mut room, patience, &mut admit)?;
        let mut best = TopK::new(k);
        for found in found.iter().filter(|found| found.score.is_finite()) {
            for row in std::iter::once(found.node).chain(self.twins_of(found.node)) {
                best.offer(Hit { doc: doc(row), score: found.score }, exclude);
            }
        }
        let hits = best.into_hits();
        (hits.len() >= k).then_some(hits)
    }
}
