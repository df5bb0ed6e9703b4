//! The postings of the tiles, on disk, and their runs in the order of terms.

use std::ops::Range;
use std::path::Path;

use crate::bm25::invert::Tile;
use crate::bm25::postings::PackedRun;
use crate::bm25::vocabulary::TermId;
use crate::storage::{IndexFileError, Source, Spill};

/// Runs that are read together.
const PIECE: u64 = 1 << 14;

/// A [`Run`](crate::bm25::postings::Run) and its term.
type TermRun = [u32; 4];

/// [`Postings`](crate::bm25::postings::Postings) that are put aside as tiles come.
pub(super) struct SpilledPostings {
    docs: Spill<u16>,
    impacts: Spill<u8>,
    dense: Spill<u8>,
    /// Where each tile begins in the lists above.
    tiles: Vec<u64>,
    dense_tiles: Vec<u64>,
    /// By tile, then by term.
    runs: Spill<TermRun>,
    /// Where each tile begins there.
    run_tiles: Vec<u64>,
    /// How many runs each term has, at the place after its own.
    counts: Vec<u64>,
}

impl SpilledPostings {
    /// None yet, of so many terms, for the file of this name.
    pub(super) fn beside(path: &Path, terms: usize) -> Result<Self, IndexFileError> {
        Ok(Self {
            docs: Spill::beside(path)?,
            impacts: Spill::beside(path)?,
            dense: Spill::beside(path)?,
            tiles: vec![0],
            dense_tiles: vec![0],
            runs: Spill::beside(path)?,
            run_tiles: vec![0],
            counts: vec![0; terms + 1],
        })
    }

    /// Appends the next tile.
    pub(super) fn append(&mut self, tile: Tile) -> Result<(), IndexFileError> {
        self.docs.extend(&tile.docs)?;
        self.impacts.extend(&tile.impacts)?;
        self.dense.extend(&tile.dense)?;
        self.tiles.push(self.docs.len());
        self.dense_tiles.push(self.dense.len());
        for runs in tile.runs.chunks(PIECE as usize) {
            let packed = runs.iter().map(|&(term, run)| {
                self.counts[term as usize + 1] += 1;
                let [tile, start, last] = run.pack();
                [term, tile, start, last]
            });
            let packed: Vec<TermRun> = packed.collect();
            self.runs.extend(&packed)?;
        }
        self.run_tiles.push(self.runs.len());
        Ok(())
    }

    /// The lists as they come into the file, of which `path` is the name; the order of so many runs is made in memory at a
    /// time.
    pub(super) fn finish(
        mut self,
        path: &Path,
        most: usize,
        dfs: Spill<u32>,
    ) -> Result<[Source<'static>; 8], IndexFileError> {
        // Where the runs of each term begin.
        for term in 1..self.counts.len() {
            self.counts[term] += self.counts[term - 1];
        }
        let mut ordered = Spill::beside(path)?;
        let mut cursors = self.run_tiles[..self.run_tiles.len() - 1].to_vec();
        let terms = self.counts.len() - 1;
        let mut first = 0;
        while first < terms {
            let start = self.counts[first];
            // A term has at most a run in each tile.
            let fit = self.counts.partition_point(|&end| end <= start + most as u64) - 1;
            let end = fit.clamp(first + 1, terms);
            ordered.extend(&self.order(first..end, &mut cursors)?)?;
            first = end;
        }
        let Self { docs, impacts, dense, tiles, dense_tiles, counts, .. } = self;
        Ok([
            Spill::of(path, &tiles)?.into_source(),
            docs.into_source(),
            impacts.into_source(),
            Spill::of(path, &dense_tiles)?.into_source(),
            dense.into_source(),
            Spill::of(path, &counts)?.into_source(),
            ordered.into_source(),
            dfs.into_source(),
        ])
    }

    /// The runs of these terms, by term and then by tile. `cursors` say where those of each tile begin.
    fn order(&mut self, terms: Range<usize>, cursors: &mut [u64]) -> Result<Vec<PackedRun>, IndexFileError> {
        let begin = self.counts[terms.start];
        let total = self.counts[terms.end] - begin;
        let mut next: Vec<u32> =
            self.counts[terms.clone()].iter().map(|&start| (start - begin) as u32).collect();
        let mut list = vec![PackedRun::default(); total as usize];
        for (cursor, &end) in cursors.iter_mut().zip(&self.run_tiles[1..]) {
            while *cursor < end {
                let piece = self.runs.read(*cursor..(*cursor + PIECE).min(end))?;
                let count = piece.partition_point(|run| (run[0] as TermId as usize) < terms.end);
                for &[term, tile, start, last] in &piece[..count] {
                    let slot = &mut next[term as usize - terms.start];
                    list[*slot as usize] = [tile, start, last];
                    *slot += 1;
                }
                *cursor += count as u64;
                if count < piece.len() {
                    break;
                }
            }
        }
        Ok(list)
    }
}
