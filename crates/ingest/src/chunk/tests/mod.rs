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

#[test]
fn a_space_that_a_character_before_has_joined_starts_no_repetition() {
    // U+0600 joins with what follows it, here a no-break space with a joiner.
    let text = "aAaAa\u{600}\u{a0}\u{200d}AaaAaa0";
    let spans: Vec<_> =
        chunks(text, false, &options(ChunkBy::Characters, 9, 2)).into_iter().map(|c| c.span).collect();
    assert!(spans.len() > 1 && spans.iter().all(|span| span.start != 7 && span.end != 7), "{spans:?}");
}

#[test]
fn a_space_that_a_character_before_has_joined_counts() {
    for by in [ChunkBy::Characters, ChunkBy::Markdown] {
        let spans: Vec<_> =
            chunks("\u{600}\u{a0}", false, &options(by, 1, 0)).into_iter().map(|chunk| chunk.span).collect();
        assert!(spans.iter().all(|span| span.len() <= 2), "{by:?}: {spans:?}");
    }
}

#[test]
fn a_space_with_a_mark_on_it_begins_its_heading() {
    let text = "```\n\n```\n \u{200d}Heading\n===\n\n- An item that is longer";
    let spans: Vec<_> =
        chunks(text, true, &options(ChunkBy::Markdown, 20, 0)).into_iter().map(|c| c.span).collect();
    assert!(spans.iter().any(|span| span.start == 9) && spans.iter().all(|span| span.end != 10), "{spans:?}");
}
