//! Why an index cannot be made.

use crate::dense::EmbedError;
use crate::{Bm25Error, IndexFileError, RowKind};

/// Why an index cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A file cannot be read or written, or is not what it should be.
    #[error(transparent)]
    File(#[from] IndexFileError),
    /// The corpus is too large, or a parameter out of its range.
    #[error(transparent)]
    Bm25(#[from] Bm25Error),
    /// Two documents have the same id.
    #[error(
        "the id `{id}` is that of document {first} already, which has another text; every document needs an id of its own"
    )]
    DuplicateId {
        /// The id.
        id: String,
        /// The document that has it, counted from 1.
        first: u64,
    },
    /// The model did not embed all passages.
    #[error(
        "{error}\n{done} of {total} passages have their vectors, and keep them: run the same command again to go on"
    )]
    Embed {
        /// What the model says.
        error: EmbedError,
        /// How many passages have a vector.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// A vector cannot be kept in the form that was asked for.
    #[error("the vector of the document `{id}` has a number that is too large for {rows}; take f32")]
    NotKept {
        /// The document's id.
        id: String,
        /// The form.
        rows: RowKind,
    },
}
