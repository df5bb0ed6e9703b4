//! Walking over the characters that one token may take.

use super::char_class::CharClass;
use super::tokenizer::MAX_TOKEN_UNITS;

/// One character ahead.
pub(super) struct Step {
    pub(super) c: char,
    pub(super) class: CharClass,
    /// Bytes from the start of the scan to the end of this character.
    pub(super) end: usize,
}

/// The characters from the start of a text up to the longest length a token may have.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    units: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, units: 0 }
    }
}

impl Iterator for Scan<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let c = self.text[self.at..].chars().next()?;
        self.units += c.len_utf16();
        if self.units > MAX_TOKEN_UNITS {
            return None;
        }
        self.at += c.len_utf8();
        Some(Step { c, class: CharClass::of(c), end: self.at })
    }
}
