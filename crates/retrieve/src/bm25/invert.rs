//! Turns terms by document into documents by term, a tile at a time.

use super::forward::Rows;
use super::postings::Run;
use super::score::term_score;
use super::sums::whole_blocks;
use super::vocabulary::TermId;

/// A term that more than one in so many documents of a tile have is kept as a list of impacts of all documents: adding
/// them all up by vector instructions takes less time than adding up those that are not 0 one by one.
const DENSE: usize = 16;

/// What may be missing from an impact, as a share of the term's idf: scores are computed in single precision, from a
/// multiple of the idf when the query has the term more than once.
const MARGIN: f32 = 1e-6;

/// The largest impact in these documents, before it is counted in units.
pub(super) fn largest_impact(rows: &Rows<'_>, idfs: &[f32]) -> f32 {
    let impacts = rows.postings().map(|(doc, term, at)| impact_of(rows, idfs, term, at, doc));
    impacts.fold(0.0, f32::max)
}

/// The unit that impacts are counted in, by the largest of the corpus.
pub(super) fn unit(largest: f32, idfs: &[f32]) -> f32 {
    let margin = idfs.iter().copied().fold(0.0, f32::max) * MARGIN * 2.0;
    if largest > 0.0 { (largest + margin) / f32::from(u8::MAX) } else { 1.0 }
}

fn impact_of(rows: &Rows<'_>, idfs: &[f32], term: TermId, at: usize, doc: usize) -> f32 {
    term_score(idfs[term as usize], rows.tf(at), rows.inverse_norms[doc])
}

/// An impact in units, rounded up.
fn quantise(impact: f32, idf: f32, unit: f32) -> u8 {
    ((impact + idf * MARGIN) / unit).ceil().clamp(1.0, f32::from(u8::MAX)) as u8
}

/// One tile, inverted.
pub(super) struct Tile {
    pub(super) docs: Vec<u16>,
    pub(super) impacts: Vec<u8>,
    pub(super) dense: Vec<u8>,
    /// The terms of the tile, ascending.
    pub(super) runs: Vec<(TermId, Run)>,
}

impl Tile {
    /// Inverts the tile of this number, which has these documents.
    pub(super) fn invert(rows: &Rows<'_>, tile: u32, idfs: &[f32], unit: f32) -> Self {
        let mut counts = vec![0_u32; idfs.len()];
        rows.terms.iter().for_each(|&term| counts[term as usize] += 1);
        // Where the next posting of each term goes.
        let mut next = counts;
        let mut runs = Vec::new();
        let (mut sparse, mut lists) = (0, 0);
        for (term, slot) in (0..).zip(&mut next).filter(|(_, slot)| **slot > 0) {
            let len = *slot;
            let is_dense = len as usize * DENSE > rows.len();
            let start = if is_dense { &mut lists } else { &mut sparse };
            runs.push((term, Run { tile, start: *start, len, max: 0, is_dense }));
            *slot = *start;
            *start += if is_dense { 1 } else { len };
        }
        let mut is_dense = vec![false; idfs.len()];
        runs.iter().for_each(|(term, run)| is_dense[*term as usize] = run.is_dense);
        let stride = whole_blocks(rows.len());
        let mut dense = vec![0_u8; lists as usize * stride];
        let mut docs = vec![0_u16; sparse as usize];
        let mut impacts = vec![0_u8; sparse as usize];
        for (doc, term, at) in rows.postings() {
            let impact = quantise(impact_of(rows, idfs, term, at, doc), idfs[term as usize], unit);
            let slot = &mut next[term as usize];
            if is_dense[term as usize] {
                dense[*slot as usize * stride + doc] = impact;
            } else {
                docs[*slot as usize] = doc as u16;
                impacts[*slot as usize] = impact;
                *slot += 1;
            }
        }
        for (_, run) in &mut runs {
            let (start, len) = (run.start as usize, run.len as usize);
            let impacts = if run.is_dense {
                &dense[start * stride..(start + 1) * stride]
            } else {
                &impacts[start..start + len]
            };
            run.max = impacts.iter().copied().max().unwrap_or(0);
        }
        Self { docs, impacts, dense, runs }
    }
}
