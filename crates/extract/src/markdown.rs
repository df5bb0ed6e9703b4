//! Writes Markdown block by block: paragraphs, headings, lists, quotations, tables and code, nested as they come.
//!
//! What is written is for reading, not for a round trip: nothing in a line is escaped but what would make another
//! block of it. Marks for emphasis and the addresses of links are left out by those who call this, since a passage
//! says the same without them.

use std::borrow::Cow;

use crate::{Error, Limits};

/// How many lists and quotations within one another are marked; deeper ones are written as if they were of this depth,
/// so that no input makes much longer lines of short ones.
const MAX_PREFIXES: usize = 12;

/// What stands before the lines of a block that is nested in another.
#[derive(Debug)]
enum Prefix {
    Quote,
    /// An item's first line has its marker, the others as many spaces.
    Item {
        marker: String,
        written: bool,
    },
    /// Nested too deeply to be marked.
    Nothing,
}

/// A document in the making.
#[derive(Debug)]
pub(crate) struct Markdown {
    out: String,
    prefixes: Vec<Prefix>,
    /// The fewest prefixes since the last block: the empty line before the next one has no more.
    shallowest: usize,
    /// Whether the next block follows without an empty line.
    tight: bool,
    limits: Limits,
    /// Whether there was more than the limits allow; the rest is not written then.
    full: bool,
}

impl Markdown {
    /// An empty document.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            out: String::new(),
            prefixes: Vec::new(),
            shallowest: 0,
            tight: false,
            limits: limits.clone(),
            full: false,
        }
    }

    /// Whether there is no room for more.
    #[cfg(any(feature = "office", test))]
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Writes a paragraph of one or several lines, white space around it removed. Blank ones are passed over.
    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.begin();
        for line in text.lines() {
            self.line(&unlike_a_block(line.trim()));
        }
    }

    /// Writes a heading of level 1..=6. In an item of a list it is a paragraph.
    pub(crate) fn heading(&mut self, level: usize, text: &str) {
        let text = one_line(text);
        if text.is_empty() {
            return;
        }
        if self.in_item() {
            self.paragraph(&text);
            return;
        }
        self.begin();
        self.line(&format!("{} {text}", "#".repeat(level.clamp(1, 6))));
    }

    /// Writes a code block, empty lines around it removed and others kept as they are.
    pub(crate) fn code(&mut self, language: &str, code: &str) {
        let code = trim_empty_lines(code);
        if code.trim().is_empty() {
            return;
        }
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.begin();
        self.line(&format!("{fence}{language}"));
        for line in code.lines() {
            self.line(line.trim_end());
        }
        self.line(&fence);
    }

    /// Writes a pipe table; the first row is its head. A table of one column, or of one row, is written as paragraphs.
    pub(crate) fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns < 2 || rows.len() < 2 {
            for cell in rows.iter().flatten() {
                self.paragraph(cell);
            }
            return;
        }
        self.begin();
        for (at, row) in rows.iter().enumerate() {
            let mut line = String::from("|");
            for cell in row {
                line.push(' ');
                line.push_str(&one_line(cell).replace('|', "\\|"));
                line.push_str(" |");
            }
            if at == 0 {
                line.push_str(&"  |".repeat(columns - row.len()));
            }
            self.line(&line);
            if at == 0 {
                self.line(&format!("|{}", " --- |".repeat(columns)));
            }
        }
    }

    /// Begins a quotation.
    pub(crate) fn open_quote(&mut self) {
        self.open(Prefix::Quote);
    }

    /// Begins an item with this marker, `- ` for instance.
    pub(crate) fn open_item(&mut self, marker: &str, first_of_its_list: bool) {
        // A list that an item begins with stands on its first line, which that item has parted from what is before it.
        let is_first_in_item = matches!(self.prefixes.last(), Some(Prefix::Item { written: false, .. }));
        if !is_first_in_item || !first_of_its_list {
            self.tight = !first_of_its_list || self.in_item();
        }
        self.open(Prefix::Item { marker: marker.to_owned(), written: false });
    }

    /// Ends what was begun last.
    pub(crate) fn close(&mut self) {
        self.prefixes.pop();
        self.shallowest = self.shallowest.min(self.prefixes.len());
        self.tight = false;
    }

    /// The whole text.
    ///
    /// # Errors
    /// [`Reason::TooLarge`](crate::Reason::TooLarge) when it is longer than the limits allow.
    pub(crate) fn finish(self) -> Result<String, Error> {
        self.limits.check_bytes(self.out.len())?;
        Ok(self.out)
    }

    fn open(&mut self, prefix: Prefix) {
        self.prefixes.push(if self.prefixes.len() < MAX_PREFIXES { prefix } else { Prefix::Nothing });
    }

    fn in_item(&self) -> bool {
        self.prefixes.iter().any(|prefix| matches!(prefix, Prefix::Item { .. }))
    }

    /// Parts a block from the one before it.
    fn begin(&mut self) {
        if !std::mem::take(&mut self.tight) && !self.out.is_empty() {
            let start = self.out.len() + 1;
            self.line_start(self.shallowest);
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end.max(start));
        }
        self.shallowest = self.prefixes.len();
    }

    fn line(&mut self, line: &str) {
        if self.full {
            return;
        }
        self.line_start(self.prefixes.len());
        self.out.push_str(line);
        if line.is_empty() {
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end);
        }
        self.full = self.out.len() > self.limits.expanded_bytes;
    }

    /// Begins a line with what these outermost prefixes put before it.
    fn line_start(&mut self, depth: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let whole = depth == self.prefixes.len();
        for prefix in self.prefixes.iter_mut().take(depth) {
            match prefix {
                Prefix::Quote => self.out.push_str("> "),
                Prefix::Item { marker, written } => {
                    if *written || !whole {
                        self.out.extend(std::iter::repeat_n(' ', marker.len()));
                    } else {
                        self.out.push_str(marker);
                        *written = true;
                    }
                }
                Prefix::Nothing => {}
            }
        }
    }
}

