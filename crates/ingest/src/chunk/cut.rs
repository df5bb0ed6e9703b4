//! Where to end a chunk.

use std::collections::VecDeque;

use unicode_segmentation::UnicodeSegmentation;

use super::bounds::{Bound, Bounds, Level};
use super::grapheme::{is_boundary, last_boundary};

/// What a chunk may cover.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Where the chunk starts.
    pub start: usize,
    /// What stands before this byte was in the chunk before, so the chunk must pass it; `start` without an overlap.
    pub fresh: usize,
    /// The byte that it must not pass, which lies before the text's end.
    pub limit: usize,
}

impl Window {
    fn half_full(&self, at: usize) -> bool {
        (at - self.start) * 2 >= self.limit - self.start
    }
}

/// Where a chunk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub at: usize,
    /// Whether it ends a line whose followers are indented for a reason: code.
    pub line: bool,
}

impl Cut {
    pub(super) fn anywhere(at: usize) -> Self {
        Self { at, line: false }
    }
}

/// Finds cuts in a text, in windows whose starts ascend.
pub(super) struct Cutter<'a> {
    text: &'a str,
    bounds: Bounds<'a>,
    /// The bounds found so far that lie behind the window's start.
    ahead: VecDeque<Bound>,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(text: &'a str, is_markdown: bool) -> Self {
        Self { text, bounds: Bounds::new(text, is_markdown), ahead: VecDeque::new() }
    }

    /// The bounds behind `start` known so far, and at least those up to `end`.
    pub(super) fn bounds(&mut self, start: usize, end: usize) -> &VecDeque<Bound> {
        while self.ahead.front().is_some_and(|bound| bound.at <= start) {
            self.ahead.pop_front();
        }
        while self.ahead.back().is_none_or(|bound| bound.at <= end) {
            let Some(bound) = self.bounds.next() else { break };
            // A mark may join with the space behind it.
            if bound.at > start && is_boundary(&self.text[start..], bound.at - start) {
                self.ahead.push_back(bound);
            }
        }
        &self.ahead
    }

    /// The place of the `count`th sentence's end behind `start`; `None` if it lies behind `end`.
    pub(super) fn sentences(&mut self, start: usize, end: usize, count: usize) -> Option<usize> {
        let mut left = count;
        let mut seen = 0;
        let mut known = start;
        loop {
            let bounds = self.bounds(start, known);
            for bound in bounds.range(seen..).take_while(|bound| bound.at <= end) {
                left -= usize::from(bound.sentence);
                if left == 0 {
                    return Some(bound.at);
                }
            }
            if bounds.len() == seen || bounds.back().is_none_or(|bound| bound.at > end) {
                return None;
            }
            seen = bounds.len();
            known = bounds.back().map_or(end, |bound| bound.at);
        }
    }

    /// Where to end the chunk: at the last paragraph end of the window if that fills half of it, else at the last
    /// sentence end (unless that leaves half of it empty before a sentence that is longer than a window), else the same
    /// for lesser bounds, else at the last white space if that fills half of it, else at the last word bound (UAX #29),
    /// else between graphemes.
    ///
    /// `None` if the chunk would have to break what fits a window of its own for the sake of text that it repeats, or has
    /// no place for anything else.
    pub(super) fn cut(&mut self, window: Window) -> Option<Cut> {
        if window.limit <= window.fresh && window.fresh > window.start {
            return None;
        }
        match self.best_bound(window) {
            Place::Bound(at, level) => Some(Cut { at, line: level == Level::Line }),
            Place::Repeats => None,
            Place::Nowhere => self.word_end(window).map(Cut::anywhere),
        }
    }

    fn best_bound(&mut self, window: Window) -> Place {
        let Window { start, fresh, limit } = window;
        let length = limit - start;
        let text_end = self.text.len();
        // As far as what begins in this window may go on and still fit one of its own.
        let bounds = self.bounds(start, limit + length);
        let behind = bounds.partition_point(|bound| bound.at <= limit);
        let mut last = [None; Level::BEST_FIRST.len()];
        for bound in bounds.range(..behind).rev().take_while(|bound| bound.at > fresh) {
            for place in &mut last[..=bound.level as usize] {
                place.get_or_insert((bound.at, bound.level));
            }
            if bound.level == Level::Paragraph {
                break;
            }
        }
        for level in Level::BEST_FIRST {
            let found = last[level as usize];
            if let Some((at, level)) = found.filter(|(at, _)| window.half_full(*at)) {
                return Place::Bound(at, level);
            }
            if level == Level::Paragraph {
                continue;
            }
            // What the limit stands in, from the last bound on: whole in the next chunk, if it fits that.
            let from = found.map_or(fresh, |(at, _)| at);
            let whole_until = from + length;
            let fits = from > start
                && (text_end <= whole_until
                    || bounds
                        .range(behind..)
                        .take_while(|bound| bound.at <= whole_until)
                        .any(|bound| bound.level >= level));
            if fits {
                return found.map_or(Place::Repeats, |(at, level)| Place::Bound(at, level));
            }
        }
        Place::Nowhere
    }

    /// Where to end a chunk in whose window no sentence ends; `None` if what it repeats leaves no place for a grapheme.
    fn word_end(&self, window: Window) -> Option<usize> {
        let Window { start, fresh, limit } = window;
        let rest = &self.text[start..];
        let inside = &rest[..limit - start];
        let passes = |at: usize| start + at > fresh && is_boundary(rest, at);
        // A window that white space follows ends with a word, whatever stands in it.
        let spaced = self.text[limit..].starts_with(char::is_whitespace);
        let space = if spaced { Some(inside.len()) } else { inside.rfind(char::is_whitespace) };
        if let Some(at) = space.filter(|at| window.half_full(start + at) && passes(*at)) {
            return Some(start + at);
        }
        // Word bounds depend on the two characters after them, so the rules see some text past the window.
        let context =
            rest[inside.len()..].char_indices().nth(4).map_or(rest.len(), |(at, _)| inside.len() + at);
        let words: Vec<usize> = rest[..context]
            .split_word_bound_indices()
            .map(|(at, _)| at)
            .take_while(|at| *at <= inside.len())
            .collect();
        // From the last one on: looking at every one would be quadratic in a row of flags.
        if let Some(at) = words.into_iter().rev().find(|at| *at > 0 && passes(*at)) {
            return Some(start + at);
        }
        match start + last_boundary(rest, inside.len()) {
            at if at > fresh => Some(at),
            _ => (fresh == start).then_some(limit),
        }
    }

    /// Where the text goes on after a cut: at its next character that is no white space, or, after a line of code, at
    /// the indentation before that.
    pub(super) fn resume(&self, cut: Cut) -> usize {
        let at = trim_start(self.text, cut.at);
        if !cut.line {
            return at;
        }
        let indented = self.text[cut.at..at].trim_end_matches([' ', '\t']);
        cut.at + indented.len()
    }
}

/// What the bounds of a window say.
enum Place {
    Bound(usize, Level),
    /// There is none in the part that the chunk before does not have, and that part begins with what fits a window.
    Repeats,
    Nowhere,
}

/// The first byte from `at` on (a boundary) that is not part of a grapheme of white space.
pub(super) fn trim_start(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let skip = rest.len() - rest.trim_start().len();
    if is_boundary(rest, skip) {
        return at + skip;
    }
    // A combining mark sits on the last space: that space stays with it.
    at + rest[..skip].char_indices().next_back().map_or(0, |(index, _)| index)
}

/// `cut`, or the byte after the last grapheme before it that is not white space.
pub(super) fn trim_end(text: &str, start: usize, cut: usize) -> usize {
    let span = &text[start..cut];
    let end = span.trim_end().len();
    if is_boundary(&text[start..], end) {
        return start + end;
    }
    // A character that joins with what follows it has joined with a space.
    start + end + span[end..].chars().next().map_or(0, char::len_utf8)
}
