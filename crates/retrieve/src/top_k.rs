//! Selection of the best hits.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::{DocId, Hit};

/// A hit in rank order: the greater is the better, and of equal scores the lower id.
#[derive(Clone, Copy)]
struct Ranked(Hit);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.score.total_cmp(&other.0.score).then_with(|| other.0.doc.cmp(&self.0.doc))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

/// Places that are made room for at once.
const ROOM: usize = 128;

/// The best `k` hits so far of those that are not excluded. What they are does not depend on the order in which hits are
/// offered.
pub(crate) struct TopK {
    k: usize,
    heap: BinaryHeap<Reverse<Ranked>>,
}

impl TopK {
    /// Room for `k` hits, at least 1.
    pub(crate) fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::with_capacity(k.min(ROOM)) }
    }

    /// Takes a hit that is good enough and not excluded; `exclude` is asked only about one that is good enough.
    pub(crate) fn offer(&mut self, hit: Hit, exclude: &dyn Fn(DocId) -> bool) {
        let hit = Ranked(hit);
        if self.heap.len() < self.k {
            if !exclude(hit.0.doc) {
                self.heap.push(Reverse(hit));
            }
        } else if let Some(mut worst) = self.heap.peek_mut()
            && hit > worst.0
            && !exclude(hit.0.doc)
        {
            *worst = Reverse(hit);
        }
    }

    /// The score below which no hit is good enough any more, once there are `k`.
    pub(crate) fn floor(&self) -> Option<f32> {
        if self.heap.len() < self.k { None } else { self.heap.peek().map(|worst| worst.0.0.score) }
    }

    /// The hits, best first.
    pub(crate) fn into_hits(self) -> Vec<Hit> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(Ranked(hit))| hit).collect()
    }
}

/// The best `k` of `hits` that `exclude` does not name, best first.
pub(crate) fn top_k(hits: impl Iterator<Item = Hit>, k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
    if k == 0 {
        return Vec::new();
    }
    let mut best = TopK::new(k);
    hits.for_each(|hit| best.offer(hit, exclude));
    best.into_hits()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn hits(scores: &[f32]) -> Vec<Hit> {
        (0..).zip(scores).map(|(doc, &score)| Hit { doc, score }).collect()
    }

    fn docs(scores: &[f32], k: usize, excluded: &[DocId]) -> Vec<DocId> {
        let best = top_k(hits(scores).into_iter(), k, &|doc| excluded.contains(&doc));
        best.iter().map(|hit| hit.doc).collect()
    }

    #[test]
    fn best_first_ties_by_id() {
        let scores = [1.0, 3.0, 2.0, 3.0, 2.0, 2.0];
        assert_eq!(docs(&scores, 4, &[]), [1, 3, 2, 4]);
        assert_eq!(docs(&scores, 10, &[]), [1, 3, 2, 4, 5, 0]);
        assert!(docs(&scores, 0, &[]).is_empty());
        assert_eq!(docs(&scores, usize::MAX, &[]).len(), 6);
    }

    #[test]
    fn order_of_arrival_does_not_matter() {
        let forward = hits(&[1.0, 3.0, 2.0, 3.0, 2.0, 2.0]);
        let backward = forward.iter().rev().copied().collect::<Vec<_>>();
        let best = |hits: Vec<Hit>| top_k(hits.into_iter(), 4, &|_| false);
        assert_eq!(best(forward), best(backward));
    }

    #[test]
    fn excluded_documents_take_no_place() {
        assert_eq!(docs(&[5.0, 4.0, 3.0, 2.0], 2, &[0, 2]), [1, 3]);
    }

    #[test]
    fn asks_only_about_documents_that_would_enter() {
        let asked = RefCell::new(Vec::new());
        top_k(hits(&[5.0, 1.0, 5.0, 6.0, 0.5]).into_iter(), 1, &|doc| {
            asked.borrow_mut().push(doc);
            false
        });
        assert_eq!(asked.into_inner(), [0, 3]);
    }
}
