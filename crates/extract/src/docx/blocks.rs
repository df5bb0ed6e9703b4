//! Blocks to Markdown.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::numbering::{LEVELS, Mark};
use super::story::{Block, Story};
use super::styles::Role;
use crate::markdown::{Markdown, one_line};
use crate::{Error, Limits};

/// A table with a cell of more bytes holds prose, and is no good as one.
const MAX_CELL: usize = 1500;
/// How many blocks are written between two looks at the clock.
const BLOCKS_BETWEEN_CHECKS: usize = 512;

/// Writes a document, its notes at the end.
pub(super) fn write(story: &Story, limits: &Limits) -> Result<String, Error> {
    let mut writer = Writer { markdown: Markdown::new(limits), items: Vec::new(), counts: HashMap::new() };
    writer.blocks(&story.blocks, limits)?;
    for (at, (is_endnote, id)) in story.references.iter().enumerate() {
        let notes = if *is_endnote { &story.endnotes } else { &story.footnotes };
        let mut text = format!("[^{}]: ", at + 1);
        let start = text.len();
        for block in notes.get(id).into_iter().flatten() {
            let part = match block {
                Block::Paragraph { text, .. } | Block::Item { text, .. } => one_line(text),
                Block::Table(rows) => one_line(&rows.concat().join(" ")),
            };
            if text.len() > start && !part.is_empty() {
                text.push(' ');
            }
            text.push_str(&part);
        }
        if text.len() > start {
            writer.markdown.paragraph(&text);
        }
        if at.is_multiple_of(BLOCKS_BETWEEN_CHECKS) {
            limits.check_time()?;
        }
        if writer.markdown.is_full() {
            break;
        }
    }
    writer.markdown.finish()
}

struct Writer {
    markdown: Markdown,
    /// The items that are open, outermost first: their levels and lists.
    items: Vec<(usize, String)>,
    /// The last number of each list on each level.
    counts: HashMap<String, [u32; LEVELS]>,
}

impl Writer {
    fn blocks(&mut self, blocks: &[Block], limits: &Limits) -> Result<(), Error> {
        let mut at = 0;
        while let Some(block) = blocks.get(at) {
            if at.is_multiple_of(BLOCKS_BETWEEN_CHECKS) {
                limits.check_time()?;
            }
            at += 1;
            if let Block::Item { level, mark, list, text } = block {
                self.item(*level, *mark, list, text);
                continue;
            }
            self.close_items(0);
            match block {
                Block::Paragraph { role: Role::Heading(level), text } => self.markdown.heading(*level, text),
                Block::Paragraph { role: role @ (Role::Quote | Role::Code), text } => {
                    // Paragraphs of code are its lines; those of a quotation stand in one.
                    let run = blocks[at..].iter().take_while(
                        |next| matches!(next, Block::Paragraph { role: other, .. } if other == role),
                    );
                    let texts: Vec<&str> = std::iter::once(text.as_str())
                        .chain(run.filter_map(|next| match next {
                            Block::Paragraph { text, .. } => Some(text.as_str()),
                            _ => None,
                        }))
                        .collect();
                    at += texts.len() - 1;
                    if *role == Role::Code {
                        self.markdown.code("", &texts.join("\n"));
                    } else {
                        self.markdown.open_quote();
                        texts.iter().for_each(|text| self.markdown.paragraph(text));
                        self.markdown.close();
                    }
                }
                Block::Paragraph { text, .. } => self.markdown.paragraph(text),
                Block::Table(rows) => self.table(rows),
                Block::Item { .. } => {}
            }
        }
        self.close_items(0);
        Ok(())
    }

    fn item(&mut self, level: usize, mark: Mark, list: &str, text: &str) {
        let keep = self.items.iter().position(|(open, _)| *open >= level).unwrap_or(self.items.len());
        let first = self.items.get(keep).is_none_or(|(_, before)| before != list);
        self.close_items(keep);
        let marker = match mark {
            Mark::Number(start) => {
                let counts = self.counts.entry(list.to_owned()).or_default();
                counts[level] = if counts[level] == 0 { start } else { counts[level].saturating_add(1) };
                counts[level + 1..].fill(0);
                let mut marker = String::new();
                let _ = write!(marker, "{}. ", counts[level]);
                marker
            }
            Mark::Bullet | Mark::Nothing => "- ".to_owned(),
        };
        self.markdown.open_item(&marker, first);
        self.markdown.paragraph(text);
        self.items.push((level, list.to_owned()));
    }

    /// Ends the items within this many of the outermost ones.
    fn close_items(&mut self, keep: usize) {
        while self.items.len() > keep {
            self.items.pop();
            self.markdown.close();
        }
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        if rows.iter().flatten().any(|cell| cell.len() > MAX_CELL) {
            for line in rows.iter().flatten().flat_map(|cell| cell.lines()) {
                self.markdown.paragraph(line);
            }
        } else {
            self.markdown.table(rows);
        }
    }
}
