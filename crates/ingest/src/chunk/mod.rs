//! Cutting documents into chunks: at paragraph bounds, else sentences, else words, else graphemes.

mod grapheme;
mod sentence;
mod split;

use ragstill_core::{Chunk, Document};

pub use split::{Spans, spans};

use crate::options::ChunkOptions;

/// The chunks of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunked {
    /// The chunks that are kept, in order.
    pub chunks: Vec<Chunk>,
    /// How many were dropped because they were shorter than [`ChunkOptions::min`].
    pub dropped: usize,
}

/// Cuts a document as the options say: [`spans`] of at most `size` characters, those under `min` dropped.
///
/// A document with any text keeps at least its longest chunk, however short, so that none vanishes.
pub fn chunk(document: &Document, options: &ChunkOptions) -> Chunked {
    let all: Vec<_> =
        spans(&document.text, options.size).map(|span| Chunk { span, headings: Vec::new() }).collect();
    let lengths: Vec<usize> = all.iter().map(|chunk| document.chunk_text(chunk).chars().count()).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let least = options.min.min(longest);
    let before = all.len();
    let chunks: Vec<_> =
        all.into_iter().zip(lengths).filter(|(_, length)| *length >= least).map(|(chunk, _)| chunk).collect();
    Chunked { dropped: before - chunks.len(), chunks }
}

#[cfg(test)]
mod tests {
    use ragstill_core::Document;

    use super::chunk;
    use crate::ChunkOptions;

    fn document(text: &str) -> Document {
        Document { source: "d.txt".into(), text: text.into(), ..Document::default() }
    }

    #[test]
    fn short_chunks_are_dropped_and_counted() {
        let text = format!("{}\n\n{}", "A sentence of words here. ".repeat(4), "Tiny tail.");
        let cut = chunk(&document(&text), &ChunkOptions { size: 104, min: 50 });
        assert_eq!((cut.chunks.len(), cut.dropped), (1, 1));
        assert_eq!(cut.chunks[0].span, 0..103);
        let all = chunk(&document(&text), &ChunkOptions { size: 104, min: 0 });
        assert_eq!((all.chunks.len(), all.dropped), (2, 0));
    }

    #[test]
    fn a_document_never_vanishes() {
        let short = chunk(&document(" Tiny. \n"), &ChunkOptions::default());
        assert_eq!((short.chunks[0].span.clone(), short.dropped), (1..6, 0));
        let sparse =
            chunk(&document(&format!("ab{}c", " ".repeat(500))), &ChunkOptions { size: 100, min: 50 });
        assert_eq!((sparse.chunks.len(), sparse.chunks[0].span.clone(), sparse.dropped), (1, 0..2, 1));
        assert_eq!(chunk(&document(" \n\u{a0}"), &ChunkOptions::default()).chunks, []);
    }
}
