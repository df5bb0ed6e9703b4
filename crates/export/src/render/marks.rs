//! What looks like a mark of the format within a turn's text, and the signs that keep places in a rendering.

use std::collections::BTreeSet;
use std::iter::successors;

use memchr::memmem;
use ragstill_core::{Conversation, Turn};

use super::Segment;

/// Strings that a tokenizer or a template gives a meaning, `<|im_end|>` for instance.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Sorted, each of two characters at least.
    strings: Vec<String>,
    /// Whether a string begins with the byte.
    first: Vec<bool>,
    /// The bytes of which that is true: most text is passed over by these alone.
    firsts: Vec<u8>,
}

impl Marks {
    /// These strings. Left out are those of a single character, which cannot be told from ordinary text by cutting them,
    /// and tags that have an end, as `<think>` and `</think>`: they are part of what a model writes, templates look for
    /// them in a turn, and they end none.
    pub fn new(strings: impl IntoIterator<Item = String>) -> Self {
        let all: BTreeSet<String> = strings.into_iter().collect();
        let fits = |s: &&String| s.chars().nth(1).is_some() && !is_tag(s, &all);
        let strings: BTreeSet<String> = all.iter().filter(fits).cloned().collect();
        let mut first = vec![false; 256];
        for string in &strings {
            first[usize::from(string.as_bytes()[0])] = true;
        }
        let firsts = (0..=u8::MAX).filter(|byte| first[usize::from(*byte)]).collect();
        Self { strings: strings.into_iter().collect(), first, firsts }
    }

    /// What looks like a mark in the literal text of these templates: anything in angle brackets, or in square brackets
    /// and capitals as `[INST]`.
    pub(super) fn of_templates<'a>(sources: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Vec::new();
        for source in sources {
            for (at, open) in source.char_indices().filter(|(_, c)| matches!(c, '<' | '[')) {
                let close = if open == '<' { '>' } else { ']' };
                let Some(len) = source[at + 1..].find(close) else { continue };
                let inner = &source[at + 1..at + 1 + len];
                let fits = match open {
                    '<' => inner.len() <= 60 && !inner.contains(|c: char| c.is_whitespace() || c == '<'),
                    _ => inner.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '/' | '_')),
                };
                if fits && inner.chars().any(char::is_alphabetic) {
                    found.push(source[at..at + len + 2].to_owned());
                }
            }
        }
        Self::new(found)
    }

    /// The marks in the text, in order, with the byte at which each begins. They may lie within each other.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        let bytes = text.as_bytes();
        let starts = successors(self.next_start(bytes, 0), move |at| self.next_start(bytes, at + 1));
        starts.flat_map(move |at| {
            // Those that the rest begins with lie among those that are not after it in order, and share a beginning.
            let rest = &bytes[at..];
            let from = self.strings.partition_point(|s| s.as_bytes() < &rest[..rest.len().min(2)]);
            let near = self.strings[from..].iter().take_while(move |s| s.as_bytes() <= rest);
            near.filter(move |s| rest.starts_with(s.as_bytes())).map(move |s| (at, s.as_str()))
        })
    }

    /// The first byte from `from` on that a mark begins with.
    fn next_start(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = &bytes[from..];
        // Nearly all marks begin with one of few characters, which most texts hardly have.
        let found = match self.firsts[..] {
            [] => None,
            [a] => memchr::memchr(a, rest),
            [a, b] => memchr::memchr2(a, b, rest),
            [a, b, c] => memchr::memchr3(a, b, c, rest),
            _ => rest.iter().position(|byte| self.first[usize::from(*byte)]),
        };
        found.map(|at| from + at)
    }

    /// The turns with `guard` within each mark in their texts, or nothing when there is none.
    pub(super) fn guard(&self, conversation: &Conversation, guard: char) -> Option<Vec<Turn>> {
        if !conversation.turns.iter().any(|turn| self.find(&turn.text).next().is_some()) {
            return None;
        }
        let guarded = conversation.turns.iter().map(|turn| {
            let mut text = String::with_capacity(turn.text.len() + 8);
            let mut done = 0;
            for (at, mark) in self.find(&turn.text) {
                let cut = at + mark.chars().next().map_or(0, char::len_utf8);
                // Two marks that begin at the same place are cut by the same sign.
                if cut > done {
                    text.push_str(&turn.text[done..cut]);
                    text.push(guard);
                    done = cut;
                }
            }
            text.push_str(&turn.text[done..]);
            Turn::new(turn.role, text, turn.train)
        });
        Some(guarded.collect())
    }
}

