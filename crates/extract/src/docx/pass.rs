//! One pass over the paragraphs and tables of a part.

use std::collections::HashMap;

use super::numbering::{LEVELS, Mark};
use super::story::{Block, Reader};
use super::styles::{Role, outline_role};
use crate::Error;
use crate::markdown::is_unreadable;
use crate::xml::{Element, Part, Parts};

/// The most columns that one cell spans.
const MAX_SPAN: usize = 50;
/// How deep tables nest; the rows of deeper ones are paragraphs.
const MAX_TABLES: usize = 16;
/// How deep parts of formulas get their parentheses.
const MAX_FORMULA: usize = 32;

/// An element that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Paragraph,
    ParagraphProperties,
    Run,
    RunProperties,
    /// Text that is to be read.
    Text,
    Table,
    Row,
    Cell,
    TextBox,
    /// Of its branches, one is read.
    Alternatives {
        taken: bool,
    },
    Math,
    /// How a sum or an integral looks.
    Sum,
    /// What stands in parentheses in a formula.
    Parentheses,
    /// A part of a formula that began at this byte of the paragraph.
    Formula {
        sign: &'static str,
        start: usize,
    },
    Other,
}

/// A paragraph that is being read.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<usize>,
    list: Option<String>,
    list_level: Option<usize>,
}

/// Where finished blocks go.
#[derive(Debug)]
enum Sink {
    Blocks(Vec<Block>),
    /// A cell: its text, a line for each paragraph; the columns it spans; whether it goes on from the row above.
    Cell {
        text: String,
        span: usize,
        continues: bool,
    },
}

/// One pass over a part.
pub(super) struct Pass<'a> {
    reader: Reader<'a>,
    open: Vec<Open>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Vec<Vec<String>>>,
    sinks: Vec<Sink>,
    /// Blocks of text boxes, which follow the paragraph that they are anchored in.
    boxed: Vec<Block>,
    references: Vec<(bool, String)>,
    /// The number of each of these notes, from 1.
    numbers: HashMap<(bool, String), usize>,
    /// Whether the run that is being read is hidden.
    hidden: bool,
    /// Where the run that is being read begins, if it stands above the line.
    raised: Option<usize>,
    /// How many properties of paragraphs are open, and how many formulas and parts of formulas.
    properties: usize,
    maths: usize,
    formulas: usize,
    /// The cells so far.
    cells: usize,
}

impl<'a> Pass<'a> {
    /// A pass from the beginning of a part.
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self {
            reader,
            open: Vec::new(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            sinks: vec![Sink::Blocks(Vec::new())],
            boxed: Vec::new(),
            references: Vec::new(),
            numbers: HashMap::new(),
            hidden: false,
            raised: None,
            properties: 0,
            maths: 0,
            formulas: 0,
            cells: 0,
        }
    }

    /// A pass over what is left of an element that has begun.
    pub(super) fn within(reader: Reader<'a>) -> Self {
        Self { open: vec![Open::Other], ..Self::new(reader) }
    }

