//! Documents and the chunks cut from them.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::{Record, RecordId};

/// A text as it was found: one file, or one piece of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Where it came from: the path relative to the input it was found under, with `/` between its parts.
    pub source: String,
    /// Its title, when the format has one.
    pub title: Option<String>,
    /// The whole extracted text.
    pub text: String,
}

/// A passage of a document: a span of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes of [`Document::text`] that the chunk covers.
    pub span: Range<usize>,
}

impl Document {
    /// The text of one of this document's chunks.
    pub fn chunk_text(&self, chunk: &Chunk) -> &str {
        &self.text[chunk.span.clone()]
    }

    /// The record that a chunk becomes: its text under `text_field`, then where it came from (`source`, `title`,
    /// and `span`, the byte range in the extracted text).
    pub fn chunk_record(&self, chunk: &Chunk, text_field: &str) -> Record {
        let text = self.chunk_text(chunk);
        let mut fields = Map::new();
        fields.insert(text_field.to_owned(), Value::from(text));
        fields.insert("source".to_owned(), Value::from(self.source.as_str()));
        if let Some(title) = &self.title {
            fields.insert("title".to_owned(), Value::from(title.as_str()));
        }
        fields.insert("span".to_owned(), Value::from(vec![chunk.span.start, chunk.span.end]));
        Record::new(RecordId::of(&self.source, text), fields)
    }
}
