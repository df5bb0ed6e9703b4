//! The blocks of a Markdown text.

use std::ops::Range;

use super::lines::{Fence, Line, atx_heading, is_delimiter_row, is_rule, line_at, marker, setext_level};

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading of level 1 to 6, and where its text is.
    Heading { level: u8, text: Range<usize> },
    /// A paragraph, of a quotation too.
    Prose,
    /// The first paragraph of a list item.
    Item,
    /// Fenced or indented code.
    Code,
    /// A table; the first rows, up to this byte, are its head.
    Table { head: usize },
    /// A thematic break.
    Rule,
}

/// A block of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub kind: Kind,
    /// Its first byte that is not white space.
    pub start: usize,
    /// The byte after its last that is not white space.
    pub end: usize,
    /// Whether a blank line or a page's end stands before it.
    pub apart: bool,
    /// Whether it goes on with a list item that stands before it.
    pub nested: bool,
}

/// The blocks of a text, in order; nothing but white space between them. One pass, constant memory.
pub(super) struct Blocks<'a> {
    text: &'a str,
    /// Where the next line starts.
    at: usize,
    /// Whether that line is set apart from the one before it.
    apart: bool,
    /// Whether a list goes on.
    in_list: bool,
}

/// Rows that a table's head keeps: names, the line under them, and the first two of the values.
const HEAD_ROWS: usize = 4;

