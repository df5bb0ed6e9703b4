//! The terms of each document: what exact scores are computed from.

use super::Bm25Params;
use super::length::lucene_length;
use super::score::inverse_norm;
use super::vocabulary::TermId;
use crate::DocId;
use crate::storage::Array;

/// In `tfs`: the frequency is in `large`.
const IS_LARGE: u8 = u8::MAX;

/// Documents by number, each with its terms in ascending order.
pub(super) struct Forward {
    /// Where each document begins in `terms` and `tfs`; one more entry than documents.
    pub(super) starts: Array<u64>,
    pub(super) terms: Array<TermId>,
    /// How often the term occurs in the document, if that is less than [`IS_LARGE`].
    pub(super) tfs: Array<u8>,
    /// Places in `terms` whose frequency is larger, ascending,
    pub(super) large_at: Array<u64>,
    /// and the frequencies there.
    pub(super) large: Array<u32>,
    /// Terms of each document, with repetitions.
    pub(super) lengths: Array<u32>,
    /// What a frequency is multiplied by, for each document.
    pub(super) inverse_norms: Array<f32>,
}

impl Forward {
    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Where the terms of a document lie.
    #[inline]
    pub(super) fn row(&self, doc: DocId) -> std::ops::Range<usize> {
        self.starts[doc as usize] as usize..self.starts[doc as usize + 1] as usize
    }

    /// How often the term at this place occurs in its document.
    #[inline]
    pub(super) fn tf(&self, at: usize) -> u32 {
        match self.tfs[at] {
            IS_LARGE => self.large_at.binary_search(&(at as u64)).map_or(0, |found| self.large[found]),
            tf => u32::from(tf),
        }
    }
}

/// A forward index that grows.
#[derive(Debug, Default)]
pub(super) struct ForwardBuilder {
    starts: Vec<u64>,
    terms: Vec<TermId>,
    tfs: Vec<u8>,
    large_at: Vec<u64>,
    large: Vec<u32>,
    lengths: Vec<u32>,
}

impl ForwardBuilder {
    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Appends the document with these terms, which must be sorted.
    pub(super) fn push(&mut self, terms: &[TermId]) {
        self.starts.push(self.terms.len() as u64);
        for same in terms.chunk_by(|a, b| a == b) {
            self.tfs.push(u8::try_from(same.len()).unwrap_or(IS_LARGE));
            if same.len() >= usize::from(IS_LARGE) {
                self.large_at.push(self.terms.len() as u64);
                self.large.push(same.len() as u32);
            }
            self.terms.push(same[0]);
        }
        self.lengths.push(terms.len() as u32);
    }

    /// Makes room for that many more distinct terms of documents.
    pub(super) fn reserve(&mut self, documents: usize, terms: usize) {
        self.starts.reserve(documents);
        self.lengths.reserve(documents);
        // Doubling a list of hundreds of megabytes would need three times its size while it moves.
        let more = terms.max(self.terms.len() / 8);
        if self.terms.capacity() - self.terms.len() < terms {
            self.terms.reserve_exact(more);
            self.tfs.reserve_exact(more);
        }
    }

    /// The index, and how many documents have a term.
    pub(super) fn finish(mut self, params: &Bm25Params) -> (Forward, u32) {
        self.starts.push(self.terms.len() as u64);
        let doc_count = self.lengths.iter().filter(|&&length| length > 0).count() as u32;
        let total: u64 = self.lengths.iter().map(|&length| u64::from(length)).sum();
        let average = (total as f64 / f64::from(doc_count.max(1))) as f32;
        let inverse_norms = self.lengths.iter().map(|&length| {
            let length = if params.lucene_lengths { lucene_length(length) } else { length };
            inverse_norm(params, length, average)
        });
        let inverse_norms: Vec<f32> = inverse_norms.collect();
        let forward = Forward {
            starts: self.starts.into(),
            terms: self.terms.into(),
            tfs: self.tfs.into(),
            large_at: self.large_at.into(),
            large: self.large.into(),
            lengths: self.lengths.into(),
            inverse_norms: inverse_norms.into(),
        };
        (forward, doc_count)
    }
}
