//! What comes out of a document.

use serde_json::{Map, Value};

/// A document's text and what the format says of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// The text, as Markdown where the format has structure. Never blank, not wrapped, without control characters but
    /// `\n` and `\t`.
    pub text: String,
    /// Its title, when the format has one that is not blank.
    pub title: Option<String>,
    /// What else the document says of itself: `author`, `date`, `language`, `description`, …; strings and lists of
    /// strings, never blank.
    pub metadata: Map<String, Value>,
    /// The byte of `text` where each page starts, ascending; the first is 0. Empty for formats without pages. A page
    /// without text starts where the next one does.
    pub pages: Vec<usize>,
}
