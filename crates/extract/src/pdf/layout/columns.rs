//! Which fragments are columns of text, read one after the other, and which are cells of a row.
//!
//! A column is parted from its neighbour by a strip that no text crosses. So are the cells of a table; but the columns
//! of a text are drawn one after the other, the cells of a table row by row.

use super::fragments::Fragment;
use crate::pdf::budget::Budget;

/// Columns within columns and the like.
const MAX_DEPTH: usize = 12;

/// The narrowest strip between columns, in sizes.
const MIN_STRIP: f32 = 0.8;

/// The fewest lines in a column.
const MIN_LINES: usize = 3;

/// The narrowest column, in sizes: what is narrower is a column of numbers.
const MIN_EMS: f32 = 4.0;

/// Fragments that stand beside each other, from left to right.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) fragments: Vec<Fragment>,
    baseline: f32,
    size: f32,
}

/// Rows that are read one after another, between one left and one right edge.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) rows: Vec<Row>,
}

/// A strip that no text crosses, from one row to another.
#[derive(Debug, Clone, Copy)]
struct Strip {
    left: f32,
    right: f32,
    first: usize,
    /// The row behind the last.
    end: usize,
}

/// The regions of a page in reading order.
pub(super) fn regions(fragments: Vec<Fragment>, budget: &Budget<'_>) -> Vec<Region> {
    let mut regions = Vec::new();
    split(rows(fragments), 0, budget, &mut regions);
    regions
}

/// Fragments to rows, from the top down.
fn rows(mut fragments: Vec<Fragment>) -> Vec<Row> {
    fragments.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
    let mut rows: Vec<Row> = Vec::new();
    for fragment in fragments {
        match rows.last_mut() {
            Some(row) if row.baseline - fragment.baseline <= 0.4 * row.size.min(fragment.size) => {
                row.size = row.size.max(fragment.size);
                row.fragments.push(fragment);
            }
            _ => {
                rows.push(Row { baseline: fragment.baseline, size: fragment.size, fragments: vec![fragment] })
            }
        }
    }
    for row in &mut rows {
        row.fragments.sort_by(|a, b| a.left.total_cmp(&b.left).then(a.order.cmp(&b.order)));
    }
    rows
}

fn split(mut rows: Vec<Row>, depth: usize, budget: &Budget<'_>, regions: &mut Vec<Region>) {
    if rows.is_empty() {
        return;
    }
    let strip = if depth < MAX_DEPTH { best_strip(&rows, budget) } else { None };
    let Some(strip) = strip else {
        regions.push(Region { rows });
        return;
    };
    let below = rows.split_off(strip.end);
    let columns = rows.split_off(strip.first);
    let middle = (strip.left + strip.right) / 2.0;
    let (left, right) = columns
        .into_iter()
        .flat_map(|row| row.fragments)
        .partition(|fragment: &Fragment| fragment.left + fragment.right < 2.0 * middle);
    split(rows, depth + 1, budget, regions);
    split(self::rows(left), depth + 1, budget, regions);
    split(self::rows(right), depth + 1, budget, regions);
    split(below, depth + 1, budget, regions);
}

/// The strip between columns that has the most lines beside it.
fn best_strip(rows: &[Row], budget: &Budget<'_>) -> Option<Strip> {
    let mut tried: Vec<Strip> = Vec::new();
    let mut best: Option<(usize, Strip)> = None;
    for at in 0..rows.len() {
        // Lines of two columns need not stand at the same height: two rows together show the strip.
        for (left, right) in gaps(&rows[at..rows.len().min(at + 2)]) {
            if !budget.work(tried.len()) {
                return None;
            }
            let middle = (left + right) / 2.0;
            let is_known = tried.iter().any(|strip| {
                (strip.first..strip.end).contains(&at) && strip.left < middle && middle < strip.right
            });
            if is_known {
                continue;
            }
            let strip = extend(rows, Strip { left, right, first: at, end: at });
            tried.push(strip);
            if !budget.work((strip.end - strip.first) * 32) {
                return None;
            }
            if let Some((trimmed, lines)) = check(rows, strip)
                && best.is_none_or(|(most, _)| lines > most)
            {
                best = Some((lines, trimmed));
            }
        }
    }
    best.map(|(_, strip)| strip)
}

