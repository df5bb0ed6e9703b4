//! The terms of each document: what exact scores are computed from.

use std::ops::Range;

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
    pub(super) fn row(&self, doc: DocId) -> Range<usize> {
        self.starts[doc as usize] as usize..self.starts[doc as usize + 1] as usize
    }

    /// How often the term at this place occurs in its document.
    #[inline]
    pub(super) fn tf(&self, at: usize) -> u32 {
        frequency(self.tfs[at], at as u64, &self.large_at, &self.large)
    }

    /// Neighbouring documents.
    pub(super) fn rows(&self, docs: Range<usize>) -> Rows<'_> {
        let starts = &self.starts[docs.start..=docs.end];
        let places = starts[0] as usize..starts[docs.len()] as usize;
        Rows {
            starts,
            terms: &self.terms[places.clone()],
            tfs: &self.tfs[places],
            large_at: &self.large_at,
            large: &self.large,
            inverse_norms: &self.inverse_norms[docs],
        }
    }
}

#[inline]
fn frequency(tf: u8, at: u64, large_at: &[u64], large: &[u32]) -> u32 {
    match tf {
        IS_LARGE => large_at.binary_search(&at).map_or(0, |found| large[found]),
        tf => u32::from(tf),
    }
}

/// Neighbouring documents of a [`Forward`], wherever they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// As [`Forward::starts`]: places in the whole, one more entry than documents.
    pub(super) starts: &'a [u64],
    /// From the first document's,
    pub(super) terms: &'a [TermId],
    pub(super) tfs: &'a [u8],
    /// and at least those of these documents.
    pub(super) large_at: &'a [u64],
    pub(super) large: &'a [u32],
    pub(super) inverse_norms: &'a [f32],
}

impl Rows<'_> {
    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        self.inverse_norms.len()
    }

    /// Each term of each document: the document, counted from the first, the term, and its place here.
    pub(super) fn postings(&self) -> impl Iterator<Item = (usize, TermId, usize)> {
        let first = self.starts[0];
        let ends =
            self.starts.windows(2).map(move |ends| (ends[0] - first) as usize..(ends[1] - first) as usize);
        ends.enumerate().flat_map(move |(doc, places)| places.map(move |at| (doc, self.terms[at], at)))
    }

    /// How often the term at this place occurs in its document.
    #[inline]
    pub(super) fn tf(&self, at: usize) -> u32 {
        frequency(self.tfs[at], self.starts[0] + at as u64, self.large_at, self.large)
    }
}

/// Documents that have been read, and what their lengths come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    /// Documents that have a term,
    pub(super) with_terms: u32,
    /// and terms of all of them, with repetitions.
    total: u64,
}

impl Lengths {
    pub(super) fn add(&mut self, lengths: &[u32]) {
        self.with_terms += lengths.iter().filter(|&&length| length > 0).count() as u32;
        self.total += lengths.iter().map(|&length| u64::from(length)).sum::<u64>();
    }

    /// What a frequency is multiplied by in documents of these lengths.
    pub(super) fn inverse_norms(self, params: &Bm25Params, lengths: &[u32]) -> Vec<f32> {
        let average = (self.total as f64 / f64::from(self.with_terms.max(1))) as f32;
        let norms = lengths.iter().map(|&length| {
            let length = if params.lucene_lengths { lucene_length(length) } else { length };
            inverse_norm(params, length, average)
        });
        norms.collect()
    }
}

/// A forward index that grows.
#[derive(Debug, Default)]
pub(super) struct ForwardBuilder {
    pub(super) starts: Vec<u64>,
    pub(super) terms: Vec<TermId>,
    pub(super) tfs: Vec<u8>,
    pub(super) large_at: Vec<u64>,
    pub(super) large: Vec<u32>,
    pub(super) lengths: Vec<u32>,
}

impl ForwardBuilder {
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

    /// Moves all places on by so many: what comes before these documents.
    pub(super) fn shift(&mut self, by: u64) {
        self.starts.iter_mut().chain(&mut self.large_at).for_each(|place| *place += by);
    }

    /// Appends documents.
    pub(super) fn append(&mut self, mut more: Self) {
        more.shift(self.terms.len() as u64);
        // Doubling a list of hundreds of megabytes would need three times its size while it moves.
        if self.terms.capacity() - self.terms.len() < more.terms.len() {
            let room = more.terms.len().max(self.terms.len() / 8);
            self.terms.reserve_exact(room);
            self.tfs.reserve_exact(room);
        }
        self.starts.extend_from_slice(&more.starts);
        self.terms.extend_from_slice(&more.terms);
        self.tfs.extend_from_slice(&more.tfs);
        self.large_at.extend_from_slice(&more.large_at);
        self.large.extend_from_slice(&more.large);
        self.lengths.extend_from_slice(&more.lengths);
    }

    /// How many of these frequencies are kept beside.
    pub(super) fn count_large(tfs: &[u8]) -> usize {
        tfs.iter().filter(|&&tf| tf == IS_LARGE).count()
    }

    /// The index, and how many documents have a term.
    pub(super) fn finish(mut self, params: &Bm25Params) -> (Forward, u32) {
        self.starts.push(self.terms.len() as u64);
        let mut lengths = Lengths::default();
        lengths.add(&self.lengths);
        let inverse_norms = lengths.inverse_norms(params, &self.lengths);
        let forward = Forward {
            starts: self.starts.into(),
            terms: self.terms.into(),
            tfs: self.tfs.into(),
            large_at: self.large_at.into(),
            large: self.large.into(),
            lengths: self.lengths.into(),
            inverse_norms: inverse_norms.into(),
        };
        (forward, lengths.with_terms)
    }
}
