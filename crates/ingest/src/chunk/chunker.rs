//! Documents to chunks.

use ragstill_core::{Chunk, Document};

use super::options::ChunkOptions;
use super::spans;
use crate::error::Error;

/// The chunks of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunked {
    /// The chunks that are kept, in order.
    pub chunks: Vec<Chunk>,
    /// How many were dropped because they were shorter than [`ChunkOptions::min`].
    pub dropped: usize,
}

/// Cuts documents, all in the same way.
#[derive(Debug, Clone)]
pub struct Chunker {
    size: usize,
    min: usize,
}

impl Chunker {
    /// A chunker with these options.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidOption`](crate::ErrorKind::InvalidOption) for options out of their range and for a tokenizer
    /// that cannot be read.
    pub fn new(options: &ChunkOptions) -> Result<Self, Error> {
        Ok(Self { size: options.resolved_size(), min: options.min })
    }

    /// The chunks of a document. One with any text keeps at least its longest chunk, however short, so that none
    /// vanishes.
    pub fn chunk(&self, document: &Document) -> Chunked {
        let all: Vec<_> =
            spans(&document.text, self.size).map(|span| Chunk { span, headings: Vec::new() }).collect();
        let lengths: Vec<usize> =
            all.iter().map(|chunk| document.chunk_text(chunk).chars().count()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let least = self.min.min(longest);
        let before = all.len();
        let chunks: Vec<_> = all
            .into_iter()
            .zip(lengths)
            .filter(|(_, length)| *length >= least)
            .map(|(chunk, _)| chunk)
            .collect();
        Chunked { dropped: before - chunks.len(), chunks }
    }
}
