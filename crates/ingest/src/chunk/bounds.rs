//! Where a text may be cut.

use super::markdown;
use super::plain;

/// How good a place for a cut is: the later, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Between the lines of code, and of a table's head.
    Line,
    /// Between the sentences of what should stay whole: a list item, a heading and its first paragraph.
    Part,
    /// Between sentences, list items and table rows.
    Sentence,
    /// Between paragraphs.
    Paragraph,
}

impl Level {
    /// All of them, the best first.
    pub(super) const BEST_FIRST: [Self; 4] = [Self::Paragraph, Self::Sentence, Self::Part, Self::Line];
}

/// A place where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    /// The byte after the last before the cut, white space not counted.
    pub at: usize,
    /// How good the place is.
    pub level: Level,
    /// Whether a sentence ends here, or what counts as one: code, a table.
    pub sentence: bool,
}

/// The bounds of a text, in order, at most one at a byte. One pass; no more is held than a paragraph's place.
pub(super) enum Bounds<'a> {
    Plain(plain::Bounds<'a>),
    Markdown(markdown::Bounds<'a>),
}

impl<'a> Bounds<'a> {
    pub(super) fn new(text: &'a str, is_markdown: bool) -> Self {
        if is_markdown {
            Self::Markdown(markdown::Bounds::new(text))
        } else {
            Self::Plain(plain::Bounds::new(text))
        }
    }
}

impl Iterator for Bounds<'_> {
    type Item = Bound;

    fn next(&mut self) -> Option<Bound> {
        match self {
            Self::Plain(bounds) => bounds.next(),
            Self::Markdown(bounds) => bounds.next(),
        }
    }
}
