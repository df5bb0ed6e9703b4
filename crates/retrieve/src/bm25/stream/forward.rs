//! The terms of each document, on disk.

use std::path::Path;

use crate::bm25::Bm25Params;
use crate::bm25::forward::{ForwardBuilder, Lengths, Rows};
use crate::bm25::postings::TILE;
use crate::bm25::vocabulary::TermId;
use crate::storage::{IndexFileError, Source, Spill};

/// A [`Forward`](crate::bm25::forward::Forward) that is put aside as it grows.
pub(super) struct SpilledForward {
    starts: Spill<u64>,
    terms: Spill<TermId>,
    tfs: Spill<u8>,
    large_at: Spill<u64>,
    large: Spill<u32>,
    lengths: Spill<u32>,
    inverse_norms: Spill<f32>,
    counted: Lengths,
    /// Documents of each term.
    dfs: Vec<u32>,
}

impl SpilledForward {
    /// None yet, for the file of this name.
    pub(super) fn beside(path: &Path) -> Result<Self, IndexFileError> {
        Ok(Self {
            starts: Spill::beside(path)?,
            terms: Spill::beside(path)?,
            tfs: Spill::beside(path)?,
            large_at: Spill::beside(path)?,
            large: Spill::beside(path)?,
            lengths: Spill::beside(path)?,
            inverse_norms: Spill::beside(path)?,
            counted: Lengths::default(),
            dfs: Vec::new(),
        })
    }

    /// Number of documents.
    pub(super) fn documents(&self) -> u64 {
        self.lengths.len()
    }

    /// What the documents' lengths come to.
    pub(super) fn lengths(&self) -> Lengths {
        self.counted
    }

    /// Appends documents, whose terms have numbers below `terms`.
    pub(super) fn append(&mut self, mut rows: ForwardBuilder, terms: usize) -> Result<(), IndexFileError> {
        self.dfs.resize(terms, 0);
        rows.terms.iter().for_each(|&term| self.dfs[term as usize] += 1);
        self.counted.add(&rows.lengths);
        rows.shift(self.terms.len());
        self.starts.extend(&rows.starts)?;
        self.terms.extend(&rows.terms)?;
        self.tfs.extend(&rows.tfs)?;
        self.large_at.extend(&rows.large_at)?;
        self.large.extend(&rows.large)?;
        self.lengths.extend(&rows.lengths)
    }

    /// Puts aside what is known once there are no more documents.
    pub(super) fn finish(&mut self, params: &Bm25Params) -> Result<(), IndexFileError> {
        self.starts.extend(&[self.terms.len()])?;
        for first in (0..self.documents()).step_by(TILE) {
            let lengths = self.lengths.read(first..first + TILE as u64)?;
            self.inverse_norms.extend(&self.counted.inverse_norms(params, &lengths))?;
        }
        Ok(())
    }

    /// In how many documents each term is.
    pub(super) fn take_dfs(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.dfs)
    }

    /// The lists as they come into the file.
    pub(super) fn into_sources(self) -> [Source<'static>; 7] {
        [
            self.starts.into_source(),
            self.terms.into_source(),
            self.tfs.into_source(),
            self.large_at.into_source(),
            self.large.into_source(),
            self.lengths.into_source(),
            self.inverse_norms.into_source(),
        ]
    }
}

/// The documents of a tile, read back.
pub(super) struct TileRows {
    /// The tile.
    pub(super) number: u32,
    starts: Vec<u64>,
    terms: Vec<TermId>,
    tfs: Vec<u8>,
    large_at: Vec<u64>,
    large: Vec<u32>,
    inverse_norms: Vec<f32>,
}

impl TileRows {
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows {
            starts: &self.starts,
            terms: &self.terms,
            tfs: &self.tfs,
            large_at: &self.large_at,
            large: &self.large,
            inverse_norms: &self.inverse_norms,
        }
    }
}

/// Reads tile after tile.
pub(super) struct Tiles<'a> {
    forward: &'a mut SpilledForward,
    next: u32,
    /// How many large frequencies the tiles before had.
    large: u64,
}

impl<'a> Tiles<'a> {
    pub(super) fn of(forward: &'a mut SpilledForward) -> Self {
        Self { forward, next: 0, large: 0 }
    }

    /// The next tiles, at least one, as many as there are threads for, until they have so many terms together; `None` after
    /// the last.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Vec<TileRows>>, IndexFileError> {
        let mut group = Vec::new();
        let mut terms = 0;
        while terms < most && group.len() < rayon::current_num_threads() {
            let Some(tile) = self.read()? else { break };
            terms += tile.terms.len();
            group.push(tile);
        }
        Ok((!group.is_empty()).then_some(group))
    }

    fn read(&mut self) -> Result<Option<TileRows>, IndexFileError> {
        let Self { forward, next, large } = self;
        let docs = u64::from(*next) * TILE as u64..(u64::from(*next) + 1) * TILE as u64;
        let starts = forward.starts.read(docs.start..docs.end + 1)?;
        // The last start is the end of the last document.
        let [first, _, ..] = starts[..] else { return Ok(None) };
        let places = first..starts.last().copied().unwrap_or(first);
        let tfs = forward.tfs.read(places.clone())?;
        let larges = *large..*large + ForwardBuilder::count_large(&tfs) as u64;
        let tile = TileRows {
            number: *next,
            terms: forward.terms.read(places)?,
            tfs,
            large_at: forward.large_at.read(larges.clone())?,
            large: forward.large.read(larges.clone())?,
            inverse_norms: forward.inverse_norms.read(docs)?,
            starts,
        };
        *large = larges.end;
        *next += 1;
        Ok(Some(tile))
    }
}
