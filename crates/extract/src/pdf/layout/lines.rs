//! Fragments to lines.

use super::columns::{self, Row};
use super::fragments::fragments;
use super::right_to_left;
use crate::pdf::budget::Budget;
use crate::pdf::content::{Word, Words};

/// A gap of more than this, in sizes, stands for a blank.
const BLANK: f32 = 0.1;

/// Between Chinese and Japanese characters, which have no blanks between words.
const WIDE_BLANK: f32 = 0.4;

/// The sizes of text that are told apart in a line.
const MAX_SIZES: usize = 16;

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    pub(crate) size: f32,
    /// The width of its first word: whether it would have had room at the end of the line before.
    pub(crate) first_word: f32,
    pub(crate) is_bold: bool,
    /// How many parts it has that stand apart: more than one in a row of a table.
    pub(crate) cells: usize,
    /// Where the last of them begins.
    pub(crate) last_cell: f32,
}

/// Lines that follow each other, in one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) lines: Vec<Line>,
    /// Quarter turns of its text, as of [`Word::turn`].
    pub(crate) turn: u8,
}

/// The blocks of a page in reading order; the text that stands upright first.
pub(crate) fn blocks(words: &Words, with_artifacts: bool, budget: &Budget<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for turn in 0..4 {
        let fragments = fragments(&words.all, turn, with_artifacts);
        if fragments.is_empty() || !budget.work(fragments.len() * 64) {
            continue;
        }
        for region in columns::regions(fragments, budget) {
            let lines: Vec<Line> = region.rows.iter().filter_map(|row| line(row, words)).collect();
            let bytes = lines.iter().map(|line| line.text.len() + size_of::<Line>()).sum();
            if budget.keep(bytes) {
                blocks.push(Block { lines, turn });
            }
        }
    }
    blocks
}

fn line(row: &Row, words: &Words) -> Option<Line> {
    let word = |at: &u32| &words.all[*at as usize];
    let first = word(row.fragments.first()?.words.first()?);
    let mut text = String::new();
    let (mut bold, mut all) = (0, 0);
    let mut last: Option<&Word> = None;
    // Most of the line's characters have its size.
    let mut sizes: Vec<(f32, usize)> = Vec::new();
    for fragment in &row.fragments {
        for (at, word) in fragment.words.iter().map(word).enumerate() {
            let written = &words.text[word.start..word.end];
            if last.is_some_and(|last| {
                (at == 0 && last.right + 0.05 * last.size < word.left)
                    || is_parted(last, word, &text, written)
            }) {
                text.push(' ');
            }
            text.push_str(written);
            all += written.len();
            bold += if word.is_bold { written.len() } else { 0 };
            let is_full = sizes.len() >= MAX_SIZES;
            match sizes.iter_mut().find(|(size, _)| (*size - word.size).abs() < 0.05 * word.size) {
                Some((_, count)) => *count += written.len(),
                None if is_full => {}
                None => sizes.push((word.size, written.len())),
            }
            last = Some(word);
        }
    }
    let (size, _) = sizes.into_iter().max_by_key(|(_, count)| *count)?;
    let main = row.fragments.iter().max_by(|a, b| a.ems().total_cmp(&b.ems()))?;
    right_to_left::reorder(&mut text);
    Some(Line {
        text,
        left: first.left,
        right: row.fragments.iter().map(|fragment| fragment.right).fold(f32::MIN, f32::max),
        baseline: main.baseline,
        size,
        first_word: first.right - first.left,
        is_bold: bold * 10 > all * 9,
        cells: row.fragments.len(),
        last_cell: row.fragments.last().map_or(first.left, |fragment| fragment.left),
    })
}

/// Whether a blank belongs between two words of a line.
fn is_parted(last: &Word, next: &Word, before: &str, after: &str) -> bool {
    let gap = next.left - last.right;
    let size = last.size.min(next.size);
    if next.after_blank && gap > -0.5 * size {
        return true;
    }
    let is_wide = before.chars().next_back().is_some_and(is_ideographic)
        && after.chars().next().is_some_and(is_ideographic);
    gap > if is_wide { WIDE_BLANK } else { BLANK } * size
}

/// Whether a character is of a script without blanks between words.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(
        c,
        '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}'
    )
}
