//! Cutting documents into chunks: at paragraph bounds, else sentences, else words, else graphemes.

mod chunker;
mod grapheme;
mod options;
mod sentence;
mod split;
mod tokens;

use ragstill_core::Document;

pub use chunker::{Chunked, Chunker};
pub use options::{ChunkBy, ChunkOptions};
pub use split::{Spans, spans};
pub use tokens::TokenCounter;

/// Cuts a document as the options say: [`spans`] of at most `size` characters, those under `min` dropped.
///
/// A document with any text keeps at least its longest chunk, however short, so that none vanishes.
pub fn chunk(document: &Document, options: &ChunkOptions) -> Chunked {
    let options = ChunkOptions { tokenizer: None, ..options.clone() };
    Chunker::new(&options).expect("options without a tokenizer that have been checked").chunk(document)
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
        let cut = chunk(&document(&text), &ChunkOptions { size: Some(104), ..ChunkOptions::default() });
        assert_eq!((cut.chunks.len(), cut.dropped), (1, 1));
        assert_eq!(cut.chunks[0].span, 0..103);
        let all =
            chunk(&document(&text), &ChunkOptions { size: Some(104), min: 0, ..ChunkOptions::default() });
        assert_eq!((all.chunks.len(), all.dropped), (2, 0));
    }

    #[test]
    fn a_document_never_vanishes() {
        let short = chunk(&document(" Tiny. \n"), &ChunkOptions::default());
        assert_eq!((short.chunks[0].span.clone(), short.dropped), (1..6, 0));
        let sparse = chunk(
            &document(&format!("ab{}c", " ".repeat(500))),
            &ChunkOptions { size: Some(100), ..ChunkOptions::default() },
        );
        assert_eq!((sparse.chunks.len(), sparse.chunks[0].span.clone(), sparse.dropped), (1, 0..2, 1));
        assert_eq!(chunk(&document(" \n\u{a0}"), &ChunkOptions::default()).chunks, []);
    }
}
