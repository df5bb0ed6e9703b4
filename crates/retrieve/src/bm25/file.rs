//! An index in a file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::forward::Forward;
use super::postings::Postings;
use super::scratch::Pool;
use super::vocabulary::Vocabulary;
use super::{Bm25Index, Bm25Params};
use crate::Analyzer;
use crate::storage::{Container, IndexFileError, Lists, Source, Sum};

/// Files of up to this size are checked whole: that takes a twentieth of a second. Larger ones would take too long to open.
const FILE: Container = Container { magic: *b"ragBM25\n", version: 2, checked_to: 256 << 20 };

/// What is not a list.
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    k1: f32,
    b: f32,
    lucene_lengths: bool,
    analysis: String,
    documents_with_terms: u32,
    unit: f32,
}

impl Description {
    pub(super) fn new(params: &Bm25Params, analyzer: Analyzer, documents_with_terms: u32, unit: f32) -> Self {
        let Bm25Params { k1, b, lucene_lengths } = *params;
        Self { k1, b, lucene_lengths, analysis: analyzer.name(), documents_with_terms, unit }
    }
}

/// The lists of an index, in the order in which [`read`] takes them.
pub(super) struct Contents<'a> {
    pub(super) vocabulary: [Source<'a>; 3],
    pub(super) forward: [Source<'a>; 7],
    pub(super) postings: [Source<'a>; 8],
}

impl Contents<'_> {
    pub(super) fn write(self, path: &Path, description: &Description) -> Result<Sum, IndexFileError> {
        let Self { vocabulary, forward, postings } = self;
        let lists = vocabulary.into_iter().chain(forward).chain(postings).collect();
        FILE.write_from(path, description, lists)
    }
}

impl Bm25Index {
    /// Writes the index to a file, which appears whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written; a file that had the name before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), IndexFileError> {
        let Self { vocabulary, forward, postings, .. } = self;
        let description = Description::new(&self.params, self.analyzer, self.doc_count, postings.unit);
        let lists = Contents {
            vocabulary: [
                Source::Held(vocabulary.text.as_bytes()),
                Source::Held(vocabulary.starts.as_bytes()),
                Source::Held(vocabulary.slots.as_bytes()),
            ],
            forward: [
                Source::Held(forward.starts.as_bytes()),
                Source::Held(forward.terms.as_bytes()),
                Source::Held(forward.tfs.as_bytes()),
                Source::Held(forward.large_at.as_bytes()),
                Source::Held(forward.large.as_bytes()),
                Source::Held(forward.lengths.as_bytes()),
                Source::Held(forward.inverse_norms.as_bytes()),
            ],
            postings: [
                Source::Held(postings.tiles.as_bytes()),
                Source::Held(postings.docs.as_bytes()),
                Source::Held(postings.impacts.as_bytes()),
                Source::Held(postings.dense_tiles.as_bytes()),
                Source::Held(postings.dense.as_bytes()),
                Source::Held(postings.runs.as_bytes()),
                Source::Held(postings.run_list.as_bytes()),
                Source::Held(postings.dfs.as_bytes()),
            ],
        };
        lists.write(path, &description).map(drop)
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
