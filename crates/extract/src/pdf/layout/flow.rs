//! Lines to paragraphs, headings and lists.

use super::lines::{Block, Line, is_ideographic};
use super::measures::Measures;
use super::paragraph::Paragraph;

/// How a line stands to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// The same paragraph goes on.
    Continues,
    /// The same paragraph, but its maker broke the line.
    Breaks,
    /// Another paragraph.
    Parts,
}

/// The text of a document's pages, and where each page starts in it.
pub(crate) fn write(pages: &[(Vec<Block>, f32)]) -> (String, Vec<usize>) {
    let measures = Measures::of(pages);
    let mut writer = Writer {
        measures,
        text: String::new(),
        starts: Vec::new(),
        open: Paragraph::default(),
        was_item: false,
    };
    for (blocks, _) in pages {
        writer.open.page_starts();
        let mut last: Option<(&Line, u8)> = None;
        for block in blocks.iter().filter(|block| !block.lines.is_empty()) {
            writer.block(block, last);
            last = block.lines.last().map(|line| (line, block.turn));
        }
    }
    writer.finish();
    writer.starts.resize(pages.len(), writer.text.len());
    (writer.text, writer.starts)
}

struct Writer {
    measures: Measures,
    text: String,
    starts: Vec<usize>,
    open: Paragraph,
    was_item: bool,
}

impl Writer {
    fn block(&mut self, block: &Block, before: Option<(&Line, u8)>) {
        let right = right_edge(&block.lines);
        for (at, line) in block.lines.iter().enumerate() {
            let next = block.lines.get(at + 1);
            let relation = match at.checked_sub(1) {
                _ if self.open.is_empty() => Relation::Parts,
                Some(above) => self.relation(&block.lines[above], line, next, right),
                None if self.flows_on(line, before.is_none_or(|(_, turn)| turn == block.turn)) => {
                    Relation::Continues
                }
                None => Relation::Parts,
            };
            match relation {
                Relation::Parts => {
                    self.finish();
                    self.open.start(line);
                }
                Relation::Breaks => self.open.break_line(line),
                Relation::Continues => self.open.append(line, &self.measures.hyphenated),
            }
        }
    }

    /// How a line stands to the one above it in its column.
    fn relation(&self, above: &Line, line: &Line, next: Option<&Line>, right: f32) -> Relation {
        let size = above.size.max(line.size);
        let step = above.baseline - line.baseline;
        if (above.size - line.size).abs() > 0.12 * size
            || step > 1.3 * self.measures.leading(line.size)
            || step < -0.5 * size
            || above.is_bold != line.is_bold && self.open.is_bold()
            || starts_item(&line.text)
        {
            return Relation::Parts;
        }
        // Under the text of a list's entry, which stands beside its label.
        let hangs = above.cells == 2 && (line.left - above.last_cell).abs() < 0.5 * size;
        if line.cells > 1 || (above.cells > 1 && !hangs) || is_led(&above.text) {
            return Relation::Breaks;
        }
        if is_parted_word(&above.text, &line.text) {
            return Relation::Continues;
        }
        let indent = if hangs { 0.0 } else { line.left - above.left };
        if indent > 0.8 * size && !self.open.is_item() {
            // The first line of a paragraph is set in, or the first of an entry is set out.
            let is_first = next.is_none_or(|next| line.left - next.left > 0.5 * size);
            if is_first || self.open.lines() > 1 {
                return Relation::Parts;
            }
        }
        if indent < -0.8 * size && self.open.lines() > 1 {
            return Relation::Parts;
        }
        let room = right - above.right;
        let needed =
            if line.text.starts_with(is_ideographic) { 2.0 * size } else { line.first_word + 0.8 * size };
        if room > needed { Relation::Breaks } else { Relation::Continues }
    }

    /// Whether the first line of a column or page goes on with the paragraph before it.
    fn flows_on(&self, line: &Line, is_same_turn: bool) -> bool {
        let text = self.open.text();
        let ends_open = text.chars().next_back().is_some_and(|c| {
            c.is_alphanumeric() && !is_ideographic(c) || matches!(c, ',' | '-' | '\u{ad}' | '\u{2010}' | ';')
        });
        let starts_low = line.text.chars().next().is_some_and(char::is_lowercase);
        is_same_turn
            && ends_open
            && starts_low
            && (self.open.size() - line.size).abs() < 0.05 * line.size
            && line.cells == 1
            && self.open.is_bold() == line.is_bold
    }

    fn finish(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let next = self.open.split_off_starts();
        let open = std::mem::replace(&mut self.open, next);
        let prefix = match self.measures.heading_level(&open) {
            Some(level) => format!("{} ", "#".repeat(level)),
            None => String::new(),
        };
        let is_item = open.is_item();
        if !self.text.is_empty() {
            self.text.push_str(if is_item && self.was_item { "\n" } else { "\n\n" });
        }
        self.was_item = is_item;
        open.write(&prefix, &mut self.text, &mut self.starts);
    }
}

/// Where a column's lines end: nearly all of them end before, the few that stick out do not count.
fn right_edge(lines: &[Line]) -> f32 {
    let mut edges: Vec<f32> = lines.iter().map(|line| line.right).collect();
    edges.sort_by(f32::total_cmp);
    edges.get(edges.len() * 9 / 10).or(edges.last()).copied().unwrap_or(0.0)
}

/// Whether a line ends with leaders and a page's number, as in a table of contents.
fn is_led(text: &str) -> bool {
    let head = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == ' ');
    head.len() < text.len() && (head.ends_with(". .") || head.ends_with("..."))
}

/// Whether a line ends with a part of a word, and the next begins with the rest.
fn is_parted_word(above: &str, line: &str) -> bool {
    let head = above.trim_end_matches(['-', '\u{2010}', '\u{ad}']);
    head.len() < above.len()
        && head.chars().next_back().is_some_and(char::is_alphabetic)
        && line.chars().next().is_some_and(char::is_lowercase)
}

/// Whether a line begins with a bullet.
pub(super) fn starts_item(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_bullet) && chars.next() == Some(' ')
}

pub(super) fn is_bullet(c: char) -> bool {
    matches!(
        c,
        '•' | '◦'
            | '▪'
            | '▫'
            | '‣'
            | '●'
            | '○'
            | '■'
            | '□'
            | '◆'
            | '◇'
            | '➢'
            | '➤'
            | '✓'
            | '✔'
            | '⁃'
            | '∙'
    )
}
