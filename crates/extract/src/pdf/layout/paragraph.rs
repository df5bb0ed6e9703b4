//! A paragraph while it is put together.

use std::collections::HashSet;

use super::flow::{is_bullet, starts_item};
use super::lines::{Line, is_ideographic};

#[derive(Debug, Default)]
pub(super) struct Paragraph {
    text: String,
    size: f32,
    lines: usize,
    is_bold: bool,
    is_item: bool,
    /// Where in the text pages start.
    page_starts: Vec<usize>,
}

impl Paragraph {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn size(&self) -> f32 {
        self.size
    }

    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Whether all of it is bold.
    pub(super) fn is_bold(&self) -> bool {
        self.is_bold
    }

    /// Whether it is an item of a list.
    pub(super) fn is_item(&self) -> bool {
        self.is_item
    }

    /// A page starts with what is appended next.
    pub(super) fn page_starts(&mut self) {
        self.page_starts.push(self.text.len());
    }

    /// The pages that start behind its last line start with the next paragraph.
    pub(super) fn split_off_starts(&mut self) -> Self {
        let inner = self.page_starts.iter().take_while(|at| **at < self.text.len()).count();
        let next = vec![0; self.page_starts.len() - inner];
        self.page_starts.truncate(inner);
        Self { page_starts: next, ..Self::default() }
    }

    pub(super) fn start(&mut self, line: &Line) {
        (self.size, self.lines, self.is_bold, self.is_item) =
            (line.size, 1, line.is_bold, starts_item(&line.text));
        if self.is_item {
            self.text.push_str("- ");
            push(&mut self.text, line.text.trim_start_matches(is_bullet));
        } else {
            push(&mut self.text, &line.text);
        }
    }

    /// Appends a line behind a line break.
    pub(super) fn break_line(&mut self, line: &Line) {
        self.add(line);
        self.text.push('\n');
        push(&mut self.text, &line.text);
    }

    /// Appends a line that goes on with the last; a word parted between them is joined.
    pub(super) fn append(&mut self, line: &Line, hyphenated: &HashSet<String>) {
        self.add(line);
        let end = self.text.len();
        match joint(&self.text, &line.text, hyphenated) {
            Joint::Blank => self.text.push(' '),
            Joint::Nothing => {}
            Joint::DropHyphen => drop(self.text.pop()),
        }
        let start = self.text.len();
        self.page_starts.iter_mut().rev().take_while(|at| **at == end).for_each(|at| *at = start);
        push(&mut self.text, &line.text);
    }

    fn add(&mut self, line: &Line) {
        self.lines += 1;
        self.is_bold &= line.is_bold;
    }

    /// Puts the paragraph behind a text, and notes where pages start.
    pub(super) fn write(self, prefix: &str, text: &mut String, starts: &mut Vec<usize>) {
        let start = text.len();
        // What looks like a heading and is none says so.
        let escape = if prefix.is_empty() && looks_like_heading(&self.text) { "\\" } else { prefix };
        let shift = start + escape.len();
        starts.extend(self.page_starts.iter().map(|at| if *at == 0 { start } else { shift + at }));
        text.push_str(escape);
        if prefix.is_empty() {
            text.push_str(&self.text);
        } else {
            text.extend(self.text.chars().map(|c| if c == '\n' { ' ' } else { c }));
        }
    }
}

fn looks_like_heading(text: &str) -> bool {
    let rest = text.trim_start_matches('#');
    (1..=6).contains(&(text.len() - rest.len())) && rest.starts_with(' ')
}

/// Appends a line's text: soft hyphens within it are drawn, so they are hyphens; leaders become an ellipsis.
fn push(text: &mut String, line: &str) {
    let line = line.trim();
    let is_led = line.contains("....") || line.contains(". . .");
    let cleaned = if is_led { shorten_leaders(line) } else { String::new() };
    let line = if is_led { &cleaned } else { line };
    match line.find('\u{ad}') {
        Some(at) if at + '\u{ad}'.len_utf8() < line.len() => {
            let (body, end) = match line.strip_suffix('\u{ad}') {
                Some(body) => (body, "\u{ad}"),
                None => (line, ""),
            };
            text.push_str(&body.replace('\u{ad}', "-"));
            text.push_str(end);
        }
        _ => text.push_str(line),
    }
}

