//! Headers, footers and page numbers: lines that stand in the same place on several pages and say the same, up to numbers
//! that count the pages.

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

/// Lines of one size that are no farther apart than this, in sizes, are lines of one paragraph.
const LEADING: f32 = 1.4;

/// What is so many times as large as most of a page is a heading.
const LARGE: f32 = 1.3;

/// What a line says and where.
type Key = (u64, i32);

/// Removes the furniture of pages, of their blocks and their heights.
pub(crate) fn remove(pages: &mut [(Vec<Block>, f32)]) {
    if pages.len() < MIN_PAGES {
        return;
    }
    let all: Vec<Page> = (0_i64..)
        .zip(pages.iter())
        .map(|(number, (blocks, height))| Page::of(number, blocks, *height))
        .collect();
    let mut counts: HashMap<Key, usize> = HashMap::new();
    for page in &all {
        let keys: HashSet<Key> =
            page.sides.iter().flatten().flat_map(|at| at.sayings.iter().copied()).collect();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let comes_often = |(text, place): Key| {
        let around = [-1, 0, 1].map(|step| counts.get(&(text, place + step)).copied().unwrap_or(0));
        around.iter().sum::<usize>() >= MIN_PAGES
    };
    for (page, (blocks, _)) in all.iter().zip(pages) {
        let mut repeated: Vec<(usize, usize)> =
            page.sides.iter().flat_map(|side| page.furniture(side, blocks, &comes_often)).collect();
        repeated.sort_unstable();
        for (block, line) in repeated.into_iter().rev() {
            blocks[block].lines.remove(line);
        }
    }
}

/// The lines of a page that may be furniture.
struct Page {
    /// Those at its upper edge and those at its lower edge, the outermost first.
    sides: [Vec<Candidate>; 2],
    /// The size of most of its lines.
    size: f32,
}

struct Candidate {
    block: usize,
    line: usize,
    /// The line that comes next, away from the edge.
    next: Option<(usize, usize)>,
    /// What it says, in several readings of its numbers: first all as they are, then the first or last as what counts the
    /// pages.
    sayings: Vec<Key>,
}

impl Page {
    fn of(number: i64, blocks: &[Block], height: f32) -> Self {
        let mut lines: Vec<(usize, usize, &Line)> = Vec::new();
        for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.turn == 0) {
            lines.extend(block.lines.iter().enumerate().map(|(index, line)| (at, index, line)));
        }
        let mut sizes: Vec<f32> = lines.iter().map(|(_, _, line)| line.size).collect();
        sizes.sort_by(f32::total_cmp);
        let size = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        let mut side = |is_lower: bool| {
            let edge = |line: &Line| if is_lower { line.baseline } else { height - line.baseline };
            lines.sort_by(|a, b| edge(a.2).total_cmp(&edge(b.2)));
            let within = lines.iter().take(MAX_LINES).take_while(|(_, _, line)| edge(line) < MARGIN * height);
            let candidates = within.enumerate().map(|(index, &(block, at, line))| {
                let next = lines.get(index + 1).map(|&(block, line, _)| (block, line));
                Candidate { block, line: at, next, sayings: sayings(line, number) }
            });
            candidates.collect::<Vec<_>>()
        };
        Self { sides: [side(false), side(true)], size }
    }

    /// The lines of a side that are furniture: their blocks and places in them.
    fn furniture(
        &self,
        side: &[Candidate],
        blocks: &[Block],
        comes_often: &impl Fn(Key) -> bool,
    ) -> Vec<(usize, usize)> {
        let line = |(block, line): (usize, usize)| &blocks[block].lines[line];
        let is_repeated = |at: &Candidate| {
            let is_large = line((at.block, at.line)).size > LARGE * self.size;
            // A heading with a number is none of many, however many have one.
            let readings = if is_large { 1 } else { at.sayings.len() };
            at.sayings[..readings].iter().any(|saying| comes_often(*saying))
        };
        let mut found: Vec<(usize, usize)> = Vec::new();
        // From the inside: what goes on with a line that stays is text.
        for at in side.iter().rev().filter(|at| is_repeated(at)) {
            let place = (at.block, at.line);
            let goes_on = at.next.filter(|next| !found.contains(next)).is_some_and(|next| {
                let (own, next) = (line(place), line(next));
                let (smaller, larger) = (own.size.min(next.size), own.size.max(next.size));
                (own.baseline - next.baseline).abs() < LEADING * larger
                    && larger < 1.1 * smaller
                    && own.left < next.right
                    && next.left < own.right
            });
            if !goes_on {
                found.push(place);
            }
        }
        found
    }
}

/// What a line says and where, on the page of this number: in each reading of its numbers.
fn sayings(line: &Line, page: i64) -> Vec<Key> {
    let mut hasher = DefaultHasher::new();
    let mut numbers: Vec<i64> = Vec::new();
    for word in line.text.split_whitespace() {
        if let Some(number) = roman(word) {
            (1, '\0').hash(&mut hasher);
            numbers.push(number);
            continue;
        }
        // As the text before each of its characters that are no digits, and its end.
        let mut digits = String::new();
        for c in word.chars().chain(['\0']) {
            if c.is_numeric() {
                digits.push(c);
                continue;
            }
            match number(&digits) {
                Some(number) => {
                    1.hash(&mut hasher);
                    numbers.push(number);
                }
                None => digits.chars().for_each(|digit| digit.hash(&mut hasher)),
            }
            digits.clear();
            c.hash(&mut hasher);
        }
    }
    let text = hasher.finish();
    let place = (line.baseline / SAME_PLACE).round() as i32;
    let reading = |counting: Option<usize>| {
        let mut hasher = DefaultHasher::new();
        (text, counting).hash(&mut hasher);
        match counting.and_then(|at| numbers.get(at)) {
            // Whatever the others say: `149 22.6 Version 4.5`.
            Some(number) => number.saturating_sub(page).hash(&mut hasher),
            None => numbers.hash(&mut hasher),
        }
        (hasher.finish(), place)
    };
    match numbers.len() {
        0 => vec![reading(None)],
        1 => vec![reading(None), reading(Some(0))],
        more => vec![reading(None), reading(Some(0)), reading(Some(more - 1))],
    }
}