impl<'a> Blocks<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, apart: true, in_list: false }
    }

    fn peek(&self) -> Option<Line<'a>> {
        line_at(self.text, self.at)
    }

    fn pass(&mut self, line: Line<'_>) {
        self.at = line.next;
        self.apart = line.page_end;
    }

    /// Passes lines while they are of the block; the end of what was passed.
    fn pass_while(&mut self, mut end: usize, belongs: impl Fn(&Self, Line<'a>) -> bool) -> usize {
        while !self.apart
            && let Some(line) = self.peek().filter(|line| belongs(self, *line))
        {
            end = line.content_end();
            self.pass(line);
        }
        end
    }

    /// Passes the rest of fenced code, its closing fence too; the end of what was passed.
    fn fenced(&mut self, fence: Fence, opening: Line<'_>) -> usize {
        let mut end = opening.content_end();
        while let Some(line) = self.peek() {
            self.pass(line);
            // A blank line's content ends where the line does, which is not the block's end.
            if !line.content.is_empty() {
                end = line.content_end();
            }
            if fence.closes(line.content) {
                break;
            }
        }
        end
    }

    /// Passes the rest of indented code: blank lines belong to it when more of it follows.
    fn indented(&mut self, first: Line<'_>) -> usize {
        let mut end = first.content_end();
        while let Some(line) = self.peek() {
            if !line.content.is_empty() {
                if line.indent < 4 {
                    break;
                }
                end = line.content_end();
            }
            self.pass(line);
        }
        // The blank lines after it were passed as well.
        self.apart = true;
        end
    }

    /// Whether this line begins a block that a paragraph before it does not go on with.
    fn interrupts(&self, line: Line<'_>) -> bool {
        let content = line.content;
        content.is_empty()
            || Fence::open(content).is_some()
            || atx_heading(content).is_some()
            || is_rule(content)
            || content.starts_with(['>', '|'])
            || marker(content).is_some_and(|marker| marker.interrupts || self.in_list)
    }

    /// The block that begins with this line, which has been passed: its kind and its end.
    fn read(&mut self, line: Line<'a>, nested: bool) -> (Kind, usize) {
        let content = line.content;
        let Line { content_start, .. } = line;
        let end = line.content_end();
        if let Some(fence) = Fence::open(content).filter(|_| line.indent < 4 || nested) {
            return (Kind::Code, self.fenced(fence, line));
        }
        if let Some((level, text)) = atx_heading(content) {
            let skip = content.len() - content.trim_start_matches('#').trim_start().len();
            let start = content_start + if text.is_empty() { content.len() } else { skip };
            return (Kind::Heading { level, text: start..start + text.len() }, end);
        }
        if is_rule(content) {
            return (Kind::Rule, end);
        }
        if let Some(marker) = marker(content) {
            self.in_list = true;
            if let Some(fence) = Fence::open(marker.content) {
                return (Kind::Code, self.fenced(fence, line));
            }
            return (Kind::Item, self.pass_while(end, |blocks, line| !blocks.interrupts(line)));
        }
        if content.starts_with('>') {
            let end = self.pass_while(end, |_, line| line.content.starts_with('>'));
            return (self.quotation(content_start..end), end);
        }
        if self.is_table(line) {
            let mut head = end;
            let mut rows = 1;
            while rows < HEAD_ROWS
                && let longer = self.pass_row(head)
                && longer > head
            {
                head = longer;
                rows += 1;
            }
            let end = self.pass_while(head, |_, line| line.content.contains('|'));
            return (Kind::Table { head }, end);
        }
        self.paragraph(content_start, end)
    }

    /// Passes a row of a table, if the next line is one; the end of what was passed.
    fn pass_row(&mut self, end: usize) -> usize {
        match self.peek().filter(|line| !self.apart && line.content.contains('|')) {
            Some(line) => {
                self.pass(line);
                line.content_end()
            }
            None => end,
        }
    }

    /// Whether a table begins with this line, which has been passed.
    fn is_table(&self, line: Line<'_>) -> bool {
        let headed = || self.peek().is_some_and(|next| !self.apart && is_delimiter_row(next.content));
        line.content.starts_with('|') || (line.content.contains('|') && headed())
    }

    /// Code within a quotation makes all of it code: its lines are where it may be cut.
    fn quotation(&self, lines: Range<usize>) -> Kind {
        let fenced = self.text[lines]
            .lines()
            .any(|line| Fence::open(line.trim_start_matches(['>', ' ', '\t']).trim_end()).is_some());
        if fenced { Kind::Code } else { Kind::Prose }
    }

    /// Passes the rest of a paragraph, which is a heading when it is underlined.
    fn paragraph(&mut self, start: usize, mut end: usize) -> (Kind, usize) {
        while !self.apart
            && let Some(line) = self.peek()
        {
            let underline = setext_level(line.content).filter(|_| line.indent < 4);
            if let Some(level) = underline {
                self.pass(line);
                return (Kind::Heading { level, text: start..end }, line.content_end());
            }
            if self.interrupts(line) {
                break;
            }
            end = line.content_end();
            self.pass(line);
        }
        (Kind::Prose, end)
    }
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let mut apart = self.apart;
        let line = loop {
            let line = self.peek()?;
            apart |= self.apart;
            self.pass(line);
            if !line.content.is_empty() {
                break line;
            }
            apart = true;
        };
        let is_item = marker(line.content).is_some() && !is_rule(line.content);
        let nested = self.in_list && !is_item && line.indent >= 2;
        self.in_list &= nested || is_item;
        let start = line.content_start;
        let (kind, end) = if apart && line.indent >= 4 && !self.in_list {
            (Kind::Code, self.indented(line))
        } else {
            self.read(line, nested)
        };
        Some(Block { kind, start, end, apart, nested })
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocks, Kind};

    /// The blocks of a text: what each is, and its text.
    fn blocks(text: &str) -> Vec<(String, &str)> {
        let name = |kind: &Kind| match kind {
            Kind::Heading { level, text: range } => format!("h{level} {}", &text[range.clone()]),
            Kind::Table { .. } => "table".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        Blocks::new(text).map(|block| (name(&block.kind), &text[block.start..block.end])).collect()
    }

    fn kinds(text: &str) -> Vec<String> {
        blocks(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn headings_of_both_kinds_and_none_in_code() {
        let text = "# One #\ntext\n\nTwo\n===\n```sh\n# not one\n```\n\n    # nor this\n\n### Three\n";
        assert_eq!(kinds(text), ["h1 One", "prose", "h1 Two", "code", "code", "h3 Three"]);
        assert_eq!(kinds("a\n---\nb\n\n---\n"), ["h2 a", "prose", "rule"]);
        assert_eq!(kinds("~~~\n```\n# x\n~~~\n# y"), ["code", "h1 y"]);
        assert_eq!(kinds("```\n# never closed\n\n# x"), ["code"]);
    }

    #[test]
    fn lists_and_what_belongs_to_their_items() {
        let text = "Buy:\n- milk\n  of cows\n- bread\n\n  more of it\n\n  ```\n  code\n  ```\n2. eggs\n\nEnd";
        assert_eq!(
            blocks(text),
            [
                ("prose", "Buy:"),
                ("item", "- milk\n  of cows"),
                ("item", "- bread"),
                ("prose", "more of it"),
                ("code", "```\n  code\n  ```"),
                ("item", "2. eggs"),
                ("prose", "End")
            ]
            .map(|(kind, text)| (kind.to_owned(), text))
        );
        let nested: Vec<_> = Blocks::new(text).map(|block| block.nested).collect();
        assert_eq!(nested, [false, false, false, true, true, false, false]);
        assert_eq!(kinds("It ended in\n1990. Then"), ["prose"]);
    }

    #[test]
    fn tables_with_and_without_a_frame() {
        assert_eq!(kinds("text\n\n| a | b |\n|---|---|\n| 1 | 2 |\nmore"), ["prose", "table", "prose"]);
        assert_eq!(kinds("a | b\n--|--\n1 | 2\n\nc | d"), ["table", "prose"]);
        let text = "|a|\n|-|\n|1|\n|2|\n|3|\n|4|\n";
        let block = Blocks::new(text).next().unwrap();
        assert_eq!((block.kind, block.end), (Kind::Table { head: text.find("2|").unwrap() + 2 }, 23));
    }

    #[test]
    fn quotations_rules_and_pages() {
        assert_eq!(kinds("> a\n> b\nc\n***\nd"), ["prose", "prose", "rule", "prose"]);
        assert_eq!(kinds("> ```\n> a\n> ```"), ["code"]);
        assert_eq!(blocks("a\nb\u{c}c").iter().map(|(_, text)| *text).collect::<Vec<_>>(), ["a\nb", "c"]);
        assert_eq!(kinds(" \n\u{a0}\n"), [""; 0]);
    }
}