/// Runs of five dots and more, blanks between them or not, become three.
fn shorten_leaders(line: &str) -> String {
    let mut short = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('.') {
        let run = rest[at..].len() - rest[at..].trim_start_matches(['.', ' ']).len();
        let dots = rest[at..at + run].bytes().filter(|byte| *byte == b'.').count();
        short.push_str(&rest[..at]);
        if dots >= 5 {
            let body = short.trim_end().len();
            short.truncate(body);
            short.push_str(" ... ");
        } else {
            short.push_str(&rest[at..at + run]);
        }
        rest = &rest[at + run..];
    }
    short.push_str(rest);
    short.truncate(short.trim_end().len());
    short
}

/// What comes between two lines of a paragraph.
#[derive(Debug, PartialEq, Eq)]
enum Joint {
    Blank,
    Nothing,
    DropHyphen,
}

fn joint(before: &str, after: &str, hyphenated: &HashSet<String>) -> Joint {
    let mut backwards = before.chars().rev();
    let (last, second) = (backwards.next(), backwards.next());
    let first = after.chars().next();
    let (Some(last), Some(first)) = (last, first) else { return Joint::Nothing };
    match last {
        '\u{ad}' => Joint::DropHyphen,
        '-' | '\u{2010}' if second.is_some_and(char::is_alphanumeric) => {
            let is_word = second.is_some_and(char::is_alphabetic) && first.is_lowercase();
            if !is_word || is_compound(before, after, hyphenated) {
                Joint::Nothing
            } else {
                Joint::DropHyphen
            }
        }
        '—' | '\u{200b}' | '/' => Joint::Nothing,
        last if is_ideographic(last) && is_ideographic(first) => Joint::Nothing,
        _ => Joint::Blank,
    }
}

/// Whether a word parted at its hyphen has it elsewhere in the document too, or has one already (`state-of-the-`).
fn is_compound(before: &str, after: &str, hyphenated: &HashSet<String>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let head = before.trim_end_matches(['-', '\u{2010}']);
    let head = &head[head.trim_end_matches(is_part).len()..];
    let tail = &after[..after.find(|c| !is_part(c)).unwrap_or(after.len())];
    hyphenated.contains(&format!("{head}-{tail}").to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Joint, joint, looks_like_heading, push, shorten_leaders};

    #[test]
    fn words_parted_at_the_end_of_a_line_are_joined() {
        let compounds = HashSet::from(["well-known".to_string()]);
        for (before, after, expected) in [
            ("an exam-", "ple of it", Joint::DropHyphen),
            ("a Well-", "known one", Joint::Nothing),
            ("a soft\u{ad}", "Hyphen", Joint::DropHyphen),
            ("Anglo-", "Saxon", Joint::Nothing),
            ("1999-", "2003", Joint::Nothing),
            ("a dash -", "then", Joint::Blank),
            ("and so—", "on", Joint::Nothing),
            ("plain", "text", Joint::Blank),
            ("中文", "文字", Joint::Nothing),
            ("中文", "text", Joint::Blank),
        ] {
            assert_eq!(joint(before, after, &compounds), expected, "{before} {after}");
        }
    }

    #[test]
    fn leaders_are_short_and_drawn_soft_hyphens_are_hyphens() {
        assert_eq!(shorten_leaders("1.1 Lakes . . . . . . . . 12"), "1.1 Lakes ... 12");
        assert_eq!(
            shorten_leaders("Lakes........12 and so on... e.g. it"),
            "Lakes ... 12 and so on... e.g. it"
        );
        let mut text = String::new();
        push(&mut text, "a well\u{ad}known exam\u{ad}");
        assert_eq!(text, "a well-known exam\u{ad}");
    }

    #[test]
    fn text_that_looks_like_a_heading() {
        assert!(looks_like_heading("# apt-get") && looks_like_heading("### x"));
        assert!(
            !looks_like_heading("#include")
                && !looks_like_heading("####### x")
                && !looks_like_heading("text")
        );
    }
}