/// The gaps between the fragments of these rows, wide enough to part columns.
fn gaps(rows: &[Row]) -> Vec<(f32, f32)> {
    let mut edges: Vec<(f32, f32)> =
        rows.iter().flat_map(|row| &row.fragments).map(|fragment| (fragment.left, fragment.right)).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = MIN_STRIP * rows.iter().map(|row| row.size).fold(f32::MAX, f32::min);
    let (mut gaps, mut reached) = (Vec::new(), f32::MAX);
    for (left, right) in edges {
        if left - reached >= least {
            gaps.push((reached, left));
        }
        reached = if reached == f32::MAX { right } else { reached.max(right) };
    }
    gaps
}

/// Lengthens a strip up and down as far as no text crosses it; it becomes as narrow as the text leaves it.
fn extend(rows: &[Row], mut strip: Strip) -> Strip {
    while let Some(narrowed) = rows.get(strip.end).and_then(|row| narrow(row, strip)) {
        strip = Strip { end: strip.end + 1, ..narrowed };
    }
    while let Some(narrowed) = strip.first.checked_sub(1).and_then(|above| narrow(&rows[above], strip)) {
        strip = Strip { first: strip.first - 1, ..narrowed };
    }
    strip
}

fn narrow(row: &Row, mut strip: Strip) -> Option<Strip> {
    let middle = (strip.left + strip.right) / 2.0;
    for fragment in &row.fragments {
        if fragment.right <= middle {
            strip.left = strip.left.max(fragment.right);
        } else if fragment.left >= middle {
            strip.right = strip.right.min(fragment.left);
        } else {
            return None;
        }
    }
    (strip.right - strip.left >= MIN_STRIP * row.size.min(12.0)).then_some(strip)
}

/// What stands on one side of a strip.
#[derive(Debug, Default)]
struct Side {
    lines: usize,
    /// The sum of the lines' widths and the greatest, in sizes.
    ems: f32,
    widest: f32,
    first: Option<usize>,
    last: usize,
}

impl Side {
    fn add(&mut self, ems: f32, row: usize) {
        self.lines += 1;
        self.ems += ems;
        self.widest = self.widest.max(ems);
        self.first.get_or_insert(row);
        self.last = row;
    }

    fn mean(&self) -> f32 {
        self.ems / self.lines.max(1) as f32
    }

    /// Whether its lines are filled, as those of running text are.
    fn is_filled(&self) -> bool {
        self.lines >= 6 && self.mean() >= 10.0 && self.mean() >= 0.75 * self.widest
    }
}

/// Whether columns of text stand beside a strip: the strip without what stands alone at its ends, and the lines of the
/// shorter column.
fn check(rows: &[Row], mut strip: Strip) -> Option<(Strip, usize)> {
    let middle = (strip.left + strip.right) / 2.0;
    let (mut left, mut right) = (Side::default(), Side::default());
    let mut drawn: Vec<(u32, bool)> = Vec::new();
    for (at, row) in rows.iter().enumerate().take(strip.end).skip(strip.first) {
        let (mut left_ems, mut right_ems) = (0.0, 0.0);
        for fragment in &row.fragments {
            let is_left = fragment.right <= middle;
            drawn.push((fragment.order, is_left));
            *(if is_left { &mut left_ems } else { &mut right_ems }) += fragment.ems();
        }
        if left_ems > 0.0 {
            left.add(left_ems, at);
        }
        if right_ems > 0.0 {
            right.add(right_ems, at);
        }
    }
    let lines = left.lines.min(right.lines);
    if lines < MIN_LINES || left.mean() < MIN_EMS || right.mean() < MIN_EMS {
        return None;
    }
    drawn.sort_unstable();
    let turns = drawn.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    if turns > 2 + lines / 4 && !(left.is_filled() && right.is_filled()) {
        return None;
    }
    // What stands on one side alone, above or below the other side's lines, keeps its place.
    strip.first = left.first?.max(right.first?).min(strip.end - 1);
    let first = left.first?.min(right.first?);
    // A column that begins a line or two lower is still a column.
    if strip.first - first <= 8 || left.first? < right.first? {
        strip.first = first;
    }
    Some((strip, lines))
}
