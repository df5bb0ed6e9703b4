//! Where a chunk starts that repeats the end of the one before it.

use super::bounds::Level;
use super::cut::{Cutter, trim_start};
use super::grapheme::{is_boundary, last_boundary};

/// The start of the next chunk after the one of `start..end`, which is to repeat it from about `target` on: the start
/// of the nearest sentence, unless that repeats more than half as much again, else of a line of code, else of the next
/// word, else of a grapheme. `None` when no such place lies between.
pub(super) fn repeated_from(
    text: &str,
    cutter: &mut Cutter<'_>,
    start: usize,
    end: usize,
    target: usize,
) -> Option<usize> {
    let between = |at: &usize| start < *at && *at < end;
    let target = start + last_boundary(&text[start..], target - start);
    let farthest = end.saturating_sub((end - target) * 3 / 2);
    let bounds = cutter.bounds(start, start);
    let nearest = |least: Level| {
        let places = bounds.iter().take_while(|bound| bound.at < end).filter(|bound| bound.level >= least);
        places
            .map(|bound| trim_start(text, bound.at))
            .filter(|at| between(at) && *at >= farthest)
            .min_by_key(|at| at.abs_diff(target))
    };
    nearest(Level::Part)
        .or_else(|| nearest(Level::Line))
        .or_else(|| word_start(text, target, end).filter(between))
        .or_else(|| Some(trim_start(text, target)).filter(between))
}

/// The start of the chunk that repeats the last `count` sentences of `start..end`.
pub(super) fn sentences_from(
    text: &str,
    cutter: &mut Cutter<'_>,
    start: usize,
    end: usize,
    count: usize,
) -> Option<usize> {
    let bounds = cutter.bounds(start, start);
    let inside = bounds.partition_point(|bound| bound.at < end);
    let ends = bounds.range(..inside).rev().filter(|bound| bound.sentence);
    let at = count.checked_sub(1).and_then(|last| ends.map(|bound| bound.at).nth(last))?;
    Some(trim_start(text, at)).filter(|at| start < *at && *at < end)
}

/// The start of the first word that begins at or behind `target`.
fn word_start(text: &str, target: usize, end: usize) -> Option<usize> {
    let before = text[..target].chars().next_back().is_none_or(char::is_whitespace);
    // A space may be part of a grapheme that begins before it.
    let parts = |(at, c): &(usize, char)| c.is_whitespace() && is_boundary(&text[target..], *at);
    let space = if before { Some(0) } else { text[target..end].char_indices().find(parts).map(|(at, _)| at) };
    Some(trim_start(text, target + space?))
}
