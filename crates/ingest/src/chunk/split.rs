//! The spans of a text's chunks.

use std::collections::VecDeque;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::grapheme::{is_boundary, last_boundary};
use super::sentence::{Bound, Bounds};

/// Cuts a text into spans of at most `size` characters (Unicode scalar values; 0 counts as 1), as full as the bounds
/// allow: at the last paragraph end of the window if that fills half of it, else at the last sentence end (unless that
/// leaves half of it empty before a sentence that is longer than a window), else at the last white space if that fills
/// half of it, else at the last word bound (UAX #29), else between graphemes.
///
/// Spans are bytes of the text, in order; no white space stands at their ends, and nothing but white space between
/// them. A grapheme is split only when it alone is longer than `size`. Takes time linear in the text.
pub fn spans(text: &str, size: usize) -> Spans<'_> {
    Spans {
        text,
        size: size.max(1),
        at: trim_start(text, 0),
        bounds: Bounds::new(text),
        ahead: VecDeque::new(),
    }
}

/// The iterator of [`spans`].
pub struct Spans<'a> {
    text: &'a str,
    size: usize,
    /// Where the next span starts; the text's length when there is none.
    at: usize,
    bounds: Bounds<'a>,
    /// Bounds found already that no span has passed.
    ahead: VecDeque<Bound>,
}

impl Iterator for Spans<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.text.len() {
            let start = self.at;
            let rest = &self.text[start..];
            // Compared in bytes first: counting characters is only needed where a cut may be.
            let window = if rest.len() <= self.size { None } else { rest.char_indices().nth(self.size) };
            let cut = window.map_or(self.text.len(), |(length, _)| self.cut(start, start + length));
            self.at = trim_start(self.text, cut);
            let end = trim_end(self.text, start, cut);
            // Where a grapheme had to be split, a space may be all that is left of it.
            if !self.text[start..end].trim_start().is_empty() {
                return Some(start..end);
            }
        }
        None
    }
}

impl Spans<'_> {
    /// Where to end the span that starts at `start` and must not pass `limit`, which lies before the text's end.
    fn cut(&mut self, start: usize, limit: usize) -> usize {
        let half_full = |at: usize| (at - start) * 2 >= limit - start;
        if let Some(at) = self.sentence_cut(start, limit, half_full) {
            return at;
        }
        let rest = &self.text[start..];
        let window = &rest[..limit - start];
        // A window that white space follows ends with a word, whatever stands in it.
        let spaced = self.text[limit..].starts_with(char::is_whitespace);
        let space = if spaced { Some(window.len()) } else { window.rfind(char::is_whitespace) };
        if let Some(at) = space.filter(|at| half_full(start + at) && is_boundary(rest, *at)) {
            return start + at;
        }
        // Word bounds depend on the two characters after them, so the rules see some text past the window.
        let context =
            rest[window.len()..].char_indices().nth(4).map_or(rest.len(), |(at, _)| window.len() + at);
        let words: Vec<usize> = rest[..context]
            .split_word_bound_indices()
            .map(|(at, _)| at)
            .take_while(|at| *at <= window.len())
            .filter(|at| *at > 0)
            .collect();
        // From the last one on: looking at every one would be quadratic in a row of flags.
        let word = words.into_iter().rev().find(|at| is_boundary(rest, *at));
        if let Some(at) = word {
            return start + at;
        }
        match last_boundary(rest, window.len()) {
            0 => limit,
            at => start + at,
        }
    }

    /// The paragraph or sentence end to cut at, if one lies in the window.
    fn sentence_cut(
        &mut self,
        start: usize,
        limit: usize,
        half_full: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        while self.ahead.front().is_some_and(|bound| bound.at <= start) {
            self.ahead.pop_front();
        }
        while self.ahead.back().is_none_or(|bound| bound.at <= limit) {
            let Some(bound) = self.bounds.next() else { break };
            if bound.at > start {
                self.ahead.push_back(bound);
            }
        }
        let in_window = || self.ahead.iter().rev().skip_while(|bound| bound.at > limit);
        if let Some(bound) = in_window().find(|bound| bound.paragraph && half_full(bound.at)) {
            return Some(bound.at);
        }
        let last = in_window().next()?.at;
        let next =
            self.ahead.back().filter(|bound| bound.at > limit).map_or(self.text.len(), |bound| bound.at);
        // The next sentence fits no window either: better to split it here than to leave a few words by themselves.
        let split_anyway = next - last > limit - start;
        (half_full(last) || !split_anyway).then_some(last)
    }
}

/// The first byte from `at` on (a boundary) that is not part of a grapheme of white space.
fn trim_start(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let skip = rest.len() - rest.trim_start().len();
    if is_boundary(rest, skip) {
        return at + skip;
    }
    // A combining mark sits on the last space: that space stays with it.
    at + rest[..skip].char_indices().next_back().map_or(0, |(index, _)| index)
}

/// `cut`, or the byte after the last grapheme before it that is not white space.
fn trim_end(text: &str, start: usize, cut: usize) -> usize {
    let span = &text[start..cut];
    let end = span.trim_end().len();
    if is_boundary(&text[start..], end) {
        return start + end;
    }
    // A character that joins with what follows it has joined with a space.
    start + end + span[end..].chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::spans;

    fn cut(text: &str, size: usize) -> Vec<&str> {
        spans(text, size).map(|span| &text[span]).collect()
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

    #[test]
    fn time_is_linear_in_texts_without_bounds() {
        // 2 MB each, of what makes naive look-back or look-ahead quadratic.
        for unit in [
            "a",
            "a ",
            "a. ",
            "e.g. ",
            "\u{301}",
            "🇫",
            "👩\u{200d}",
            "\u{915}\u{94d}",
            " ",
            "\n",
            ".",
            "\n#",
            "'",
            "1,",
        ] {
            let text = unit.repeat(2_000_000 / unit.len());
            let started = Instant::now();
            let count = spans(&text, 4000).count();
            let limit = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });
            assert!(started.elapsed() < limit, "{unit:?}: {count} spans in {:?}", started.elapsed());
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-zA-Z]{1,9}",
            3 => "[ \t]{1,3}",
            2 => "[.!?…。]{1,2}",
            1 => Just("\n\n".to_owned()),
            1 => Just("\r\n".to_owned()),
            1 => Just("\n- ".to_owned()),
            1 => Just("e.g. ".to_owned()),
            1 => "\\PC{1,4}",
            1 => any::<char>().prop_map(String::from),
            1 => "[\u{301}\u{200d}🇫👩क्\u{600}한日\u{a0}]{1,4}",
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn spans_cover_the_text_within_the_limit(text in any_text(), size in 1_usize..60) {
            let mut from = 0;
            for span in spans(&text, size) {
                let chunk = &text[span.clone()];
                prop_assert!(!chunk.trim().is_empty());
                prop_assert!(chunk.chars().count() <= size, "{chunk:?}");
                prop_assert!(text[from..span.start].chars().all(char::is_whitespace));
                from = span.end;
            }
            prop_assert!(text[from..].chars().all(char::is_whitespace));
        }

        #[test]
        fn no_grapheme_is_split(text in any_text(), size in 8_usize..60) {
            let graphemes: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
            prop_assume!(graphemes.iter().all(|(_, grapheme)| grapheme.chars().count() <= size));
            let bounds: Vec<usize> = graphemes.iter().map(|(at, _)| *at).chain([text.len()]).collect();
            for span in spans(&text, size) {
                for end in [span.start, span.end] {
                    prop_assert!(bounds.binary_search(&end).is_ok(), "cut at {end} in {text:?}");
                }
            }
        }

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
