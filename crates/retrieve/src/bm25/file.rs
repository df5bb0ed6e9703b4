//! An index in a file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::forward::Forward;
use super::postings::Postings;
use super::scratch::Pool;
use super::vocabulary::Vocabulary;
use super::{Bm25Index, Bm25Params};
use crate::storage::{Container, IndexFileError, Lists, Sum};

/// Files of up to this size are checked whole: that takes a twentieth of a second. Larger ones would take too long to open.
const FILE: Container = Container { magic: *b"ragBM25\n", version: 2, checked_to: 256 << 20 };

/// What is not a list.
#[derive(Serialize, Deserialize)]
struct Description {
    k1: f32,
    b: f32,
    lucene_lengths: bool,
    analysis: String,
    documents_with_terms: u32,
    unit: f32,
}

impl Bm25Index {
    /// Writes the index to a file, which appears whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written; a file that had the name before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), IndexFileError> {
        self.write(path).map(drop)
    }

    /// [`save`](Self::save), and what is in the file.
    pub(crate) fn write(&self, path: &Path) -> Result<Sum, IndexFileError> {
        let Self { vocabulary, forward, postings, .. } = self;
        let description = Description {
            k1: self.params.k1,
            b: self.params.b,
            lucene_lengths: self.params.lucene_lengths,
            analysis: self.analyzer.name(),
            documents_with_terms: self.doc_count,
            unit: postings.unit,
        };
        // In the order in which `read` takes them.
        let lists = [
            vocabulary.text.as_bytes(),
            vocabulary.starts.as_bytes(),
            vocabulary.slots.as_bytes(),
            forward.starts.as_bytes(),
            forward.terms.as_bytes(),
            forward.tfs.as_bytes(),
            forward.large_at.as_bytes(),
            forward.large.as_bytes(),
            forward.lengths.as_bytes(),
            forward.inverse_norms.as_bytes(),
            postings.tiles.as_bytes(),
            postings.docs.as_bytes(),
            postings.impacts.as_bytes(),
            postings.dense_tiles.as_bytes(),
            postings.dense.as_bytes(),
            postings.runs.as_bytes(),
            postings.run_list.as_bytes(),
            postings.dfs.as_bytes(),
        ];
        FILE.write(path, &description, &lists)
    }

    /// Opens an index that was saved. The file is mapped, not read into memory; it must stay as it is while the index is
    /// used.
    ///
    /// # Errors
    /// When it cannot be read, is no index, was made by another release, or is damaged. The check sum of a file of more
    /// than 256 MiB is verified only as far as its description.
    pub fn open(path: &Path) -> Result<Self, IndexFileError> {
        Self::open_summed(path).map(|(index, _)| index)
    }

    /// Checks the whole file.
    pub(crate) fn verify(path: &Path) -> Result<Sum, IndexFileError> {
        let (_, lists) = FILE.open::<Description>(path)?;
        lists.verify(path).map(|()| lists.sum())
    }

    /// [`open`](Self::open), and what is in the file.
    pub(crate) fn open_summed(path: &Path) -> Result<(Self, Sum), IndexFileError> {
        let (description, mut lists) = FILE.open::<Description>(path)?;
        let sum = lists.sum();
        let other = |error| IndexFileError::Other {
            path: path.to_owned(),
            how: format!("by another release: {error}"),
        };
        let analyzer = description.analysis.parse().map_err(other)?;
        let damaged = || IndexFileError::damaged(path, "its lists do not fit together");
        let (vocabulary, forward, postings) = read(&mut lists, description.unit)
            .filter(|(vocabulary, forward, postings)| fit(vocabulary, forward, postings))
            .ok_or_else(damaged)?;
        let index = Self {
            params: Bm25Params {
                k1: description.k1,
                b: description.b,
                lucene_lengths: description.lucene_lengths,
            },
            analyzer,
            vocabulary,
            forward,
            postings,
            doc_count: description.documents_with_terms,
            pool: Pool::default(),
        };
        Ok((index, sum))
    }
}

/// Fields are read in the order in which they stand here.
fn read(lists: &mut Lists, unit: f32) -> Option<(Vocabulary, Forward, Postings)> {
    let vocabulary = Vocabulary { text: lists.next()?, starts: lists.next()?, slots: lists.next()? };
    let forward = Forward {
        starts: lists.next()?,
        terms: lists.next()?,
        tfs: lists.next()?,
        large_at: lists.next()?,
        large: lists.next()?,
        lengths: lists.next()?,
        inverse_norms: lists.next()?,
    };
    let postings = Postings {
        unit,
        tiles: lists.next()?,
        docs: lists.next()?,
        impacts: lists.next()?,
        dense_tiles: lists.next()?,
        dense: lists.next()?,
        runs: lists.next()?,
        run_list: lists.next()?,
        dfs: lists.next()?,
    };
    Some((vocabulary, forward, postings))
}

/// Whether lists that belong together have the same length, so that a place in one is a place in the other.
fn fit(vocabulary: &Vocabulary, forward: &Forward, postings: &Postings) -> bool {
    let (terms, docs) = (postings.dfs.len(), forward.lengths.len());
    let equal = [
        (vocabulary.starts.len(), terms + 1),
        (postings.runs.len(), terms + 1),
        (forward.starts.len(), docs + 1),
        (forward.inverse_norms.len(), docs),
        (forward.terms.len(), forward.tfs.len()),
        (forward.large_at.len(), forward.large.len()),
        (postings.docs.len(), postings.impacts.len()),
        (postings.tiles.len(), postings.dense_tiles.len()),
    ];
    equal.into_iter().all(|(one, other)| one == other)
        && vocabulary.slots.len().is_power_of_two()
        && !postings.tiles.is_empty()
}
