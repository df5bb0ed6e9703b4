//! Many queries at once: tile by tile, so that a tile's postings stay in the cache while all of them are answered.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use std::borrow::Borrow;

use super::Bm25Index;
use super::query::Query;
use super::tile::{State, search_tile};
use crate::{DocId, Hit};

/// Queries that one thread answers together.
const BATCH: usize = 512;

/// The best hits of each query, on the threads of the current rayon pool.
pub(super) fn search_parallel(
    index: &Bm25Index,
    queries: &[Query],
    k: usize,
    exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
) -> Vec<Vec<Hit>> {
    let batches = queries
        .par_chunks(BATCH)
        .enumerate()
        .map(|(number, queries)| search(index, queries, k, &|at, doc| exclude(number * BATCH + at, doc)));
    batches.flatten_iter().collect()
}

/// The best hits of each query, on this thread.
pub(super) fn search<Q: Borrow<Query>>(
    index: &Bm25Index,
    queries: &[Q],
    k: usize,
    exclude: &dyn Fn(usize, DocId) -> bool,
) -> Vec<Vec<Hit>> {
    if k == 0 {
        return vec![Vec::new(); queries.len()];
    }
    let mut scratch = index.pool.take();
    let mut states: Vec<State<'_>> =
        queries.iter().map(|query| State::new(index, query.borrow(), k)).collect();
    // Queries that share their most frequent term follow each other: its postings are still in the cache.
    let mut order: Vec<usize> = (0..queries.len()).collect();
    order.sort_by_cached_key(|&at| {
        let terms = queries[at].borrow().terms.iter();
        terms.map(|term| (index.postings.dfs[term.term as usize], term.term)).max()
    });
    for tile in 0..index.postings.tiles.len() - 1 {
        for &at in &order {
            search_tile(index, tile as u32, &mut states[at], &mut scratch, &|doc| exclude(at, doc));
        }
    }
    index.pool.give_back(scratch);
    states.into_iter().map(State::into_hits).collect()
}