/// A text on one line, white space collapsed and characters that are not for reading removed.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        if word.contains(is_unreadable) {
            line.extend(word.chars().filter(|c| !is_unreadable(*c)));
        } else {
            line.push_str(word);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether a character is not for reading: controls, and marks without width. The joiners are kept, without which
/// words of some scripts are others.
pub(crate) fn is_unreadable(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffc}')
}

/// A line of a paragraph, changed if it would be read as a heading or as a code block.
fn unlike_a_block(line: &str) -> Cow<'_, str> {
    let after = line.trim_start_matches('#');
    let heading = after.len() < line.len() && (after.is_empty() || after.starts_with(' '));
    if heading || line.starts_with("```") { Cow::Owned(format!("\\{line}")) } else { Cow::Borrowed(line) }
}

fn trim_empty_lines(code: &str) -> &str {
    let code = code.trim_end();
    let start = code.len() - code.trim_start().len();
    let first_line = code[..start].rfind('\n').map_or(0, |at| at + 1);
    &code[first_line..]
}

#[cfg(test)]
mod tests {
    use super::Markdown;
    use crate::{Limits, Reason};

    fn written(write: impl FnOnce(&mut Markdown)) -> String {
        let mut markdown = Markdown::new(&Limits::default());
        write(&mut markdown);
        markdown.finish().unwrap()
    }

    #[test]
    fn blocks_are_parted_by_an_empty_line() {
        let text = written(|m| {
            m.heading(2, "A\n title");
            m.paragraph(" one \n two ");
            m.paragraph("  ");
            m.code("rust", "\n\n  fn main() {}\n\n  // end  \n\n");
            m.paragraph("# not a heading");
            m.paragraph("#5 is a number");
        });
        assert_eq!(
            text,
            "## A title\n\none\ntwo\n\n```rust\n  fn main() {}\n\n  // end\n```\n\n\\# not a heading\n\n#5 is a number"
        );
    }

    #[test]
    fn lists_nest() {
        let text = written(|m| {
            m.paragraph("Before");
            m.open_item("- ", true);
            m.paragraph("a");
            m.open_item("1. ", true);
            m.paragraph("a1");
            m.paragraph("a1 too");
            m.close();
            m.open_item("2. ", false);
            m.heading(3, "a2");
            m.close();
            m.close();
            m.open_item("- ", false);
            m.close();
            m.open_item("- ", false);
            m.code("", "x\n\ny");
            m.close();
            m.paragraph("After");
        });
        assert_eq!(text, "Before\n\n- a\n  1. a1\n\n     a1 too\n  2. a2\n- ```\n  x\n\n  y\n  ```\n\nAfter");
    }

    #[test]
    fn an_item_may_begin_with_a_list() {
        let text = written(|m| {
            m.paragraph("Before");
            for number in ["1. ", "2. "] {
                m.open_item(number, number == "1. ");
                m.open_item("- ", true);
                m.paragraph("a");
                m.close();
                m.open_item("- ", false);
                m.paragraph("b");
                m.close();
                m.close();
            }
        });
        assert_eq!(text, "Before\n\n1. - a\n   - b\n2. - a\n   - b");
    }

    #[test]
    fn quotations_keep_their_marks_on_empty_lines() {
        let text = written(|m| {
            m.paragraph("a");
            m.open_quote();
            m.paragraph("b");
            m.paragraph("c");
            m.open_item("- ", true);
            m.paragraph("d");
            m.close();
            m.close();
            m.paragraph("e");
        });
        assert_eq!(text, "a\n\n> b\n>\n> c\n>\n> - d\n\ne");
    }

    #[test]
    fn cells_stay_in_their_columns() {
        let rows = |rows: &[&[&str]]| -> Vec<Vec<String>> {
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
        };
        let table = rows(&[&["a"], &["1|2", " x\ny "], &["", "z"]]);
        assert_eq!(written(|m| m.table(&table)), "| a |  |\n| --- | --- |\n| 1\\|2 | x y |\n|  | z |");
        assert_eq!(written(|m| m.table(&rows(&[&["a"], &["b"]]))), "a\n\nb");
        assert_eq!(written(|m| m.table(&[])), "");
    }

    #[test]
    fn a_fence_is_longer_than_any_within() {
        assert_eq!(written(|m| m.code("", "a ```` b")), "`````\na ```` b\n`````");
    }

    #[test]
    fn it_ends_at_the_limit() {
        let mut markdown = Markdown::new(&Limits { expanded_bytes: 1000, deadline: None });
        for _ in 0..100 {
            markdown.open_quote();
        }
        markdown.code("", &"x\n".repeat(100_000));
        assert!(markdown.is_full() && markdown.out.len() < 1100);
        assert_eq!(markdown.finish().unwrap_err().reason, Reason::TooLarge);
    }
}
