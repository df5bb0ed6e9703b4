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
    /// How much of the text is encoded.
    encoded: usize,
}

impl<'a> TokenWindow<'a> {
    pub(in crate::chunk) fn new(text: &'a str, counter: &'a TokenCounter, size: usize) -> Self {
        Self { text, counter, size: size.max(1), ends: VecDeque::new(), encoded: 0 }
    }

    /// The byte that a window from `start` on must not pass, at least a character behind it; `None` if all the rest has
    /// no more tokens than it may.
    pub(in crate::chunk) fn limit(&mut self, start: usize) -> Option<usize> {
        while self.ends.front().is_some_and(|end| *end <= start) {
            self.ends.pop_front();
        }
        while self.ends.len() <= self.size && self.encoded < self.text.len() {
            let from = self.encoded;
            self.encoded = piece_end(self.text, from);
            let ends = &mut self.ends;
            self.counter.token_ends(&self.text[from..self.encoded], |end| {
                if from + end > start {
                    ends.push_back(from + end);
                }
            });
        }
        (self.ends.len() > self.size).then(|| self.place(start, self.ends[self.size - 1]))
    }

    /// The limit of a window whose text came to `start..end`, if that has too many tokens by itself: before `end`,
    /// unless it is a single character.
    pub(in crate::chunk) fn shorter(&self, start: usize, end: usize) -> Option<usize> {
        let excess =
            self.counter.count(&self.text[start..end]).checked_sub(self.size).filter(|excess| *excess > 0)?;
        let tokens = self.ends.partition_point(|at| *at < end);
        let allowed = tokens.saturating_sub(excess);
        let last = if allowed == 0 { start } else { self.ends[allowed - 1] };
        Some(self.place(start, last)).filter(|limit| *limit < end)
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