/// Whether a mark is one of a pair of tags whose name is a word: `<s>` is none.
fn is_tag(mark: &str, all: &BTreeSet<String>) -> bool {
    let Some(inner) = mark.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else { return false };
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let is_word = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    // A prompt may write only the first half of these.
    let is_known = matches!(name, "think" | "thinking" | "tool_call" | "tool_response");
    is_word && (is_known || [format!("<{name}>"), format!("</{name}>")].iter().all(|tag| all.contains(tag)))
}

/// Takes the guards out of a segment and notes where they were.
pub(super) fn unguard(segment: Segment, guard: char) -> Segment {
    let mut text = String::with_capacity(segment.text.len());
    let mut plain = Vec::new();
    for (at, piece) in segment.text.split(guard).enumerate() {
        if at > 0 {
            plain.push(text.len());
        }
        text.push_str(piece);
    }
    Segment { text, train: segment.train, plain }
}

/// Characters that keep places while something is rendered. Noncharacters of Unicode, which no text should have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// Stands within what only looks like a mark.
    pub(super) guard: char,
    /// Begins and ends a `{% generation %}` block.
    pub(super) block: (char, char),
    /// Begins and ends the text of a turn.
    pub(super) turn: (char, char),
}

impl Signs {
    /// Signs that are in none of the texts.
    pub(super) fn unused_in<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        // U+FDD0 to U+FDEF.
        let mut used = 0u32;
        for text in texts {
            // They begin with these bytes, and little else does.
            for at in memmem::find_iter(text.as_bytes(), b"\xEF\xB7") {
                if let Some(c) = text[at..].chars().next().map(u32::from)
                    && (0xFDD0..=0xFDEF).contains(&c)
                {
                    used |= 1 << (c - 0xFDD0);
                }
            }
        }
        let mut free =
            (0..32).filter(|bit| used & (1 << bit) == 0).filter_map(|bit| char::from_u32(0xFDD0 + bit));
        let mut next = || free.next().ok_or("its texts are full of Unicode noncharacters (U+FDD0 to U+FDEF)");
        Ok(Self { guard: next()?, block: (next()?, next()?), turn: (next()?, next()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, Signs};

    #[test]
    fn marks_are_found_wherever_they_lie() {
        let marks = Marks::new(["<s>", "<|im_end|>", "<|im", "x"].map(str::to_owned));
        let found: Vec<_> = marks.find("a <s><|im_end|> <x <|im_").collect();
        assert_eq!(found, [(2, "<s>"), (5, "<|im"), (5, "<|im_end|>"), (19, "<|im")]);
        assert_eq!(Marks::default().find("<s>").count(), 0);
    }

    #[test]
    fn templates_tell_their_marks() {
        let marks =
            Marks::of_templates(["<|im_start|>user\n{{ user }}<|im_end|>", "[INST] a < b and c > d [/INST]"]);
        assert_eq!(marks.strings, ["<|im_end|>", "<|im_start|>", "[/INST]", "[INST]"]);
    }

    #[test]
    fn tags_with_an_end_are_no_marks() {
        let marks = Marks::new(["<think>", "</think>", "<s>", "</s>", "<start_of_turn>"].map(str::to_owned));
        assert_eq!(marks.strings, ["</s>", "<s>", "<start_of_turn>"]);
    }

    #[test]
    fn signs_are_never_in_a_text() {
        let signs = Signs::unused_in(["a\u{FDD0}b", "\u{FDD2}"].into_iter()).unwrap();
        assert_eq!((signs.guard, signs.block), ('\u{FDD1}', ('\u{FDD3}', '\u{FDD4}')));
        let all: String = ('\u{FDD0}'..='\u{FDEF}').collect();
        assert!(Signs::unused_in([all.as_str()].into_iter()).is_err());
    }
}
