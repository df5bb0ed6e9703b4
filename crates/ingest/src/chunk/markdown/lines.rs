//! What a line of Markdown is, looked at by itself.

use memchr::memchr2;

use crate::chunk::cut::trim_start;

/// A line of a text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The first byte of the next line.
    pub next: usize,
    /// Whether a page ends with it.
    pub page_end: bool,
    /// How far it is indented, in columns.
    pub indent: usize,
    /// Its text without white space at its ends, but for a space that a combining mark sits on.
    pub content: &'a str,
    /// The first byte of that.
    pub content_start: usize,
}

/// The line that begins at this byte; `None` at the text's end.
pub(super) fn line_at(text: &str, start: usize) -> Option<Line<'_>> {
    let rest = text.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
    let length = memchr2(b'\n', b'\x0c', rest);
    let end = length.map_or(text.len(), |length| start + length);
    let mut indent = 0;
    for byte in &rest[..end - start] {
        match byte {
            b' ' => indent += 1,
            b'\t' => indent = indent / 4 * 4 + 4,
            _ => break,
        }
    }
    let content_start = trim_start(&text[..end], start);
    Some(Line {
        next: (end + 1).min(text.len()),
        page_end: length.is_some_and(|length| rest[length] == b'\x0c'),
        indent,
        content: text[content_start..end].trim_end(),
        content_start,
    })
}

/// The fence that opens a block of code: its mark and how many of them.
#[derive(Clone, Copy)]
pub(super) struct Fence {
    mark: u8,
    count: usize,
}

impl Line<'_> {
    /// The byte after its last that is not white space.
    pub(super) fn content_end(&self) -> usize {
        self.content_start + self.content.len()
    }
}

impl Fence {
    /// The fence that this line opens, if it does.
    pub(super) fn open(content: &str) -> Option<Self> {
        let mark = *content.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let count = run(content, mark);
        let opens = count >= 3 && (mark == b'~' || !content.as_bytes()[count..].contains(&b'`'));
        opens.then_some(Self { mark, count })
    }

    /// Whether this line closes it.
    pub(super) fn closes(self, content: &str) -> bool {
        let count = run(content, self.mark);
        count >= self.count && count == content.len()
    }
}

/// How many times the text begins with this byte.
fn run(content: &str, mark: u8) -> usize {
    content.bytes().take_while(|byte| *byte == mark).count()
}

/// The level of an ATX heading and its text, marks left out: `## Text ##`.
pub(super) fn atx_heading(content: &str) -> Option<(u8, &str)> {
    let level = content.bytes().take(7).take_while(|byte| *byte == b'#').count();
    let rest = &content[level..];
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let text = rest.trim();
    let open = text.trim_end_matches('#');
    // Closing marks are set off by a space: "C#" keeps its own.
    let text = if open.is_empty() || open.ends_with([' ', '\t']) { open.trim_end() } else { text };
    Some((level as u8, text))
}

/// The level of the heading that this line makes of the paragraph before it.
pub(super) fn setext_level(content: &str) -> Option<u8> {
    let mark = *content.as_bytes().first()?;
    let level = match mark {
        b'=' => 1,
        b'-' => 2,
        _ => return None,
    };
    (run(content, mark) == content.len()).then_some(level)
}

/// Whether the line is a thematic break: three or more of `-`, `*` or `_`.
pub(super) fn is_rule(content: &str) -> bool {
    let Some(mark @ (b'-' | b'*' | b'_')) = content.bytes().next() else { return false };
    let mut count = 0;
    content.bytes().all(|byte| {
        count += usize::from(byte == mark);
        byte == mark || byte == b' ' || byte == b'\t'
    }) && count >= 3
}

/// A list item's marker.
#[derive(Clone, Copy)]
pub(super) struct Marker<'a> {
    /// Whether it may follow a paragraph's line: bullets and the number 1, but not a year that was wrapped there.
    pub interrupts: bool,
    /// What follows it.
    pub content: &'a str,
}

/// The marker that this line begins with.
pub(super) fn marker(content: &str) -> Option<Marker<'_>> {
    let digits = content.bytes().take(10).take_while(u8::is_ascii_digit).count();
    let length = match content.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ if content.starts_with('•') => '•'.len_utf8(),
        _ => return None,
    };
    let rest = &content[length..];
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let content_of_item = rest.trim_start();
    let interrupts = !content_of_item.is_empty() && (digits == 0 || &content[..digits] == "1");
    Some(Marker { interrupts, content: content_of_item })
}

/// Whether the line is the second of a table: `| --- | :-: |`, with at least one `|`.
pub(super) fn is_delimiter_row(content: &str) -> bool {
    content.contains('|')
        && content.contains('-')
        && content.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::{Fence, atx_heading, is_delimiter_row, is_rule, line_at, marker, setext_level};

    #[test]
    fn lines_end_at_breaks_and_at_pages() {
        let text = "  a \r\n\tb\u{c}c";
        let lines: Vec<_> = std::iter::successors(line_at(text, 0), |line| line_at(text, line.next))
            .map(|line| (line.indent, line.content, line.page_end))
            .collect();
        assert_eq!(lines, [(2, "a", false), (4, "b", true), (0, "c", false)]);
        assert!(line_at("a\n", 2).is_none());
    }

    #[test]
    fn headings_and_what_is_none() {
        assert_eq!(atx_heading("## A title ##"), Some((2, "A title")));
        assert_eq!(atx_heading("# C#"), Some((1, "C#")));
        assert_eq!(atx_heading("###"), Some((3, "")));
        assert_eq!(atx_heading("## #"), Some((2, "")));
        assert_eq!((atx_heading("#tag"), atx_heading("####### seven")), (None, None));
        assert_eq!(["===", "-", "--=", ""].map(setext_level), [Some(1), Some(2), None, None]);
    }

    #[test]
    fn marks_of_other_blocks() {
        assert_eq!(["---", "* * *", "__", "- - a"].map(is_rule), [true, true, false, false]);
        assert_eq!(["|---|:-:|", "a | b", "---", "--|--"].map(is_delimiter_row), [true, false, false, true]);
        assert_eq!(
            ["- a", "1. a", "1990. a", "-a", "•  a", "**b**"].map(|line| marker(line).map(|m| m.interrupts)),
            [Some(true), Some(true), Some(false), None, Some(true), None]
        );
        let fence = Fence::open("````rust").unwrap();
        assert_eq!(
            ["````", "```", "````` ", "```` x"].map(|line| fence.closes(line.trim_end())),
            [true, false, true, false]
        );
        assert!(Fence::open("```inline```").is_none() && Fence::open("~~~ `x`").is_some());
    }
}
