//! Follows instructions.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::form::Kept;
use super::matrix::Matrix;
use super::pen::Pen;
use super::state::{Saved, State};
use super::words::{Mark, Words};
use crate::pdf::font::{Font, Texts};
use crate::pdf::metadata;
use crate::pdf::syntax::{Dict, File, Lexer, Object, Parser, Token, is_space, unescape_name};

/// Forms within forms.
const MAX_FORMS: usize = 16;

/// Operands of one instruction; the pieces of a line in `TJ` are the most there are.
const MAX_OPERANDS: usize = 10_000;

/// From so many bytes on a string may be drawn with its letters apart for the look of it.
const SPREAD_BYTES: usize = 5;

/// Marked content within each other.
const MAX_MARKED: usize = 200;

/// Reads pages, one after another: what they share is kept between them.
#[derive(Debug)]
pub(crate) struct Interpreter<'f, 'b> {
    file: &'f File<'b>,
    kept: Kept,
    texts: Texts,
}

/// An operand of an instruction. Arrays lie open: only `TJ` has one that matters.
#[derive(Debug, Clone)]
enum Operand {
    Number(f64),
    /// Of the instructions' bytes.
    Name(Range<usize>),
    /// Of the bytes of strings.
    String(Range<usize>),
    /// A dictionary.
    Dict(Rc<Dict>),
}

/// What is drawn, while it is.
struct Run<'r> {
    words: &'r mut Words,
    /// The marked content one is in: whether it is decoration of the page.
    marked: Vec<bool>,
    /// How deep the marked content stands whose text the file gives, its text, and what was drawn of it.
    replaced: Option<(usize, String, Option<Mark>)>,
    /// The forms one is in.
    forms: Vec<usize>,
}

impl<'f, 'b> Interpreter<'f, 'b> {
    pub(crate) fn new(file: &'f File<'b>) -> Self {
        Self { file, kept: Kept::default(), texts: Texts::default() }
    }

    /// The words of a page: of its instructions, what they refer to, the map from their coordinates to those of the page
    /// as it is read, and its width and height.
    pub(crate) fn words(&mut self, data: &[u8], resources: &Rc<Dict>, page: Matrix, size: [f32; 2]) -> Words {
        let mut words = Words::new(size);
        let mut run = Run { words: &mut words, marked: Vec::new(), replaced: None, forms: Vec::new() };
        self.run(data, resources, State::new(page), &mut run);
        words
    }

    fn run(&mut self, data: &[u8], resources: &Rc<Dict>, state: State, run: &mut Run<'_>) {
        let fonts = self.file.get_dict(resources, b"Font").unwrap_or_default();
        let forms = self.file.get_dict(resources, b"XObject").unwrap_or_default();
        let mut page = Instructions {
            reader: self,
            run,
            data,
            resources,
            fonts,
            forms,
            known_fonts: HashMap::new(),
            state,
            saved: Saved::default(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            strings: Vec::new(),
            operands: Vec::new(),
        };
        page.follow();
    }
}

/// The instructions of a page or a form.
struct Instructions<'i, 'f, 'b, 'r> {
    reader: &'i mut Interpreter<'f, 'b>,
    run: &'i mut Run<'r>,
    data: &'i [u8],
    resources: &'i Rc<Dict>,
    fonts: Rc<Dict>,
    forms: Rc<Dict>,
    known_fonts: HashMap<Vec<u8>, Option<Rc<Font>>>,
    state: State,
    saved: Saved,
    /// From the coordinates of text to those of the instructions: of the next glyph, and of the line's start.
    text: Matrix,
    line: Matrix,
    strings: Vec<u8>,
    operands: Vec<Operand>,
}

impl Instructions<'_, '_, '_, '_> {
    fn follow(&mut self) {
        let mut lexer = Lexer::new(self.data, 0);
        let mut last = 0;
        loop {
            match lexer.next(&mut self.strings) {
                Token::End => return,
                Token::Number(number) => self.operand(Operand::Number(number)),
                Token::String(range) => self.operand(Operand::String(range)),
                Token::Name(name) => {
                    let end = lexer.at;
                    self.operand(Operand::Name(end - name.len()..end));
                }
                Token::DictStart => {
                    let mut parser = Parser::new(self.data, lexer.at - 2);
                    if let Some(dict) = parser.dict() {
                        self.operand(Operand::Dict(dict));
                        lexer.at = parser.lexer.at;
                    } else if !self.reader.file.budget.work(parser.lexer.at - lexer.at) {
                        return;
                    }
                }
                Token::ArrayStart | Token::ArrayEnd | Token::DictEnd => {}
                Token::Keyword(word) => {
                    if word == b"BI" {
                        skip_inline_image(&mut lexer);
                    } else {
                        self.instruction(word);
                    }
                    self.operands.clear();
                    self.strings.clear();
                    if !self.reader.file.budget.work(lexer.at - last) {
                        return;
                    }
                    last = lexer.at;
                }
            }
        }
    }

