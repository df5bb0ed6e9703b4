//! The spans of a text's chunks.

use std::ops::Range;

use super::characters;
use super::cut::{Cut, Cutter, Window, trim_end, trim_start};
use super::overlap::{repeated_from, sentences_from};
use super::sections::{Reach, Sections};
use super::tokens::TokenWindow;

/// The most characters of a chunk that is cut by sentences, in which no sentence may end.
const SENTENCES_LONGEST: usize = 16_000;

/// What ends a chunk.
pub(super) enum Measure<'a> {
    /// So many characters.
    Characters(usize),
    /// The sections that have so many characters.
    Sections(usize, Sections),
    /// So many sentences.
    Sentences(usize),
    /// So many tokens.
    Tokens(TokenWindow<'a>),
}

/// Cuts a text into spans, as full as the bounds allow: at the last paragraph end of the window if that fills half of it,
/// else at the last sentence end (unless that leaves half of it empty before a sentence that is longer than a window), else
/// at the last white space if that fills half of it, else at the last word bound (UAX #29), else between graphemes.
///
/// Spans are bytes of the text, in order; no white space stands at their ends, and without overlap nothing but white space
/// between them. A grapheme is split only when it alone is longer than a window. Takes time linear in the text.
pub(super) struct Spans<'a> {
    text: &'a str,
    measure: Measure<'a>,
    /// How much of a span is repeated by the next, in the unit of the measure.
    overlap: usize,
    cutter: Cutter<'a>,
    /// Where the next span starts; the text's length when there is none.
    at: usize,
    /// Where the text begins that no span has.
    fresh: usize,
}

impl<'a> Spans<'a> {
    pub(super) fn new(text: &'a str, is_markdown: bool, measure: Measure<'a>, overlap: usize) -> Self {
        let at = trim_start(text, 0);
        Self { text, measure, overlap, cutter: Cutter::new(text, is_markdown), at, fresh: at }
    }

    /// Whether a tokenizer could not encode some of the text.
    pub(super) fn is_estimated(&self) -> bool {
        matches!(&self.measure, Measure::Tokens(tokens) if tokens.is_estimated())
    }

    /// Where the span that starts here ends; `None` to start it where the text is new.
    fn cut(&mut self) -> Option<Cut> {
        let Self { text, at: start, .. } = *self;
        // The indentation that new text may begin with is nothing new.
        let fresh = if self.fresh > start { trim_start(text, self.fresh) } else { start };
        let cutter = &mut self.cutter;
        let whole = Cut::anywhere(text.len());
        match &mut self.measure {
            Measure::Characters(size) => match characters::forward(text, start, *size) {
                None => Some(whole),
                Some(limit) => cutter.cut(Window { start, fresh, limit }),
            },
            Measure::Sections(size, sections) => {
                let limit = characters::forward(text, start, *size);
                match (sections.reach(text, fresh, limit, *size), limit) {
                    (Reach::To(at), _) => Some(Cut::anywhere(at)),
                    (Reach::Within, Some(limit)) => cutter.cut(Window { start, fresh, limit }),
                    (Reach::Within, None) => Some(whole),
                }
            }
            Measure::Sentences(count) => {
                let farthest = start + SENTENCES_LONGEST * 4;
                let fits = |at: &usize| characters::forward(&text[..*at], start, SENTENCES_LONGEST).is_none();
                match cutter.sentences(start, farthest, *count).filter(fits) {
                    Some(at) => Some(Cut::anywhere(at)),
                    None => match characters::forward(text, start, SENTENCES_LONGEST) {
                        Some(limit) => cutter.cut(Window { start, fresh, limit }),
                        None => Some(whole),
                    },
                }
            }
            Measure::Tokens(tokens) => {
                let mut window = tokens.limit(start).map(|limit| Window { start, fresh, limit });
                loop {
                    let cut = match window {
                        Some(window) => cutter.cut(window)?,
                        None => whole,
                    };
                    // Tokens are not additive: the span by itself may have more of them than it has in the text.
                    let Some(limit) = tokens.shorter(start, trim_end(text, start, cut.at)) else {
                        return Some(cut);
                    };
                    window = Some(Window { start, fresh, limit });
                }
            }
        }
    }

