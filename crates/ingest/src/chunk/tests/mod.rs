//! Chunking as a whole: what holds for any text, what becomes of documents, what tokenizers do.

mod documents;
mod properties;
#[cfg(feature = "tokenizer")]
mod tokenizers;

use ragstill_core::{Chunk, Document};

use super::{ChunkBy, ChunkOptions, Chunker};

/// Options that drop nothing.
fn options(by: ChunkBy, size: usize, overlap: usize) -> ChunkOptions {
    ChunkOptions { by, size: Some(size), overlap, min: 0, ..ChunkOptions::default() }
}

fn document(text: &str, is_markdown: bool) -> Document {
    Document { text: text.to_owned(), is_markdown, ..Document::default() }
}

fn chunks(text: &str, is_markdown: bool, options: &ChunkOptions) -> Vec<Chunk> {
    Chunker::new(options).unwrap().chunk(&document(text, is_markdown)).chunks
}

/// The texts of the chunks of a Markdown document.
fn texts<'a>(markdown: &'a str, options: &ChunkOptions) -> Vec<&'a str> {
    chunks(markdown, true, options).into_iter().map(|chunk| &markdown[chunk.span]).collect()
}
