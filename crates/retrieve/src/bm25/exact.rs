//! Exact scores of single documents.

use super::Bm25Index;
use super::query::Query;
use super::score::term_score;
use super::vocabulary::TermId;
use crate::DocId;

/// A document with this many times the query's terms is searched for them, not read through.
const MANY: usize = 16;

/// Words of the filter: 8 kB, a quarter of the nearest cache.
const WORDS: usize = 1 << 10;

/// Terms of a document that are looked at together.
const CHUNK: usize = 64;

/// Scores documents for one query after the other.
pub(super) struct Scorer {
    /// A bit for each term, by the low bits of its number, set for those of the query: a term whose bit is not set is not
    /// the query's.
    filter: Box<[u64; WORDS]>,
}

impl Scorer {
    pub(super) fn new() -> Self {
        Self { filter: Box::new([0; WORDS]) }
    }

    /// Prepares for a query.
    pub(super) fn enter(&mut self, query: &Query) {
        for term in &query.terms {
            self.filter[term.term as usize / 64 % WORDS] |= 1 << (term.term % 64);
        }
    }

    /// Forgets the query.
    pub(super) fn leave(&mut self, query: &Query) {
        for term in &query.terms {
            self.filter[term.term as usize / 64 % WORDS] = 0;
        }
    }

    /// The score of a document for the query that was entered.
    pub(super) fn score(&self, index: &Bm25Index, query: &Query, doc: DocId) -> f32 {
        let row = index.forward.row(doc);
        let terms = &index.forward.terms[row.clone()];
        if terms.len() > query.len() * MANY {
            return index.score_query(query, doc);
        }
        let inverse_norm = index.forward.inverse_norms[doc as usize];
        let mut rest = query.terms.iter().peekable();
        let mut score = 0.0;
        for (chunk, start) in terms.chunks(CHUNK).zip(row.step_by(CHUNK)) {
            let (places, count) = self.places(chunk);
            for &at in &places[..count] {
                let term = chunk[usize::from(at)];
                while rest.next_if(|candidate| candidate.term < term).is_some() {}
                if let Some(found) = rest.next_if(|candidate| candidate.term == term) {
                    let tf = index.forward.tf(start + usize::from(at));
                    score += f64::from(term_score(found.weight, tf, inverse_norm));
                }
            }
        }
        score as f32
    }

    /// Where in at most [`CHUNK`] terms those lie that may be the query's, and how many there are.
    #[inline]
    fn places(&self, chunk: &[TermId]) -> ([u8; CHUNK], usize) {
        let mut places = [0; CHUNK];
        let mut count = 0;
        // Without a branch: which terms are the query's cannot be foreseen.
        for (at, &term) in (0..).zip(chunk) {
            places[count % CHUNK] = at;
            count += (self.filter[term as usize / 64 % WORDS] >> (term % 64) & 1) as usize;
        }
        (places, count)
    }
}

/// Reads something of each document, so that the memory's delays run side by side and not one after the other.
pub(super) fn warm(index: &Bm25Index, docs: impl Iterator<Item = usize>) {
    let forward = &index.forward;
    let (starts, terms) = (&forward.starts[..], &forward.terms[..]);
    let (tfs, norms) = (&forward.tfs[..], &forward.inverse_norms[..]);
    let mut mix = 0;
    for doc in docs {
        let start = starts[doc] as usize;
        mix ^= terms[start] ^ u32::from(tfs[start]) ^ norms[doc].to_bits();
    }
    std::hint::black_box(mix);
}