    /// Where the next span starts after one of `start..end`, if it repeats some of that.
    fn repeated_from(&mut self, start: usize, end: usize) -> Option<usize> {
        let Self { text, overlap, cutter, .. } = self;
        let target = match &self.measure {
            Measure::Sentences(_) => return sentences_from(text, cutter, start, end, *overlap),
            Measure::Characters(_) | Measure::Sections(..) => characters::back(text, start, end, *overlap),
            Measure::Tokens(tokens) => tokens.back(start, end, *overlap),
        };
        repeated_from(text, cutter, start, end, target)
    }

    /// Whether the text that begins here is a section, which repeats nothing.
    fn is_section(&self, at: usize) -> bool {
        matches!(&self.measure, Measure::Sections(_, sections) if sections.begins_at(at))
    }
}

impl Iterator for Spans<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.text.len() {
            let Some(cut) = self.cut() else {
                self.at = self.fresh;
                continue;
            };
            let start = self.at;
            let end = trim_end(self.text, start, cut.at);
            self.fresh = self.cutter.resume(cut);
            self.at = self.fresh;
            if self.overlap > 0 && self.fresh < self.text.len() && !self.is_section(self.fresh) {
                self.at = self.repeated_from(start, end).unwrap_or(self.fresh);
            }
            // Where a grapheme had to be split, a space may be all that is left of it.
            if !self.text[start..end].trim_start().is_empty() {
                return Some(start..end);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Measure, Spans};

    fn cut(text: &str, size: usize) -> Vec<&str> {
        Spans::new(text, false, Measure::Characters(size), 0).map(|span| &text[span]).collect()
    }

    #[test]
    fn paragraphs_first_when_they_fill_half_the_window() {
        let text = "One is a sentence. Two is one.\n\nThree is the next. Four.";
        assert_eq!(cut(text, 50), ["One is a sentence. Two is one.", "Three is the next. Four."]);
        // The first paragraph would leave a mostly empty chunk: the sentence after it goes along.
        assert_eq!(
            cut("Head.\n\nA sentence stands here. And another.", 33),
            ["Head.\n\nA sentence stands here.", "And another."]
        );
    }

    #[test]
    fn then_sentences_words_and_graphemes() {
        assert_eq!(cut("First one. Second one. Third.", 24), ["First one. Second one.", "Third."]);
        assert_eq!(cut("Dr. Lee saw it. Then left.", 16), ["Dr. Lee saw it.", "Then left."]);
        assert_eq!(cut("some words without an end", 11), ["some words", "without an", "end"]);
        assert_eq!(cut("exactly", 7), ["exactly"]);
        assert_eq!(cut("word edge", 4), ["word", "edge"]);
        assert_eq!(cut("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(cut("ae\u{301}e\u{301}", 2), ["a", "e\u{301}", "e\u{301}"]);
        assert_eq!(cut("水は澄んでいる", 3).concat(), "水は澄んでいる");
    }

    #[test]
    fn a_long_word_does_not_leave_a_chunk_nearly_empty() {
        assert_eq!(cut("at example.org/averylongpath/without/space", 20)[0], "at example.org/");
    }

    #[test]
    fn a_short_sentence_goes_along_with_a_long_one_that_is_split_anyway() {
        let long = "words ".repeat(20);
        assert_eq!(cut(&format!("Short. {long}"), 40)[0], "Short. words words words words words");
        assert_eq!(cut("Short. A sentence that fits the window.", 35)[0], "Short.");
    }

    #[test]
    fn a_grapheme_longer_than_the_limit_is_cut_between_characters() {
        let zalgo = format!("e{}", "\u{301}".repeat(9));
        assert_eq!(cut(&zalgo, 4).iter().map(|c| c.chars().count()).collect::<Vec<_>>(), [4, 4, 2]);
    }

    #[test]
    fn empty_and_blank_texts_have_no_spans() {
        assert_eq!(cut("", 5), [""; 0]);
        assert_eq!(cut(" \n\t\u{a0}\u{2003}", 2), [""; 0]);
        assert_eq!(cut("- \u{301}", 1), ["-", "\u{301}"]);
    }

    proptest! {
        #[test]
        fn chunks_are_filled_greedily(words in prop::collection::vec("[a-z]{1,6}", 1..80), size in 12_usize..60) {
            let text = words.join(" ");
            let chunks = cut(&text, size);
            for pair in chunks.windows(2) {
                let next_word = pair[1].split(' ').next().unwrap();
                prop_assert!(pair[0].len() + 1 + next_word.len() > size, "{pair:?}");
            }
        }
    }
}
