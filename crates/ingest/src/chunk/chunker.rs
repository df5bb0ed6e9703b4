//! Documents to chunks.

use ragstill_core::{Chunk, Document};

use super::characters;
use super::cut::{trim_end, trim_start};
use super::markdown::{Heading, Paths, outline};
use super::options::{ChunkBy, ChunkOptions};
use super::sections::Sections;
use super::spans::{Measure, Spans};
use super::tokens::{TokenCounter, TokenWindow};
use crate::error::{Error, ErrorKind, Fault};

/// The chunks of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunked {
    /// The chunks that are kept, in order.
    pub chunks: Vec<Chunk>,
    /// How many were dropped because they were shorter than [`ChunkOptions::min`].
    pub dropped: usize,
    /// Whether the tokenizer could not encode some of the text, so that tokens had to be estimated.
    pub is_estimated: bool,
}

/// Cuts documents, all in the same way. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Chunker {
    by: ChunkBy,
    size: usize,
    overlap: usize,
    min: usize,
    counter: TokenCounter,
}

impl Chunker {
    /// A chunker with these options. A tokenizer is read here.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidOption`] for options out of their range and for a tokenizer that cannot be used.
    pub fn new(options: &ChunkOptions) -> Result<Self, Error> {
        let fault = |message| Fault::new(ErrorKind::InvalidOption, None, message);
        Error::check(options.faults().into_iter().map(fault).collect())?;
        let counter = match &options.tokenizer {
            Some(path) => TokenCounter::load(path)?,
            None => TokenCounter::estimate(),
        };
        let ChunkOptions { by, overlap, min, .. } = *options;
        Ok(Self { by, size: options.resolved_size(), overlap, min, counter })
    }

    /// The chunks of a document, those of fewer than [`ChunkOptions::min`] characters dropped.
    ///
    /// One with any text keeps at least its longest chunk, however short, so that none vanishes. Chunks of a Markdown
    /// document know the headings they stand under. Takes time linear in the text.
    pub fn chunk(&self, document: &Document) -> Chunked {
        let text = document.text.as_str();
        if let Some(chunk) = self.whole(text) {
            return Chunked { chunks: chunk.into_iter().collect(), ..Chunked::default() };
        }
        let headings = if document.is_markdown { outline(text) } else { Vec::new() };
        let mut spans = Spans::new(text, document.is_markdown, self.measure(text, &headings), self.overlap);
        let mut paths = Paths::new(&headings);
        let chunks: Vec<Chunk> = spans
            .by_ref()
            .map(|span| {
                let headings = paths.at(span.start);
                Chunk { span, headings }
            })
            .collect();
        Chunked { is_estimated: spans.is_estimated(), ..self.long_enough(document, chunks) }
    }

    /// The only chunk of a text so short that nothing has to be looked at, the common case of a passage; none of a
    /// blank one. The outer `None` is any other text.
    fn whole(&self, text: &str) -> Option<Option<Chunk>> {
        let by_characters =
            self.by == ChunkBy::Characters && characters::forward(text, 0, self.size).is_none();
        by_characters.then(|| {
            let start = trim_start(text, 0);
            let end = trim_end(text, start, text.len());
            (start < end).then(|| Chunk { span: start..end, headings: Vec::new() })
        })
    }

    fn measure<'a>(&'a self, text: &'a str, headings: &[Heading]) -> Measure<'a> {
        match self.by {
            ChunkBy::Characters => Measure::Characters(self.size),
            ChunkBy::Tokens => Measure::Tokens(TokenWindow::new(text, &self.counter, self.size)),
            ChunkBy::Sentences => Measure::Sentences(self.size),
            // Without a heading there is one section, which is cut by characters.
            ChunkBy::Markdown => Measure::Sections(self.size, Sections::new(headings, text)),
        }
    }

    /// Drops the chunks that are too short.
    fn long_enough(&self, document: &Document, mut chunks: Vec<Chunk>) -> Chunked {
        let before = chunks.len();
        // Bytes first: what has four times as many of them has enough characters.
        let is_long = |chunk: &Chunk, least: usize| {
            chunk.span.len() >= least * 4 || document.chunk_text(chunk).chars().count() >= least
        };
        if chunks.iter().any(|chunk| is_long(chunk, self.min)) {
            chunks.retain(|chunk| is_long(chunk, self.min));
        } else {
            let length = |chunk: &Chunk| document.chunk_text(chunk).chars().count();
            let longest = chunks.iter().map(length).max().unwrap_or(0);
            chunks.retain(|chunk| length(chunk) >= longest);
        }
        Chunked { dropped: before - chunks.len(), chunks, is_estimated: false }
    }
}

#[cfg(test)]
mod tests {
    use ragstill_core::Document;

    use super::{ChunkOptions, Chunked, Chunker};

    fn chunk(document: &Document, options: &ChunkOptions) -> Chunked {
        Chunker::new(options).unwrap().chunk(document)
    }

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
