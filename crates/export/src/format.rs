//! The formats there are, and what each holds.

use std::path::{Path, PathBuf};

use ragstill_core::{Example, ExampleKind};

use crate::error::Result;

/// A file format that a trainer reads.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name to ask for it by.
    pub name: &'static str,
    /// What reads it, in a line.
    pub about: &'static str,
    /// The kind of example that it holds.
    pub kind: ExampleKind,
    /// The name of its file.
    pub file_name: &'static str,
    /// Starts a file of this format.
    pub create: fn(&Path) -> Result<Box<dyn ExampleWriter>>,
}

/// Writes examples of one format into a file that appears when it is finished.
pub trait ExampleWriter: Send {
    /// Adds an example.
    ///
    /// # Errors
    /// [`crate::Error`] when it is of another kind or cannot be written.
    fn write(&mut self, example: &Example) -> Result<()>;

    /// Finishes the file.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    fn finish(self: Box<Self>) -> Result<Written>;
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// How many rows it has.
    pub rows: u64,
    /// How many examples the format cannot hold, and why, when there are any.
    pub left_out: Option<(u64, &'static str)>,
}

/// Every format, by name.
pub const FORMATS: &[Format] = &[
    Format {
        name: "messages",
        about: "chat `messages` with a `train` flag for each turn (Axolotl chat_template and others)",
        kind: ExampleKind::Conversation,
        file_name: "messages.jsonl",
        create: crate::messages::create,
    },
    Format {
        name: "triplets",
        about: "query, pos, neg for training retrievers (FlagEmbedding and others)",
        kind: ExampleKind::Triplet,
        file_name: "triplets.jsonl",
        create: crate::triplets::create,
    },
];

/// The format of this name.
pub fn find_format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
