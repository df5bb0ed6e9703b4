//! Finds the JSON objects and arrays in a reply.
//!
//! One scan from left to right tries to read a value at each `{` and `[` and goes on behind it, so only the
//! outermost values count and a fence inside a JSON string is part of the string. Where reading fails:
//!
//! - brackets around prose (`{placeholder}`, `[see above]`, `[0, 1)`, `[#1]`) are passed over;
//! - a broken value is a failed [`Candidate`], and so is passed over as a whole, that nothing inside it is
//!   taken for the answer;
//! - a value that breaks off takes the rest of its fenced block with it, or of the reply, for the same reason;
//! - a broken value whose end is in doubt takes all with it up to the next fence.

use std::ops::Range;

use serde_json::Value;

use super::json::{Failure, JsonError, Kind, read_at};
use super::string::{NoEnd, closing_quote, find_end};

/// Values without an end before the search is given up. Each may cost one pass over the rest of the reply, so a
/// bound keeps the search linear.
const MOST_BROKEN_OFF: usize = 8;

/// Fewest characters of a code fence.
const FENCE: usize = 3;

/// An object or array in a reply, or what looks like one and cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Where it stands, in bytes; of a failed one, as far as it was passed over.
    pub range: Range<usize>,
    /// The value, always an object or an array, or why there is none. Its position counts from the start of
    /// the whole text.
    pub value: Result<Value, JsonError>,
}

/// All outermost objects and arrays in `text`: first those in fenced blocks (three or more backquotes or tildes)
/// marked as JSON, then those in other fenced blocks, then the rest; each group in the order of the text.
///
/// Numbers, strings and other values that stand alone are no candidates: prose is full of them.
/// Takes time linear in the text, whatever it holds.
pub fn candidates(text: &str) -> impl Iterator<Item = Candidate> {
    search(text).into_iter().map(|Found { range, outcome, .. }| Candidate {
        range,
        value: outcome.map_err(|failure| failure.into_error(text)),
    })
}

/// All candidates, their failures not yet told in words: hostile text has hundreds of thousands.
pub(super) fn search(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    Scanner { text, at: 0, fence: None, broken_off: 0 }.scan(&mut found);
    found.sort_by_key(|found| found.rank);
    found
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    JsonFence,
    Fence,
    Plain,
}

pub(super) struct Found {
    rank: Rank,
    pub range: Range<usize>,
    pub outcome: Result<Value, Failure>,
}

/// A fenced block that is open.
#[derive(Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    rank: Rank,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    fence: Option<Fence>,
    broken_off: usize,
}

impl Scanner<'_> {
    fn scan(&mut self, found: &mut Vec<Found>) {
        let bytes = self.text.as_bytes();
        while let Some(ahead) = bytes[self.at..].iter().position(|byte| b"{[`~".contains(byte)) {
            self.at += ahead;
            let start = self.at;
            if let Some((mark, length)) = fence_run(&self.text[start..]) {
                self.at += length;
                if length >= FENCE {
                    self.pass_fence(start, mark, length);
                }
                continue;
            }
            let outcome = read_at(self.text, start);
            self.at = match &outcome {
                Ok((_, end)) => *end,
                // Always behind `start`, since reading passed the bracket; so no text is read twice.
                Err(failure) if !failure.json_like && failure.kind == Kind::Malformed => {
                    self.at = failure.at;
                    continue;
                }
                Err(failure) => self.behind(start, failure),
            };
            let rank = self.fence.map_or(Rank::Plain, |fence| fence.rank);
            found.push(Found { rank, range: start..self.at, outcome: outcome.map(|(value, _)| value) });
        }
    }

    /// Takes note of the fence at `start`: the first one after a block was opened closes it, unless it begins a line
    /// and names a language; any other opens a block.
    fn pass_fence(&mut self, start: usize, mark: char, length: usize) {
        let info = self.text[start + length..].trim_start_matches([' ', '\t']);
        let word = info.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let before = self.text[..start].trim_end_matches([' ', '\t']);
        let opens = !word.is_empty() && (before.is_empty() || before.ends_with('\n'));
        let closes = |open: Fence| open.mark == mark && length >= open.length && !opens;
        self.fence = if self.fence.is_some_and(closes) {
            None
        } else {
            let json = word.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("json"));
            Some(Fence { mark, length, rank: if json { Rank::JsonFence } else { Rank::Fence } })
        };
    }

    /// Where to go on behind the broken value that starts at `start`.
    fn behind(&mut self, start: usize, failure: &Failure) -> usize {
        let end = match failure.kind {
            Kind::Truncated => None,
            Kind::Ambiguous => self.next_block(failure.resume),
            Kind::Malformed => self.skim(failure.resume, failure.depth),
        };
        if let Some(end) = end {
            return end;
        }
        self.broken_off += 1;
        let end = match self.fence {
            _ if self.broken_off > MOST_BROKEN_OFF => None,
            Some(fence) => self.end_of_block(start, fence),
            None if failure.kind == Kind::Truncated => None,
            None => self.next_block(failure.resume),
        };
        end.unwrap_or(self.text.len())
    }

    /// Looks from `at` on, where `depth` brackets are open, for the bracket that closes the last of them, or for a
    /// fence before that, since none stands in JSON outside of a string. `None` if the text ends first.
    fn skim(&self, mut at: usize, mut depth: usize) -> Option<usize> {
        let mut in_word = false;
        while let Some(c) = self.text[at..].chars().next() {
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' if depth <= 1 => return Some(at + 1),
                '}' | ']' => depth -= 1,
                '`' | '~' => match fence_run(&self.text[at..]) {
                    Some((_, length)) if length < FENCE => at += length - 1,
                    _ => return Some(at),
                },
                _ => {}
            }
            at += c.len_utf8();
            if let (Some(close), false) = (closing_quote(c), in_word) {
                at = match find_end(self.text, at, c, close) {
                    Ok(end) => end + close.len_utf8(),
                    Err(NoEnd::Ambiguous(at)) => return self.next_block(at),
                    Err(NoEnd::Unclosed) => return None,
                };
            }
            in_word = c.is_alphanumeric();
        }
        None
    }

    /// The line that closes the fenced block around `at`: nothing but a long enough run of its mark.
    fn end_of_block(&self, at: usize, fence: Fence) -> Option<usize> {
        let closes = |(mark, length): (char, usize)| mark == fence.mark && length >= fence.length;
        self.next_line(at, |line| {
            fence_run(line).is_some_and(|run| closes(run) && line[run.1..].trim().is_empty())
        })
    }

    /// The next line behind `at` that begins with a fence.
    fn next_block(&self, at: usize) -> Option<usize> {
        self.next_line(at, |line| fence_run(line).is_some_and(|(_, length)| length >= FENCE))
    }

    /// Where the next line behind `at` starts, after white space, that is such a one.
    fn next_line(&self, at: usize, is_it: impl Fn(&str) -> bool) -> Option<usize> {
        let mut start = at;
        self.text[at..].split_inclusive('\n').find_map(|line| {
            let begins = start + line.len() - line.trim_start().len();
            let found = start > at && is_it(line.trim_start());
            start += line.len();
            found.then_some(begins)
        })
    }
}

/// The backquotes or tildes that `text` starts with, and how many there are.
fn fence_run(text: &str) -> Option<(char, usize)> {
    let mark = *text.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    Some((char::from(mark), text.bytes().take_while(|byte| *byte == mark).count()))
}
