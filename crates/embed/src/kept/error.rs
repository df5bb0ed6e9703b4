//! Why passages have no vectors.

use std::path::{Path, PathBuf};

use ragstill_retrieve::EmbedError;

use super::store::ModelId;

/// Why passages have no vectors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The file of the vectors cannot be used.
    #[error("the vectors' file {} {what}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// The model cannot be opened.
    #[error(transparent)]
    Model(EmbedError),
    /// The model does not make a vector. What it made by then is kept.
    #[error(
        "{error} ({done} of {total} passages have their vectors, which are kept; the same command goes on from there)"
    )]
    Embed {
        /// Why not.
        error: EmbedError,
        /// Texts that have a vector.
        done: usize,
        /// All texts.
        total: usize,
    },
    /// The address has another model than before.
    #[error(
        "{from} now has the model `{}` ({} numbers), and the vectors in {} were made by `{}` ({} numbers): vectors of two models cannot be compared. Serve that model again, name the one that is meant with the option `model`, or delete the file to have every passage embedded again",
        now.name, now.dimension, path.display(), before.name, before.dimension
    )]
    OtherModel {
        /// The address.
        from: String,
        /// The file.
        path: PathBuf,
        /// The model that made what is there.
        before: ModelId,
        /// The model that answers now.
        now: ModelId,
    },
    /// Vectors are missing, and nobody may be asked.
    #[error(
        "{missing} of {total} passages have no vector yet, and nothing was asked (--offline); the same command without --offline asks {from} for them"
    )]
    Offline {
        /// The address.
        from: String,
        /// Texts without one.
        missing: usize,
        /// All texts.
        total: usize,
    },
    /// It was asked to end.
    #[error(
        "interrupted: {done} of {total} passages have their vectors, which are kept; the same command goes on from there"
    )]
    Stopped {
        /// Texts that have a vector.
        done: usize,
        /// All texts.
        total: usize,
    },
}

impl KeptError {
    /// A file that cannot be used.
    pub(super) fn store(path: &Path, what: impl Into<String>) -> Self {
        Self::Store { path: path.to_owned(), what: what.into() }
    }
}
