//! The bounds of plain text: sentences, paragraphs, and lines that begin something of their own.

use super::bounds::{Bound, Level};
use super::sentence::{Kind, Mark, close, kind, next_mark};

/// The bounds of a text, in order. One pass, constant memory.
pub(super) struct Bounds<'a> {
    text: &'a str,
    /// The next byte to look at.
    at: usize,
    /// Whether the current line is a heading, which must stay with what follows it.
    heading: bool,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, heading: text.starts_with('#') }
    }

    /// What a line break at byte `at` means; moves past the white space after it.
    fn line_break(&mut self, at: usize) -> Option<Bound> {
        let rest = &self.text[at..];
        let next = rest.find(|c: char| !c.is_whitespace()).map_or(self.text.len(), |skip| at + skip);
        let space = &self.text[at..next];
        let paragraph = space.bytes().filter(|byte| *byte == b'\n').take(2).count() > 1
            || space.contains(['\u{2029}', '\u{c}']);
        let after_heading = std::mem::replace(&mut self.heading, self.text[next..].starts_with('#'));
        self.at = next.max(at + 1);
        let bound =
            !after_heading && next < self.text.len() && (paragraph || starts_block(&self.text[next..]));
        let level = if paragraph { Level::Paragraph } else { Level::Sentence };
        let at = at - self.text[..at].bytes().rev().take_while(|byte| is_blank(*byte)).count();
        bound.then_some(Bound { at, level, sentence: true })
    }

    /// What a mark of a sentence means; moves past it, and past a line break that follows it.
    fn sentence_end(&mut self, mark: Mark) -> Option<Bound> {
        let (at, ends) = close(self.text, mark);
        self.at = at;
        if !ends {
            return None;
        }
        let bound = Bound { at, level: Level::Sentence, sentence: true };
        let break_at = at + self.text.as_bytes()[at..].iter().take_while(|byte| is_blank(**byte)).count();
        if self.text[break_at..].chars().next().map(kind) != Some(Kind::Break) {
            return Some(bound);
        }
        let heading = self.heading;
        match self.line_break(break_at) {
            Some(line) => Some(Bound { at, ..line }),
            None => (!heading).then_some(bound),
        }
    }
}

impl Iterator for Bounds<'_> {
    type Item = Bound;

    fn next(&mut self) -> Option<Bound> {
        while let Some(found) = next_mark(self.text, self.at) {
            let bound = match kind(found.mark) {
                Kind::Break => self.line_break(found.at),
                _ => self.sentence_end(found),
            };
            if bound.is_some() {
                return bound;
            }
        }
        self.at = self.text.len();
        None
    }
}

/// Whether the byte may stand between a line's text and its break.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Whether a line that starts so begins something of its own: a list item, a heading, a table row, a quotation.
fn starts_block(line: &str) -> bool {
    let mut bytes = line.bytes();
    match bytes.next() {
        Some(b'#' | b'|' | b'>') => true,
        Some(b'-' | b'*' | b'+') => bytes.next() == Some(b' '),
        Some(b'0'..=b'9') => {
            let rest = line[1..].trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with(". ") || rest.starts_with(") ")
        }
        _ => line.starts_with("• "),
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;
    use crate::chunk::bounds::Level;

    /// The sentences between the bounds, trimmed.
    fn sentences(text: &str) -> Vec<&str> {
        let mut from = 0;
        let mut found: Vec<&str> = Bounds::new(text)
            .map(|bound| {
                let sentence = text[from..bound.at].trim();
                from = bound.at;
                sentence
            })
            .collect();
        found.push(text[from..].trim());
        found
    }

    #[test]
    fn lists_tables_and_paragraphs_are_bounds_and_headings_stay_with_their_text() {
        assert_eq!(
            sentences("Buy:\n- milk\n- bread\n2. more\nwrapped"),
            ["Buy:", "- milk", "- bread", "2. more\nwrapped"]
        );
        assert_eq!(sentences("a line\nwrapped\n \t\nnext"), ["a line\nwrapped", "next"]);
        assert_eq!(sentences("text\n\n# Heading\n\nBody"), ["text", "# Heading\n\nBody"]);
        assert_eq!(sentences("text\n\n# Is it so?\n\nBody"), ["text", "# Is it so?\n\nBody"]);
        assert_eq!(sentences("of a page\u{c}the next"), ["of a page", "the next"]);
    }

    #[test]
    fn a_byte_is_one_bound() {
        let bounds: Vec<_> = Bounds::new("One. Two. \r\n\r\nThree.\nFour").map(|b| (b.at, b.level)).collect();
        assert_eq!(bounds, [(4, Level::Sentence), (9, Level::Paragraph), (20, Level::Sentence)]);
    }
}
