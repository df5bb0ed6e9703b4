//! Documents and the chunks cut from them.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::{Record, RecordId};

/// A text as it was found: one file, or one piece of a stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Where it came from: the path relative to the input it was found under, with `/` between its parts.
    pub source: String,
    /// Its title, when the format has one.
    pub title: Option<String>,
    /// The whole extracted text.
    pub text: String,
    /// Whether the text is Markdown: headings, tables and code are known by their marks.
    pub is_markdown: bool,
    /// The byte of `text` where each page starts, ascending, the first 0; empty for formats without pages.
    pub pages: Vec<usize>,
    /// What else the document says of itself: author, date, front matter.
    pub metadata: Map<String, Value>,
}

/// A passage of a document: a span of its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes of [`Document::text`] that the chunk covers.
    pub span: Range<usize>,
    /// The headings that it stands under, the outermost first; those within it are not among them.
    pub headings: Vec<String>,
}

impl Document {
    /// The text of one of this document's chunks.
    pub fn chunk_text(&self, chunk: &Chunk) -> &str {
        &self.text[chunk.span.clone()]
    }

    /// The page on which this byte of the text stands, from 1; `None` for a document without pages.
    pub fn page_of(&self, at: usize) -> Option<usize> {
        Some(self.pages.partition_point(|start| *start <= at)).filter(|page| *page > 0)
    }

    /// The record that a chunk becomes: its text under `text_field`, then where it came from: `source`, `title`,
    /// `headings`, `page` (of its first character), `span` (the byte range in the extracted text) and `metadata`, those
    /// that there are.
    pub fn chunk_record(&self, chunk: &Chunk, text_field: &str) -> Record {
        let text = self.chunk_text(chunk);
        let mut fields = Map::new();
        fields.insert(text_field.to_owned(), Value::from(text));
        fields.insert("source".to_owned(), Value::from(self.source.as_str()));
        if let Some(title) = &self.title {
            fields.insert("title".to_owned(), Value::from(title.as_str()));
        }
        if !chunk.headings.is_empty() {
            fields.insert("headings".to_owned(), Value::from(chunk.headings.clone()));
        }
        if let Some(page) = self.page_of(chunk.span.start) {
            fields.insert("page".to_owned(), Value::from(page));
        }
        fields.insert("span".to_owned(), Value::from(vec![chunk.span.start, chunk.span.end]));
        if !self.metadata.is_empty() {
            fields.insert("metadata".to_owned(), Value::Object(self.metadata.clone()));
        }
        Record::new(RecordId::of(&self.source, text), fields)
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn pages_are_known_by_their_first_bytes() {
        let document = Document { text: "ab".repeat(10), pages: vec![0, 5, 5, 9], ..Document::default() };
        let pages: Vec<_> = [0, 4, 5, 8, 9, 19].map(|at| document.page_of(at)).into();
        assert_eq!(pages, [1, 1, 3, 3, 4, 4].map(Some));
        assert_eq!(Document::default().page_of(0), None);
    }
}