    fn operand(&mut self, operand: Operand) {
        if self.operands.len() < MAX_OPERANDS {
            self.operands.push(operand);
        }
    }

    /// The last numbers before the instruction.
    fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let from = self.operands.len().checked_sub(N)?;
        let mut numbers = [0.0; N];
        for (number, operand) in numbers.iter_mut().zip(&self.operands[from..]) {
            let Operand::Number(value) = operand else { return None };
            *number = *value;
        }
        Some(numbers)
    }

    fn set(&mut self, field: impl FnOnce(&mut State) -> &mut f64) {
        if let Some([number]) = self.numbers() {
            *field(&mut self.state) = number;
        }
    }

    fn instruction(&mut self, word: &[u8]) {
        match word {
            b"q" => self.saved.push(&self.state),
            b"Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                if let Some(numbers) = self.numbers() {
                    self.state.page = Matrix(numbers).then(self.state.page);
                }
            }
            b"BT" => (self.text, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tf" => self.set_font(),
            b"Tc" => self.set(|state| &mut state.character_gap),
            b"Tw" => self.set(|state| &mut state.word_gap),
            b"TL" => self.set(|state| &mut state.leading),
            b"Ts" => self.set(|state| &mut state.rise),
            b"Tz" => {
                if let Some([percent]) = self.numbers() {
                    self.state.stretch = percent / 100.0;
                }
            }
            b"Td" => {
                if let Some([x, y]) = self.numbers() {
                    self.next_line(x, y);
                }
            }
            b"TD" => {
                if let Some([x, y]) = self.numbers() {
                    self.state.leading = -y;
                    self.next_line(x, y);
                }
            }
            b"Tm" => {
                if let Some(numbers) = self.numbers() {
                    (self.text, self.line) = (Matrix(numbers), Matrix(numbers));
                }
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tj" | b"TJ" => self.show(),
            b"'" => {
                self.next_line(0.0, -self.state.leading);
                self.show();
            }
            b"\"" => {
                if let [Operand::Number(word_gap), Operand::Number(character_gap), _] = self.operands[..] {
                    (self.state.word_gap, self.state.character_gap) = (word_gap, character_gap);
                }
                self.operands.drain(..self.operands.len().saturating_sub(1));
                self.next_line(0.0, -self.state.leading);
                self.show();
            }
            b"Do" => self.draw_form(),
            b"gs" => self.set_graphics(),
            b"BMC" => self.begin_marked(),
            b"BDC" => self.begin_marked(),
            b"EMC" => self.end_marked(),
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::translation(x, y).then(self.line);
        self.text = self.line;
    }

    fn name(&self, at: usize) -> Option<&[u8]> {
        match self.operands.get(at)? {
            Operand::Name(range) => self.data.get(range.clone()),
            _ => None,
        }
    }

    fn set_font(&mut self) {
        let [.., Operand::Name(name), Operand::Number(size)] = &self.operands[..] else { return };
        self.state.size = *size;
        let name = &self.data[name.clone()];
        if let Some(font) = self.known_fonts.get(name) {
            self.state.font.clone_from(font);
            return;
        }
        let object = self.fonts.raw(&unescape_name(name));
        let font = self.reader.kept.font(self.reader.file, object, &mut self.reader.texts);
        self.known_fonts.insert(name.to_vec(), font.clone());
        self.state.font = font;
    }

    /// The one graphics parameter that matters: a font.
    fn set_graphics(&mut self) {
        let Some(name) = self.name(0) else { return };
        let file = self.reader.file;
        let states = file.get_dict(self.resources, b"ExtGState").unwrap_or_default();
        let Some(parameters) = file.get_dict(&states, &unescape_name(name)) else { return };
        if let Object::Array(font) = file.get(&parameters, b"Font")
            && let [font, size] = &*font
        {
            self.state.size = file.resolve(size).number().unwrap_or(0.0);
            self.state.font = self.reader.kept.font(file, font, &mut self.reader.texts);
        }
    }

    fn draw_form(&mut self) {
        let Some(name) = self.name(0) else { return };
        let file = self.reader.file;
        let object = file.get(&self.forms, &unescape_name(name));
        let Some(stream) = object.stream() else { return };
        if file.get(&stream.dict, b"Subtype").name() != Some(b"Form") || self.run.forms.len() >= MAX_FORMS {
            return;
        }
        // A form that draws itself would do so without end.
        if self.run.forms.contains(&stream.data.start) {
            return;
        }
        let Some(form) = self.reader.kept.form(file, stream) else { return };
        let mut state = self.state.clone();
        state.page = form.matrix.then(state.page);
        let resources = form.resources.as_ref().unwrap_or(self.resources);
        self.run.forms.push(stream.data.start);
        self.reader.run(&form.data, resources, state, self.run);
        self.run.forms.pop();
    }

    /// Marked content: what decorates the page, and what has a text of its own.
    fn begin_marked(&mut self) {
        let is_artifact = self.run.marked.last().is_some_and(|within| *within);
        if self.run.marked.len() >= MAX_MARKED {
            return;
        }
        let tag = self.name(0).unwrap_or_default();
        let file = self.reader.file;
        let properties = match self.operands.get(1) {
            Some(Operand::Dict(dict)) => Some(Rc::clone(dict)),
            Some(Operand::Name(range)) => file
                .get_dict(self.resources, b"Properties")
                .and_then(|all| file.get_dict(&all, &unescape_name(&self.data[range.clone()]))),
            _ => None,
        };
        let kind = properties.as_ref().map(|dict| file.get(dict, b"Type"));
        let is_pagination = tag == b"Artifact"
            && kind.as_ref().and_then(Object::name).is_some_and(|kind| kind == b"Pagination");
        self.run.marked.push(is_artifact || is_pagination);
        if self.run.replaced.is_none()
            && let Some(text) = properties.map(|dict| file.get(&dict, b"ActualText"))
            && let Some(text) = text.string()
        {
            self.run.replaced = Some((self.run.marked.len(), metadata::text(text), None));
        }
    }

    fn end_marked(&mut self) {
        if self.run.replaced.as_ref().is_some_and(|(depth, ..)| *depth >= self.run.marked.len())
            && let Some((_, text, mark)) = self.run.replaced.take()
            && let Some(mark) = mark
        {
            self.run.words.replace(&text, &mark, &mut self.reader.texts);
        }
        self.run.marked.pop();
    }

    /// Whether a gap between characters is there for the look of it, within words.
    ///
    /// In a few letters it is a blank: some programs write `windows how` as `windo`, `ws` far apart, `how`, and take
    /// the gap back with a step where no blank belongs.
    fn is_spread(&self, operands: &[Operand]) -> bool {
        let gap = self.state.character_gap;
        let takes_back = |step: f64| step / 1000.0 * self.state.size > 0.5 * gap;
        let bytes = |operand: &Operand| if let Operand::String(range) = operand { range.len() } else { 0 };
        gap <= 0.0
            || operands.iter().map(bytes).sum::<usize>() >= SPREAD_BYTES
                && !operands
                    .iter()
                    .any(|operand| matches!(operand, Operand::Number(step) if takes_back(*step)))
    }

    /// Draws the strings among the operands, with the steps between them.
    fn show(&mut self) {
        let Some(font) = self.state.font.clone() else { return };
        let is_artifact = self.run.marked.last().is_some_and(|within| *within);
        let mut pen = Pen::new(&self.state, self.text, &font, is_artifact);
        let operands = std::mem::take(&mut self.operands);
        let is_spread = self.is_spread(&operands);
        for operand in &operands {
            match operand {
                Operand::Number(step) => pen.adjust(step / 1000.0 * self.state.size),
                Operand::String(range) => {
                    let mut bytes = &self.strings[range.clone()];
                    while !bytes.is_empty() {
                        let (glyph, length) = font.glyph(bytes, &mut self.reader.texts);
                        let is_blank = length == 1 && bytes[0] == b' ';
                        let gap = self.state.character_gap + if is_blank { self.state.word_gap } else { 0.0 };
                        let (inner, outer) = if is_spread || is_blank { (gap, 0.0) } else { (0.0, gap) };
                        let mark = pen.glyph(glyph.text, f64::from(glyph.width) * self.state.size + inner);
                        pen.step(outer);
                        match &mut self.run.replaced {
                            None => self.run.words.push(&mark, &self.reader.texts),
                            Some((_, _, Some(whole))) => whole.to = mark.to,
                            Some((_, _, first)) => *first = Some(mark),
                        }
                        bytes = &bytes[length.min(bytes.len())..];
                    }
                }
                Operand::Name(_) | Operand::Dict(_) => {}
            }
        }
        self.text = pen.finish(self.text);
        self.operands = operands;
    }
}

/// Passes an image within the instructions: its end is a word `EI` that instructions follow.
fn skip_inline_image(lexer: &mut Lexer<'_>) {
    let bytes = lexer.bytes;
    let mut at =
        memchr::memmem::find(&bytes[lexer.at..], b"ID").map_or(bytes.len(), |found| lexer.at + found + 2);
    while let Some(found) = memchr::memmem::find(&bytes[at.min(bytes.len())..], b"EI") {
        let start = at + found;
        at = start + 2;
        let follows = &bytes[at..bytes.len().min(at + 12)];
        let is_word = is_space(bytes[start - 1]) && follows.first().is_none_or(|byte| is_space(*byte));
        // Compressed data are seldom plain text for so long.
        if is_word && follows.iter().all(|byte| is_space(*byte) || (0x20..0x7f).contains(byte)) {
            lexer.at = at;
            return;
        }
    }
    lexer.at = bytes.len();
}
