//! The documents of each term, tile by tile, with impacts of one byte.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::forward::Forward;
use super::invert::{Tile, largest_impact, unit};
use super::sums::{Impacts, whole_blocks};
use super::vocabulary::TermId;
use crate::storage::Array;

/// Documents of a tile: as many as 16 bits can number. A tile's sums, 128 kB, stay in a core's second cache.
pub(super) const TILE: usize = 1 << 16;

/// The postings of a corpus that is cut into tiles of [`TILE`] documents.
///
/// The impact of a term in a document is what it adds to the document's score, for a query that has the term once, in
/// units of `unit` and rounded up: sums of impacts are upper bounds of scores.
pub(super) struct Postings {
    /// The score that an impact of 1 stands for.
    pub(super) unit: f32,
    /// Where each tile begins in `docs` and `impacts`; one more entry than tiles.
    pub(super) tiles: Array<u64>,
    /// Documents, by tile, by term, ascending; numbered from the start of the tile.
    pub(super) docs: Array<u16>,
    /// The impact in each.
    pub(super) impacts: Array<u8>,
    /// Where the dense lists of each tile begin in `dense`; one more entry than tiles.
    pub(super) dense_tiles: Array<u64>,
    /// Impacts of all documents of a tile, for the terms that many of them have.
    pub(super) dense: Array<u8>,
    /// Where the runs of each term begin in the list below; one more entry than terms.
    pub(super) runs: Array<u64>,
    /// By term, then by tile, as [`Run::pack`] has them.
    pub(super) run_list: Array<PackedRun>,
    /// Documents of each term.
    pub(super) dfs: Array<u32>,
}

/// A run as it lies in the index.
pub(super) type PackedRun = [u32; 3];

/// One term's postings in one tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) tile: u32,
    /// Where it begins, from the start of its tile; the number of its list, if it is dense.
    pub(super) start: u32,
    /// Number of postings, at least 1.
    pub(super) len: u32,
    /// The largest impact.
    pub(super) max: u8,
    /// Whether it is a list of all documents.
    pub(super) is_dense: bool,
}

impl Run {
    /// The tile, the start, and in the third number from the lowest bit: 16 of the length less one, whether it is dense,
    /// the largest impact.
    pub(super) fn pack(self) -> PackedRun {
        let last = u32::from(self.max) << 17 | u32::from(self.is_dense) << 16 | (self.len - 1);
        [self.tile, self.start, last]
    }

    fn unpack([tile, start, last]: PackedRun) -> Self {
        let (len, is_dense) = ((last & 0xFFFF) + 1, last >> 16 & 1 == 1);
        Self { tile, start, len, max: (last >> 17) as u8, is_dense }
    }
}

impl Postings {
    /// The runs of a term.
    pub(super) fn runs_of(&self, term: TermId) -> Range<u64> {
        self.runs[term as usize]..self.runs[term as usize + 1]
    }

    /// The run at this place.
    pub(super) fn run(&self, at: u64) -> Run {
        Run::unpack(self.run_list[at as usize])
    }

    /// The impacts of a run in its tile, which has so many documents.
    pub(super) fn impacts_of(&self, run: Run, documents: usize) -> Impacts<'_> {
        let (tile, start) = (run.tile as usize, run.start as usize);
        if run.is_dense {
            let stride = whole_blocks(documents);
            let start = self.dense_tiles[tile] as usize + start * stride;
            return Impacts::OfAll(&self.dense[start..start + stride]);
        }
        let start = self.tiles[tile] as usize + start;
        let range = start..start + run.len as usize;
        Impacts::Of(&self.docs[range.clone()], &self.impacts[range])
    }

    /// Turns terms by document into documents by term.
    pub(super) fn invert(forward: &Forward, terms: usize, idf: impl Fn(u32) -> f32) -> Self {
        let dfs = document_frequencies(forward, terms);
        let idfs: Vec<f32> = dfs.iter().map(|&df| idf(df)).collect();
        let rows = |tile: usize| forward.rows(tile * TILE..((tile + 1) * TILE).min(forward.len()));
        let tiles = || (0..forward.len().div_ceil(TILE)).into_par_iter();
        let largest = tiles().map(|tile| largest_impact(&rows(tile), &idfs)).reduce(|| 0.0, f32::max);
        let unit = unit(largest, &idfs);
        let tiles = tiles().map(|tile| Tile::invert(&rows(tile), tile as u32, &idfs, unit)).collect();
        assemble(tiles, dfs, unit)
    }
}

fn document_frequencies(forward: &Forward, terms: usize) -> Vec<u32> {
    let mut dfs = vec![0_u32; terms];
    for &term in forward.terms.iter() {
        dfs[term as usize] += 1;
    }
    dfs
}

/// Puts the tiles one after the other, and their runs in the order of terms.
fn assemble(tiles: Vec<Tile>, dfs: Vec<u32>, unit: f32) -> Postings {
    let mut runs = vec![0_u64; dfs.len() + 1];
    for (term, _) in tiles.iter().flat_map(|tile| &tile.runs) {
        runs[*term as usize + 1] += 1;
    }
    for term in 1..runs.len() {
        runs[term] += runs[term - 1];
    }
    let total = tiles.iter().map(|tile| tile.runs.len()).sum();
    let mut next = runs.clone();
    let mut run_list = vec![PackedRun::default(); total];
    let lists = [
        tiles.iter().map(|tile| tile.docs.len()).sum(),
        tiles.iter().map(|tile| tile.impacts.len()).sum(),
        tiles.iter().map(|tile| tile.dense.len()).sum(),
    ];
    let (mut docs, mut impacts, mut dense) =
        (Joined::new(lists[0]), Joined::new(lists[1]), Joined::new(lists[2]));
    for tile in tiles {
        for (term, run) in tile.runs {
            run_list[next[term as usize] as usize] = run.pack();
            next[term as usize] += 1;
        }
        docs.append(tile.docs);
        impacts.append(tile.impacts);
        dense.append(tile.dense);
    }
    Postings {
        unit,
        tiles: docs.starts.into(),
        docs: docs.list.into(),
        impacts: impacts.list.into(),
        dense_tiles: dense.starts.into(),
        dense: dense.list.into(),
        runs: runs.into(),
        run_list: run_list.into(),
        dfs: dfs.into(),
    }
}

/// Lists of the tiles, one after the other.
struct Joined<T> {
    starts: Vec<u64>,
    list: Vec<T>,
    /// How long the list will be.
    total: usize,
}

impl<T: Copy> Joined<T> {
    fn new(total: usize) -> Self {
        Self { starts: vec![0], list: Vec::new(), total }
    }

    fn append(&mut self, list: Vec<T>) {
        if self.list.is_empty() {
            // Most corpora have one tile: nothing is copied.
            self.list = list;
            self.list.reserve_exact(self.total - self.list.len());
        } else {
            self.list.extend_from_slice(&list);
        }
        self.starts.push(self.list.len() as u64);
    }
}
