//! Headers, footers and page numbers: lines that stand in the same place on several pages and say the same, up to
//! numbers.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::lines::{Block, Line};

/// A line is furniture when it comes on so many pages.
const MIN_PAGES: usize = 3;

/// How far from a page's upper and lower edge furniture stands, as a share of its height.
const MARGIN: f32 = 0.15;

/// And among how many lines from the edge.
const MAX_LINES: usize = 3;

/// The same place is within this many points.
const SAME_PLACE: f32 = 3.0;

/// What a line says and where.
type Key = (u64, i32);

/// Removes the furniture of pages, of their blocks and their heights.
pub(crate) fn remove(pages: &mut [(Vec<Block>, f32)]) {
    if pages.len() < MIN_PAGES {
        return;
    }
    let mut counts: HashMap<Key, usize> = HashMap::new();
    for (blocks, height) in pages.iter() {
        let keys: HashSet<Key> = candidates(blocks, *height).into_iter().map(|(_, _, key)| key).collect();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    for (blocks, height) in pages {
        let mut repeated: Vec<(usize, usize)> = candidates(blocks, *height)
            .into_iter()
            .filter(|(_, _, (text, place))| {
                let around = [-1, 0, 1].map(|step| counts.get(&(*text, place + step)).copied().unwrap_or(0));
                around.iter().sum::<usize>() >= MIN_PAGES
            })
            .map(|(block, line, _)| (block, line))
            .collect();
        repeated.sort_unstable();
        for (block, line) in repeated.into_iter().rev() {
            blocks[block].lines.remove(line);
        }
    }
}

/// The lines that may be furniture: their block, their place in it, their key.
fn candidates(blocks: &[Block], height: f32) -> Vec<(usize, usize, Key)> {
    let mut upper: Vec<(f32, usize, usize)> = Vec::new();
    let mut lower = upper.clone();
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.turn == 0) {
        for (index, line) in block.lines.iter().enumerate() {
            if line.baseline > (1.0 - MARGIN) * height {
                upper.push((-line.baseline, at, index));
            } else if line.baseline < MARGIN * height {
                lower.push((line.baseline, at, index));
            }
        }
    }
    let mut found = Vec::new();
    for mut side in [upper, lower] {
        side.sort_by(|a, b| a.0.total_cmp(&b.0));
        let keys = side
            .into_iter()
            .take(MAX_LINES)
            .map(|(_, block, line)| (block, line, key(&blocks[block].lines[line])));
        found.extend(keys);
    }
    found
}

fn key(line: &Line) -> Key {
    let mut hasher = DefaultHasher::new();
    for word in line.text.split_whitespace() {
        let is_roman = word.bytes().all(|byte| b"ivxlcIVXLC".contains(&byte));
        if is_roman {
            // The same as any number.
            1.hash(&mut hasher);
            continue;
        }
        let mut in_number = false;
        for c in word.chars() {
            if c.is_numeric() {
                if !in_number {
                    1.hash(&mut hasher);
                }
                in_number = true;
            } else {
                in_number = false;
                c.hash(&mut hasher);
            }
        }
    }
    (hasher.finish(), (line.baseline / SAME_PLACE).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::{Block, Line, remove};

    fn line(text: &str, baseline: f32) -> Line {
        Line {
            text: text.into(),
            left: 0.0,
            right: 100.0,
            baseline,
            size: 10.0,
            first_word: 20.0,
            is_bold: false,
            cells: 1,
            last_cell: 0.0,
        }
    }

    #[test]
    fn what_repeats_in_a_place_is_removed() {
        let mut pages: Vec<(Vec<Block>, f32)> = (1..=4)
            .map(|page| {
                let lines = vec![
                    line(&format!("Chapter {page} of a book"), 780.0 + page as f32 * 0.1),
                    line(&format!("Only here {}", ["a", "b", "c", "d"][page - 1]), 760.0),
                    line("The same in the middle", 400.0),
                    line(["i", "ii", "iii", "4"][page - 1], 30.0),
                ];
                (vec![Block { lines, turn: 0 }], 800.0)
            })
            .collect();
        remove(&mut pages[..2]);
        assert_eq!(pages[0].0[0].lines.len(), 4);
        remove(&mut pages);
        let texts: Vec<&str> = pages[3].0[0].lines.iter().map(|line| &*line.text).collect();
        assert_eq!(texts, ["Only here d", "The same in the middle"]);
    }
}
