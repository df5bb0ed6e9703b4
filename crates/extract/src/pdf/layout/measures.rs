//! What is usual in a document: the size of its text, the distance of its lines, the words it writes with a hyphen.

use std::collections::{HashMap, HashSet};

use super::lines::{Block, Line};
use super::paragraph::Paragraph;

/// Text this much larger than the body's may be a heading.
const HEADING: f32 = 1.15;

/// The longest heading, in bytes and in lines.
const HEADING_BYTES: usize = 200;
const HEADING_LINES: usize = 3;

/// The levels Markdown has.
const LEVELS: usize = 6;

#[derive(Debug, Default)]
pub(super) struct Measures {
    /// The size that most of the text has; `None` when no size prevails.
    body: Option<f32>,
    /// The sizes of headings, largest first.
    headings: Vec<u32>,
    /// The usual distance of lines in sizes, by their size.
    leadings: HashMap<u32, f32>,
    /// Words with a hyphen that stand within lines, in lower case.
    pub(super) hyphenated: HashSet<String>,
}

impl Measures {
    pub(super) fn of(pages: &[(Vec<Block>, f32)]) -> Self {
        let mut bytes: HashMap<u32, usize> = HashMap::new();
        let mut steps: HashMap<u32, Vec<f32>> = HashMap::new();
        let mut hyphenated = HashSet::new();
        for block in pages.iter().flat_map(|(blocks, _)| blocks) {
            for (at, line) in block.lines.iter().enumerate() {
                *bytes.entry(bucket(line.size)).or_default() += line.text.len();
                if line.text.contains('-') {
                    collect_hyphenated(&line.text, &mut hyphenated);
                }
                if let Some(next) = block.lines.get(at + 1)
                    && bucket(next.size) == bucket(line.size)
                {
                    let step = (line.baseline - next.baseline) / line.size;
                    if (0.8..2.6).contains(&step) {
                        steps.entry(bucket(line.size)).or_default().push(step);
                    }
                }
            }
        }
        let all: usize = bytes.values().sum();
        let most = bytes.iter().max_by_key(|(size, count)| (**count, **size));
        let body = most.filter(|(_, count)| **count * 3 > all).map(|(size, _)| *size as f32 / 2.0);
        let mut headings: Vec<u32> = match body {
            Some(body) => {
                let lines = pages.iter().flat_map(|(blocks, _)| blocks).flat_map(|block| &block.lines);
                let large = lines.filter(|line| is_large(line, body)).map(|line| bucket(line.size));
                large.collect::<HashSet<u32>>().into_iter().collect()
            }
            None => Vec::new(),
        };
        headings.sort_unstable_by(|a, b| b.cmp(a));
        let leadings = steps
            .into_iter()
            .map(|(size, mut steps)| {
                let middle = steps.len() / 2;
                let (_, median, _) = steps.select_nth_unstable_by(middle, f32::total_cmp);
                (size, *median)
            })
            .collect();
        Self { body, headings, leadings, hyphenated }
    }

    /// The usual distance of lines of this size.
    pub(super) fn leading(&self, size: f32) -> f32 {
        size * self.leadings.get(&bucket(size)).copied().unwrap_or(1.3)
    }

    /// The level of a heading from 1; `None` for other text.
    pub(super) fn heading_level(&self, paragraph: &Paragraph) -> Option<usize> {
        let body = self.body?;
        let text = paragraph.text();
        let is_heading = paragraph.size() >= HEADING * body
            && paragraph.lines() <= HEADING_LINES
            && text.len() <= HEADING_BYTES
            && !paragraph.is_item()
            && text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        if !is_heading {
            return None;
        }
        let rank = self.headings.iter().position(|size| *size <= bucket(paragraph.size()))?;
        Some(rank.min(LEVELS - 1) + 1)
    }
}

fn is_large(line: &Line, body: f32) -> bool {
    line.size >= HEADING * body
        && line.text.len() <= HEADING_BYTES
        && line.text.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

/// Sizes to the nearest half point.
fn bucket(size: f32) -> u32 {
    (size * 2.0).round() as u32
}

fn collect_hyphenated(line: &str, words: &mut HashSet<String>) {
    for word in line.split(|c: char| !c.is_alphanumeric() && c != '-') {
        let word = word.trim_matches('-');
        if word.contains('-') && word.len() < 64 {
            words.insert(word.to_lowercase());
        }
    }
}
