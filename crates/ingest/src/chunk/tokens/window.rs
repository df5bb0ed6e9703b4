//! How far a number of tokens reaches.

use std::collections::VecDeque;

use super::counter::{TokenCounter, piece_end};

/// The tokens of a text, looked at through windows whose starts ascend. The text is encoded in pieces, as far as the
/// windows reach.
pub(in crate::chunk) struct TokenWindow<'a> {
    text: &'a str,
    counter: &'a TokenCounter,
    /// The most tokens of a window.
    size: usize,
    /// Where the tokens end that end behind the window's start, as far as they are known.
    ends: VecDeque<usize>,
    /// Where the last token before these ends.
    before: usize,
    /// How much of the text is encoded.
    encoded: usize,
    /// Where those pieces begin that do so behind the window's start.
    pieces: Vec<usize>,
    /// Whether the tokenizer could not encode some of the text.
    is_estimated: bool,
}

impl<'a> TokenWindow<'a> {
    pub(in crate::chunk) fn new(text: &'a str, counter: &'a TokenCounter, size: usize) -> Self {
        Self {
            text,
            counter,
            size: size.max(1),
            ends: VecDeque::new(),
            before: 0,
            encoded: 0,
            pieces: Vec::new(),
            is_estimated: false,
        }
    }

    /// The byte that a window from `start` on must not pass, at least a character behind it; `None` if all the rest has
    /// no more tokens than it may.
    pub(in crate::chunk) fn limit(&mut self, start: usize) -> Option<usize> {
        while let Some(end) = self.ends.front().filter(|end| **end <= start) {
            self.before = *end;
            self.ends.pop_front();
        }
        self.pieces.retain(|piece| *piece > start);
        while self.ends.len() <= self.size && self.encoded < self.text.len() {
            let from = self.encoded;
            self.encoded = piece_end(self.text, from);
            if from > 0 {
                self.pieces.push(from);
            }
            let Self { ends, before, .. } = self;
            let is_exact = self.counter.token_ends(&self.text[from..self.encoded], |end| {
                if from + end > start {
                    ends.push_back(from + end);
                } else {
                    *before = from + end;
                }
            });
            self.is_estimated |= !is_exact;
        }
        (self.ends.len() > self.size).then(|| self.place(start, self.ends[self.size - 1]))
    }

    /// The limit of a window whose text came to `start..end`, if that has too many tokens by itself: before `end`,
    /// unless it is a single character.
    pub(in crate::chunk) fn shorter(&mut self, start: usize, end: usize) -> Option<usize> {
        let excess = self.alone(start, end).checked_sub(self.size).filter(|excess| *excess > 0)?;
        let tokens = self.ends.partition_point(|at| *at < end);
        let allowed = tokens.saturating_sub(excess);
        let last = if allowed == 0 { start } else { self.ends[allowed - 1] };
        Some(self.place(start, last)).filter(|limit| *limit < end)
    }

    /// How many tokens `start..end` has by itself, in the window that starts there.
    pub(in crate::chunk) fn alone(&mut self, start: usize, end: usize) -> usize {
        self.known(start, end).unwrap_or_else(|| self.count(start, end))
    }

    /// The same, if it follows from the tokens of the text: all but those of its first word, which has lost the space before
    /// it or gets one.
    ///
    /// That needs tokens to end where white space begins: before `start`, after the first word and at `end`. What stands on
    /// either side of such a place is encoded as if it stood alone. For words are either encoded by themselves; or, in
    /// tokenizers that do not part them, a place that no token covers is one that no merge has crossed (BPE), so that the
    /// merges on either side are those of that side alone, and one on which the likeliest sequence of tokens can be parted
    /// into the likeliest of either side (Unigram).
    fn known(&mut self, start: usize, end: usize) -> Option<usize> {
        let is_apart = !self.counter.is_estimate()
            && !self.is_estimated
            && self.text[self.before..start].chars().all(char::is_whitespace)
            && (end == self.text.len() || self.text[end..].starts_with(char::is_whitespace))
            && !self.pieces.iter().any(|piece| start < *piece && *piece < end);
        let word_end = self.text[start..end].find(char::is_whitespace).map_or(end, |length| start + length);
        let of_word = self.tokens_to(word_end).filter(|_| is_apart)?;
        let all = self.tokens_to(end)?;
        Some(all - of_word + self.count(start, word_end))
    }

    /// How many tokens there are up to this byte, if one ends there.
    fn tokens_to(&self, at: usize) -> Option<usize> {
        let tokens = self.ends.partition_point(|end| *end <= at);
        (tokens > 0 && self.ends[tokens - 1] == at).then_some(tokens)
    }

    fn count(&mut self, start: usize, end: usize) -> usize {
        self.counter.try_count(&self.text[start..end]).unwrap_or_else(|estimate| {
            self.is_estimated = true;
            estimate
        })
    }

    /// Whether the tokenizer could not encode some of the text, so that tokens were estimated.
    pub(in crate::chunk) fn is_estimated(&self) -> bool {
        self.is_estimated
    }

    /// The byte at which the last `count` tokens of `start..end` begin.
    pub(in crate::chunk) fn back(&self, start: usize, end: usize, count: usize) -> usize {
        let tokens = self.ends.partition_point(|at| *at <= end);
        let before = tokens.checked_sub(count + 1).map_or(start, |last| self.ends[last]);
        self.text.floor_char_boundary(before).max(start)
    }

    /// The end of a token as a place in the text, at least a character behind `start`.
    fn place(&self, start: usize, end: usize) -> usize {
        let first = self.text[start..].chars().next().map_or(0, char::len_utf8);
        self.text.floor_char_boundary(end).max(start + first)
    }
}
