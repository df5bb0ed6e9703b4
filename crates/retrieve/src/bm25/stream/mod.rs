//! An index that is written while its texts are read: what memory holds does not grow with the number of documents.
//!
//! 1. The terms of each document are put aside on disk as they come. Memory holds the vocabulary, and in how many documents
//!    each term is.
//! 2. Those of a few tiles at a time are read back to find the largest impact, the measure of all others,
//! 3. and once more to be inverted. Their lists are put aside, too.
//! 4. The file is written from all that was put aside, each list gone as soon as it is copied.
//!
//! All of it is read and written in one direction. The tiles are those of an index that is built in memory, inverted by the
//! same code, so the file is the same to the byte.

mod forward;
mod postings;

#[cfg(test)]
mod tests;

use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::corpus::analyse;
use super::file::{Contents, Description};
use super::invert::{Tile, largest_impact, unit};
use super::score::idf;
use super::vocabulary::VocabularyBuilder;
use super::{Bm25Error, Bm25Params};
use crate::Analyzer;
use crate::storage::{IndexFileError, Source, Spill, Sum};
use forward::{SpilledForward, TileRows, Tiles};
use postings::SpilledPostings;

/// An index that was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexFile {
    /// Number of documents.
    pub(crate) documents: usize,
    /// What is in the file.
    pub(crate) sum: Sum,
}

/// How much is in memory at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Terms of documents, in tiles that are worked on together; 8 bytes each. One tile may have more.
    terms: usize,
    /// Runs whose order is made together; 12 bytes each.
    runs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { terms: 24 << 20, runs: 2 << 20 }
    }
}

pub(super) fn write<T, E>(
    params: Bm25Params,
    analyzer: Analyzer,
    path: &Path,
    texts: impl Iterator<Item = Result<T, E>>,
    limits: Limits,
) -> Result<IndexFile, E>
where
    T: AsRef<str>,
    E: From<Bm25Error> + From<IndexFileError>,
{
    let mut vocabulary = VocabularyBuilder::new();
    let mut forward = SpilledForward::beside(path)?;
    analyse(texts, analyzer, &mut vocabulary, |rows, terms| Ok(forward.append(rows, terms)?))?;
    let vocabulary = put_aside(path, vocabulary)?;
    Ok(invert(path, params, analyzer, vocabulary, forward, limits)?)
}

/// Nothing asks for a term's number any more, and a large vocabulary takes as much memory as what follows.
fn put_aside(path: &Path, vocabulary: VocabularyBuilder) -> Result<[Source<'static>; 3], IndexFileError> {
    let VocabularyBuilder { text, starts, slots } = vocabulary;
    Ok([
        Spill::of(path, &text)?.into_source(),
        Spill::of(path, &starts)?.into_source(),
        Spill::of(path, &slots)?.into_source(),
    ])
}

fn invert(
    path: &Path,
    params: Bm25Params,
    analyzer: Analyzer,
    vocabulary: [Source<'_>; 3],
    mut forward: SpilledForward,
    limits: Limits,
) -> Result<IndexFile, IndexFileError> {
    forward.finish(&params)?;
    let (documents, doc_count) = (forward.documents(), forward.lengths().with_terms);
    let dfs = forward.take_dfs();
    let idfs: Vec<f32> = dfs.iter().map(|&df| idf(df, doc_count)).collect();
    let dfs = Spill::of(path, &dfs)?;

    let mut largest: f32 = 0.0;
    let mut tiles = Tiles::of(&mut forward);
    while let Some(group) = tiles.next(limits.terms)? {
        let impacts = group.par_iter().map(|tile| largest_impact(&tile.rows(), &idfs));
        largest = largest.max(impacts.reduce(|| 0.0, f32::max));
    }
    let unit = unit(largest, &idfs);

    let mut postings = SpilledPostings::beside(path, idfs.len())?;
    let mut tiles = Tiles::of(&mut forward);
    while let Some(group) = tiles.next(limits.terms)? {
        let invert = |tile: &TileRows| Tile::invert(&tile.rows(), tile.number, &idfs, unit);
        let inverted: Vec<Tile> = group.par_iter().map(invert).collect();
        drop(group);
        inverted.into_iter().try_for_each(|tile| postings.append(tile))?;
    }
    drop(idfs);
    let postings = postings.finish(path, limits.runs, dfs)?;

    let description = Description::new(&params, analyzer, doc_count, unit);
    let contents = Contents { vocabulary, forward: forward.into_sources(), postings };
    let sum = contents.write(path, &description)?;
    Ok(IndexFile { documents: documents as usize, sum })
}
