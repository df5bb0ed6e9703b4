//! The second pass: candidates are compared in full.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Serialize;

use super::finder::Candidates;
use super::shelf::Shelf;
use super::shingles::Shingles;

/// A text is dropped as a near duplicate from this Jaccard index of word 3-grams on.
///
/// Dropping loses what the text says and the earlier one does not, so it takes more than
/// [`NEAR_JACCARD`](super::NEAR_JACCARD): that guards negatives, where a text left out in vain costs nothing and one
/// wrongly taken teaches a falsehood. *k* words replaced far apart in *n* leave an index of
/// (*n* − 2 − 3*k*) / (*n* − 2 + 3*k*), so 0.8 forgives 4 edits in a passage of 130 words and 1 in one of 29. Containment
/// does not count: a longer text that holds a shorter one says more. 0.8 is also the usual choice for training data
/// (Rae et al.: Scaling language models, 2021; Lee et al.: Deduplicating training data makes language models better,
/// 2022).
pub const DEDUP_JACCARD: f64 = 0.8;

/// Kept texts that are remembered of a bucket. A band that is the same in more texts than this, which are no duplicates
/// of each other, comes of a stock phrase and says little.
const BUCKET: usize = 256;

/// Kept texts that one text is compared with: those that share the most bands.
const COMPARISONS: usize = 64;

/// How a text repeats an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateKind {
    /// The same words in the same order.
    Exact,
    /// Nearly the same shingles.
    Near,
}

/// A text that repeats an earlier one, and so is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Duplicate {
    /// The number of the text, from 0.
    pub record: u32,
    /// The number of the earlier one that is kept.
    pub of: u32,
    /// How it repeats it.
    pub kind: DuplicateKind,
    /// The Jaccard index of their shingles, from [`DEDUP_JACCARD`] to 1.
    pub similarity: f64,
}

/// Decides in the order of the texts which are kept.
///
/// A text is dropped when its Jaccard index with a kept earlier one is [`DEDUP_JACCARD`] or more; the most similar of
/// them is named, of equals the first. A text with the same words as an earlier one shares its fate: it repeats that one,
/// or what that one repeats. A text without words is kept.
///
/// Nothing is dropped that was not compared in full. Much boilerplate makes many candidates, and to keep the work of a
/// text constant it is compared with no more than 64 kept ones, those that share the most bands with it, and a bucket
/// remembers no more than 256; a near duplicate beyond that stays. Copies and texts that were dropped do not count, so
/// any number of repetitions of one text are all found.
///
/// It keeps the shingles of the kept candidates, eight bytes a word, until the last text that shares a band with them
/// has passed: 32 MiB of them in memory, the others in a temporary file. Beside them it holds some 40 bytes a bucket.
#[derive(Debug)]
pub struct Verifier<'a> {
    candidates: &'a Candidates,
    /// The place among the candidates of the next to come.
    next: usize,
    /// The candidates in each bucket that were kept, by their places.
    kept: Vec<Vec<u32>>,
    /// The shingles of those that are still needed.
    shingles: Shelf,
    /// Until when each of these is needed: the number of a text, and the place. The first to go is on top.
    needed: BinaryHeap<Reverse<(u32, u32)>>,
    /// Bands that each candidate shares with the one in question; zeros in between.
    shared: Vec<u8>,
    duplicates: Vec<Duplicate>,
}

impl<'a> Verifier<'a> {
    /// A verifier of these candidates.
    pub fn new(candidates: &'a Candidates) -> Self {
        let count = candidates.numbers().len();
        Self {
            candidates,
            next: 0,
            kept: vec![Vec::new(); candidates.last.len()],
            shingles: Shelf::new(count),
            needed: BinaryHeap::new(),
            shared: vec![0; count],
            duplicates: Vec::new(),
        }
    }

    /// Takes the shingles of the text of this number; numbers must ascend. What is no candidate is passed over, and a
    /// candidate that never comes is kept and not compared.
    pub fn push(&mut self, number: u32, shingles: Shingles) {
        let numbers = self.candidates.numbers();
        self.next += numbers[self.next..].partition_point(|candidate| *candidate < number);
        if numbers.get(self.next) != Some(&number) {
            return;
        }
        let place = self.next;
        self.next += 1;
        match self.most_similar(place, &shingles) {
            Some((of, similarity)) => {
                let of = numbers[of as usize];
                self.duplicates.push(Duplicate { record: number, of, kind: DuplicateKind::Near, similarity });
            }
            None => self.keep(place, shingles),
        }
        self.forget(number);
    }

    /// The duplicates, ascending.
    pub fn finish(self) -> Vec<Duplicate> {
        let mut all = self.duplicates;
        let near = all.len();
        for &(record, first) in &self.candidates.copies {
            all.push(match all[..near].binary_search_by_key(&first, |duplicate| duplicate.record) {
                Ok(at) => Duplicate { record, ..all[at] },
                Err(_) => Duplicate { record, of: first, kind: DuplicateKind::Exact, similarity: 1.0 },
            });
        }
        all.sort_unstable_by_key(|duplicate| duplicate.record);
        all
    }

    /// The place of the kept candidate that is most similar, and how similar it is.
    fn most_similar(&mut self, place: usize, shingles: &Shingles) -> Option<(u32, f64)> {
        let mut others = Vec::new();
        for &bucket in self.candidates.buckets_of(place) {
            for &other in &self.kept[bucket as usize] {
                let shared = &mut self.shared[other as usize];
                if *shared == 0 {
                    others.push(other);
                }
                *shared += 1;
            }
        }
        if others.len() > COMPARISONS {
            others.select_nth_unstable_by_key(COMPARISONS, |&other| {
                (Reverse(self.shared[other as usize]), other)
            });
        }
        let mut best: Option<(u32, f64)> = None;
        for (at, &other) in others.iter().enumerate() {
            self.shared[other as usize] = 0;
            if at >= COMPARISONS {
                continue;
            }
            let can_be =
                self.shingles.len(other as usize).is_some_and(|count| may_reach(count, shingles.len()));
            let similarity = if can_be { self.shingles.jaccard(other as usize, shingles) } else { None };
            let Some(similarity) = similarity else { continue };
            let better =
                best.is_none_or(|(first, most)| similarity > most || (similarity == most && other < first));
            if similarity >= DEDUP_JACCARD && better {
                best = Some((other, similarity));
            }
        }
        best
    }

    /// Remembers a kept candidate for those that share a bucket with it.
    fn keep(&mut self, place: usize, shingles: Shingles) {
        let mut until = 0;
        for &bucket in self.candidates.buckets_of(place) {
            let kept = &mut self.kept[bucket as usize];
            if kept.len() < BUCKET {
                kept.push(place as u32);
                until = until.max(self.candidates.last[bucket as usize]);
            }
        }
        if until > self.candidates.numbers()[place] {
            self.shingles.put(place, shingles);
            self.needed.push(Reverse((until, place as u32)));
        }
    }

    /// Drops the shingles that no text after this one shares a bucket with.
    fn forget(&mut self, number: u32) {
        while let Some(Reverse((until, place))) = self.needed.peek()
            && *until <= number
        {
            self.shingles.clear(*place as usize);
            self.needed.pop();
        }
    }
}

/// Whether sets of such sizes can be similar enough.
fn may_reach(a: usize, b: usize) -> bool {
    a.min(b) as f64 >= DEDUP_JACCARD * a.max(b) as f64
}

#[cfg(test)]
mod tests;
