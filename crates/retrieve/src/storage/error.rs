//! What can be wrong with a file of an index.

use std::io;
use std::path::{Path, PathBuf};

/// Why an index cannot be saved or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFileError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is something else.
    #[error("{path}: this is no index of ragstill; make one with `ragstill index`")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was made by a release with another format or analysis, or on a machine of the other byte order.
    #[error("{path}: this index was made {how}; make it again with `ragstill index`")]
    Other {
        /// The file.
        path: PathBuf,
        /// What is different.
        how: String,
    },
    /// The folder is no index, or not all of it.
    #[error("{path}: {why}; `{folder}` is no folder that `ragstill index` made, or not all of it")]
    NoFolder {
        /// The folder.
        folder: PathBuf,
        /// The file that should say what the folder holds.
        path: PathBuf,
        /// What is wrong with the file.
        why: String,
    },
    /// The index has not what is asked for.
    #[error("{folder}: {what}")]
    Lacks {
        /// The folder.
        folder: PathBuf,
        /// What is not there, and what would help.
        what: String,
    },
    /// The file is no index of FAISS that can be searched.
    #[error("{path}: this FAISS index cannot be used: {what}")]
    Faiss {
        /// The file.
        path: PathBuf,
        /// Why not, and what would help.
        what: String,
    },
    /// The file is not as it was written.
    #[error("{path}: this index is damaged: {what}; make it again with `ragstill index`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl IndexFileError {
    /// An error of the system about a file.
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |error| Self::Io { path: path.to_owned(), error }
    }

    /// A file that is not as it was written.
    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