    /// Whether all elements have ended.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty()
    }

    /// The blocks, and the notes that they refer to.
    pub(super) fn finish(mut self) -> (Vec<Block>, Vec<(bool, String)>) {
        match self.sinks.drain(..).next() {
            Some(Sink::Blocks(blocks)) => (blocks, self.references),
            _ => (Vec::new(), self.references),
        }
    }

    /// Takes what comes next; passes over what is left out.
    pub(super) fn take(&mut self, part: Part<'_>, parts: &mut Parts<'_>) -> Result<(), Error> {
        match part {
            Part::Start(element) => {
                if is_left_out(element.name()) {
                    return parts.skip();
                }
                match self.start(&element) {
                    Some(open) => self.open.push(open),
                    None => return parts.skip(),
                }
            }
            Part::End => {
                self.end();
                // A cell that spans columns takes more room here than in the document.
                self.reader.limits.check_bytes(self.cells.saturating_mul(size_of::<String>()))?;
            }
            Part::Text(text) => {
                if self.open.last() == Some(&Open::Text) && !self.hidden {
                    self.push(&text);
                }
            }
        }
        Ok(())
    }

    /// What an element begins; `None` when it is to be passed over.
    fn start(&mut self, element: &Element<'_>) -> Option<Open> {
        let value = || element.attribute("val");
        let number = || value().and_then(|value| value.parse::<usize>().ok());
        let within = self.open.last().copied();
        Some(match element.name() {
            "p" => {
                self.paragraphs.push(Paragraph::default());
                Open::Paragraph
            }
            "pPr" if within == Some(Open::Paragraph) => {
                self.properties += 1;
                Open::ParagraphProperties
            }
            "pPr" => return None,
            "rPr" if within == Some(Open::Run) => Open::RunProperties,
            "rPr" => return None,
            "pStyle" => self.property(|paragraph| paragraph.style = value()),
            "outlineLvl" => self.property(|paragraph| paragraph.outline = number()),
            "numId" => self.property(|paragraph| paragraph.list = value()),
            "ilvl" => self.property(|paragraph| paragraph.list_level = number()),
            "vanish" | "webHidden" if within == Some(Open::RunProperties) => {
                self.hidden |= element.name() == "vanish" && value().is_none_or(|value| is_on(&value));
                Open::Other
            }
            "vertAlign" if within == Some(Open::RunProperties) => {
                if value().is_some_and(|value| value == "superscript") {
                    self.raised = self.paragraphs.last().map(|paragraph| paragraph.text.len());
                }
                Open::Other
            }
            "r" => {
                self.hidden = false;
                self.raised = None;
                Open::Run
            }
            "t" => Open::Text,
            "tab" | "ptab" if within == Some(Open::Run) => self.character("\t"),
            "br" | "cr" if within == Some(Open::Run) => self.character("\n"),
            "noBreakHyphen" => self.character("-"),
            "footnoteReference" => self.reference(false, element),
            "endnoteReference" => self.reference(true, element),
            "tbl" if self.tables.len() < MAX_TABLES => {
                self.tables.push(Vec::new());
                Open::Table
            }
            "tr" if within == Some(Open::Table) => {
                self.tables.last_mut()?.push(Vec::new());
                Open::Row
            }
            "tc" if within == Some(Open::Row) => {
                self.sinks.push(Sink::Cell { text: String::new(), span: 1, continues: false });
                Open::Cell
            }
            "gridSpan" => {
                if let Some(Sink::Cell { span, .. }) = self.sinks.last_mut() {
                    *span = number().unwrap_or(1).clamp(1, MAX_SPAN);
                }
                Open::Other
            }
            "vMerge" => {
                if let Some(Sink::Cell { continues, .. }) = self.sinks.last_mut() {
                    *continues = value().is_none_or(|value| value != "restart");
                }
                Open::Other
            }
            "txbxContent" => {
                self.sinks.push(Sink::Blocks(Vec::new()));
                Open::TextBox
            }
            "AlternateContent" => Open::Alternatives { taken: false },
            "Choice" | "Fallback" => match self.open.last_mut() {
                Some(Open::Alternatives { taken }) if *taken => return None,
                Some(Open::Alternatives { taken }) => {
                    *taken = true;
                    Open::Other
                }
                _ => Open::Other,
            },
            "oMath" => {
                self.maths += 1;
                Open::Math
            }
            name if self.maths > 0 => self.start_of_formula(name, within, value),
            _ => Open::Other,
        })
    }

    fn start_of_formula(
        &mut self,
        name: &str,
        within: Option<Open>,
        value: impl Fn() -> Option<String>,
    ) -> Open {
        match name {
            "num" => self.formula(""),
            "den" => self.formula("/"),
            "sup" => self.formula("^"),
            "sub" => self.formula("_"),
            "rad" => self.formula("√"),
            "d" => {
                self.push("(");
                Open::Parentheses
            }
            "naryPr" => Open::Sum,
            "chr" if within == Some(Open::Sum) => {
                self.push(&value().unwrap_or_default());
                Open::Other
            }
            _ => Open::Other,
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Paragraph) => self.end_paragraph(),
            Some(Open::ParagraphProperties) => self.properties -= 1,
            Some(Open::Run) => self.end_run(),
            Some(Open::Math) => self.maths -= 1,
            Some(Open::Parentheses) => self.push(")"),
            Some(Open::Cell) => self.end_cell(),
            Some(Open::Table) => self.end_table(),
            Some(Open::TextBox) => {
                if let Some(Sink::Blocks(blocks)) = self.sinks.pop() {
                    self.boxed.extend(blocks);
                }
                if self.paragraphs.is_empty() {
                    self.unbox();
                }
            }
            Some(Open::Formula { sign, start }) => self.end_formula(sign, start),
            _ => {}
        }
    }

    /// Powers get a caret, so that 10⁶ is not 106; "1st" stays as it is.
    fn end_run(&mut self) {
        self.hidden = false;
        let Some(start) = self.raised.take() else { return };
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let Some((base, raised)) = paragraph.text.split_at_checked(start) else { return };
        let is_power =
            !raised.is_empty() && raised.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '−'));
        if is_power && base.ends_with(|c: char| c.is_alphanumeric() || c == ')') {
            paragraph.text.insert(start, '^');
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        let style = paragraph.style.as_deref();
        let role = paragraph.outline.map_or_else(|| self.reader.styles.role(style), outline_role);
        if role != Role::Contents && !paragraph.text.trim().is_empty() {
            let block = self.block(role, paragraph);
            self.add(block);
        }
        if self.paragraphs.is_empty() {
            self.unbox();
        }
    }

    fn block(&self, role: Role, paragraph: Paragraph) -> Block {
        let style = paragraph.style.as_deref();
        let by_style = self.reader.styles.list(style);
        let list = paragraph.list.as_deref().or(by_style.map(|(list, _)| list));
        if let Some(list) = list.filter(|_| matches!(role, Role::Text | Role::Quote)) {
            let level =
                paragraph.list_level.or(by_style.map(|(_, level)| level)).unwrap_or(0).min(LEVELS - 1);
            let mark = self.reader.numbering.mark(list, level);
            if mark != Mark::Nothing {
                let list = list.to_owned();
                return Block::Item { level, mark, list, text: paragraph.text };
            }
        }
        Block::Paragraph { role, text: paragraph.text }
    }

    fn end_cell(&mut self) {
        let Some(Sink::Cell { text, span, continues }) = self.sinks.pop() else { return };
        if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut()) {
            self.cells += span;
            row.push(if continues { String::new() } else { text });
            row.extend(std::iter::repeat_n(String::new(), span - 1));
        }
    }

    fn end_table(&mut self) {
        let Some(mut rows) = self.tables.pop() else { return };
        rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
        if !rows.is_empty() {
            self.add(Block::Table(rows));
        }
    }

    /// Puts the blocks of text boxes behind the paragraph that held them.
    fn unbox(&mut self) {
        for block in std::mem::take(&mut self.boxed) {
            self.add(block);
        }
    }

    fn add(&mut self, block: Block) {
        match self.sinks.last_mut() {
            Some(Sink::Blocks(blocks)) => blocks.push(block),
            Some(Sink::Cell { text, .. }) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                match block {
                    Block::Paragraph { text: line, .. } | Block::Item { text: line, .. } => {
                        text.push_str(line.trim())
                    }
                    Block::Table(rows) => {
                        let rows: Vec<String> = rows
                            .iter()
                            .map(|row| {
                                row.iter()
                                    .map(|cell| cell.trim())
                                    .filter(|cell| !cell.is_empty())
                                    .collect::<Vec<_>>()
                                    .join(", ")
                            })
                            .collect();
                        text.push_str(&rows.join("; "));
                    }
                }
            }
            None => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            let text = text.chars().filter(|c| !is_unreadable(*c));
            paragraph.text.extend(text.map(|c| if c == '\u{a0}' { ' ' } else { c }));
        }
    }

    fn property(&mut self, set: impl FnOnce(&mut Paragraph)) -> Open {
        if self.properties > 0
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            set(paragraph);
        }
        Open::Other
    }

    fn character(&mut self, text: &str) -> Open {
        if !self.hidden {
            self.push(text);
        }
        Open::Other
    }

    fn reference(&mut self, is_endnote: bool, element: &Element<'_>) -> Open {
        if let Some(id) = element.attribute("id").filter(|_| !self.hidden) {
            let next = self.numbers.len() + 1;
            let number = *self.numbers.entry((is_endnote, id.clone())).or_insert(next);
            if number == next {
                self.references.push((is_endnote, id));
            }
            self.push(&format!("[^{number}]"));
        }
        Open::Other
    }

    fn formula(&mut self, sign: &'static str) -> Open {
        self.formulas += 1;
        let start = self.paragraphs.last().map_or(0, |paragraph| paragraph.text.len());
        Open::Formula { sign, start }
    }

    /// Puts the sign before a part of a formula that has ended, and parentheses around it if it is longer than a
    /// character or a number.
    fn end_formula(&mut self, sign: &str, start: usize) {
        self.formulas -= 1;
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let Some(part) = paragraph.text.get(start..).filter(|part| !part.is_empty()) else { return };
        if self.formulas < MAX_FORMULA {
            let simple = part.chars().count() == 1 || part.chars().all(|c| c.is_ascii_digit());
            let part = if simple { format!("{sign}{part}") } else { format!("{sign}({part})") };
            paragraph.text.truncate(start);
            paragraph.text.push_str(&part);
        }
    }
}

/// Whether what stands in an element is no part of the text: what was deleted, how things looked before, the codes of
/// fields, how a cell or a section looks.
fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "del"
            | "moveFrom"
            | "delText"
            | "instrText"
            | "delInstrText"
            | "pPrChange"
            | "rPrChange"
            | "sectPrChange"
            | "tblPrChange"
            | "tcPrChange"
            | "trPrChange"
            | "numberingChange"
            | "sectPr"
            | "sdtPr"
            | "tblPr"
            | "rt"
            | "ctrlPr"
            | "docPr"
            | "cNvPr"
            | "binData"
            | "fldData"
    )
}

fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off")
}