/// The value of a number of any script; `None` of nothing, and of what is too long to count pages.
fn number(digits: &str) -> Option<i64> {
    /// The zeros of scripts whose digits follow each other: Latin, Arabic, Persian, Devanagari, Bengali, fullwidth.
    const ZEROS: [u32; 6] = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xff10];
    let value =
        |c: char| ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|value| *value < 10));
    let mut chars = digits.chars();
    match (chars.next(), chars.next()) {
        // Numbers that are one character, such as those of Rome, follow each other too.
        (Some(c), None) => Some(i64::from(value(c).unwrap_or(c as u32))),
        (Some(_), Some(_)) if digits.chars().count() <= 9 => {
            digits.chars().try_fold(0, |number, c| Some(number * 10 + i64::from(value(c)?)))
        }
        _ => None,
    }
}

/// The value of a Roman number below 400.
fn roman(word: &str) -> Option<i64> {
    const VALUES: [(&str, i64); 9] =
        [("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)];
    let lower = word.to_ascii_lowercase();
    if word != lower && word != word.to_ascii_uppercase() {
        return None;
    }
    let (mut rest, mut value) = (lower.as_str(), 0);
    for (sign, worth) in VALUES {
        let most = if matches!(worth, 1 | 10 | 100) { 3 } else { 1 };
        for _ in 0..most {
            let Some(after) = rest.strip_prefix(sign) else { break };
            rest = after;
            value += worth;
        }
    }
    (rest.is_empty() && value > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{Block, Line, remove, roman};

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

    /// What is left of pages with these lines.
    fn left(pages: &[Vec<Line>]) -> Vec<Vec<String>> {
        let mut pages: Vec<_> =
            pages.iter().map(|lines| (vec![Block { lines: lines.clone(), turn: 0 }], 800.0)).collect();
        remove(&mut pages);
        let texts = |lines: &[Line]| lines.iter().map(|line| line.text.clone()).collect();
        pages.iter().map(|(blocks, _)| texts(&blocks[0].lines)).collect()
    }

    #[test]
    fn numbers_that_do_not_count_the_pages_are_text() {
        // Chapters begin on these pages; between them is a header that names the chapter, and the page.
        let starts = [0, 3, 8, 9, 14];
        let chapter = |page: usize| starts.iter().filter(|start| **start <= page).count();
        let page = |page: usize| {
            let head = match starts.contains(&page) {
                true => line(&format!("CHAPTER {}", ["I", "II", "III", "IV", "V"][chapter(page) - 1]), 770.0),
                false => line(&format!("Chapter {}", chapter(page)), 770.0),
            };
            let text = line(&format!("Text {}", ["a", "b", "c"][page % 3].repeat(page + 1)), 700.0);
            vec![head, text, line(&format!("2.{} About {} lakes {}", page / 2, page * page, page + 9), 20.0)]
        };
        let left = left(&(0..20).map(page).collect::<Vec<_>>());
        for (at, texts) in left.iter().enumerate() {
            // The second chapter has headers on four pages and the first on two; one after the last of the third is alone.
            let is_kept = starts.contains(&at) || [1, 2].contains(&at);
            assert_eq!(texts.len() == 2, is_kept, "{at}: {texts:?}");
        }
    }

    #[test]
    fn lines_of_a_paragraph_and_numbered_headings_are_text() {
        let page = |page: usize| {
            let heading = Line { size: 18.0, ..line(&format!("Section {page}"), 770.0) };
            let body = (0..20).map(|at| line(&format!("Line {at} of {page}"), 740.0 - 12.0 * at as f32));
            let mut lines = vec![line("The header", 795.0), heading];
            lines.extend(body);
            lines.push(line(&format!("{}", page + 7), 30.0));
            lines
        };
        let left = left(&(0..4).map(page).collect::<Vec<_>>());
        for (at, texts) in left.iter().enumerate() {
            assert_eq!(
                (texts.len(), &texts[0], &texts[1]),
                (21, &format!("Section {at}"), &format!("Line 0 of {at}"))
            );
        }
    }

    #[test]
    fn any_numbers_are_compared() {
        let text = |page: usize| format!("{}{page} ½ ٣٤ Ⅻ {}", "9".repeat(40), "0123456789".repeat(page + 1));
        let page = |page: usize| vec![line(&text(page), 30.0), line("Published 二〇一九 for 1,999.00", 15.0)];
        assert_eq!(
            left(&(0..4).map(page).collect::<Vec<_>>()),
            (0..4).map(|page| vec![text(page)]).collect::<Vec<_>>()
        );
        let counted = |page: usize| vec![line(&format!("صفحة {}", ["٣", "٤", "٥"][page]), 30.0)];
        assert!(left(&(0..3).map(counted).collect::<Vec<_>>()).concat().is_empty());
    }

    #[test]
    fn roman_numbers_are_read() {
        let read = ["i", "IV", "xxxix", "XC", "cccxcix", "l"].map(roman);
        assert_eq!(read, [1, 4, 39, 90, 399, 50].map(Some));
        assert_eq!(["", "ill", "Ix", "civil", "iiii", "vix", "I."].map(roman), [None; 7]);
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
