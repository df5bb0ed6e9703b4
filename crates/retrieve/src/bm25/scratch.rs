//! Room that searches need, kept for the next ones.

use std::sync::{Mutex, PoisonError};

use super::exact::Scorer;
use super::postings::TILE;
use super::sums::{Candidate, Sums};
use super::tile::Active;

/// What one thread needs to search one tile.
pub(super) struct Scratch {
    pub(super) sums: Sums,
    pub(super) scorer: Scorer,
    pub(super) seen: Seen,
    pub(super) active: Vec<Active>,
    pub(super) candidates: Vec<Candidate>,
}

impl Scratch {
    fn new() -> Self {
        Self {
            sums: Sums::new(),
            scorer: Scorer::new(),
            seen: Seen { bits: Box::new([0; TILE / 64]), words: Vec::new() },
            active: Vec::new(),
            candidates: Vec::new(),
        }
    }
}

/// A set of a tile's documents.
pub(super) struct Seen {
    bits: Box<[u64; TILE / 64]>,
    /// The words in which bits are set.
    words: Vec<u16>,
}

impl Seen {
    /// Puts a document into the set; whether it is new there.
    pub(super) fn insert(&mut self, local: u16) -> bool {
        let word = &mut self.bits[usize::from(local) / 64 % (TILE / 64)];
        let bit = 1 << (local % 64);
        if *word == 0 {
            self.words.push(local / 64);
        }
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Empties the set.
    pub(super) fn clear(&mut self) {
        for word in self.words.drain(..) {
            self.bits[usize::from(word)] = 0;
        }
    }
}

/// As many scratch spaces as searches ever ran at once.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    pub(super) fn take(&self) -> Scratch {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(Scratch::new)
    }

    pub(super) fn give_back(&self, scratch: Scratch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, TILE};

    #[test]
    fn a_document_is_new_once() {
        let mut seen = Seen { bits: Box::new([0; TILE / 64]), words: Vec::new() };
        for _ in 0..2 {
            assert!(seen.insert(0) && seen.insert(63) && seen.insert(64) && seen.insert(65_535));
            assert!(!seen.insert(63) && !seen.insert(65_535));
            seen.clear();
        }
    }
}
