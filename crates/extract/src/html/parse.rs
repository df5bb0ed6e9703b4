//! A page's bytes to tokens, which `html5gum` reads as the standard has it, and these to the tree's builder.

use html5gum::emitters::Emitter;
use html5gum::{State, Tokenizer};

use super::build::{Builder, MAX_NODES, StartTag};
use super::tag::Tag;
use super::tree::{Attr, Tree};
use crate::{Error, Limits, Reason};

/// The most attributes that are kept of an element.
const MAX_ATTRIBUTES: usize = 32;
/// The most bytes that are kept of a tag's or an attribute's name.
const MAX_NAME: usize = 24;
/// The most bytes that are kept of an attribute's value.
const MAX_VALUE: usize = 16 << 10;
/// The most bytes of a page: places in it are counted with 32 bits, and a character reference can be shorter than its
/// character.
const MAX_PAGE: usize = 2 << 30;
/// How many tokens pass between two looks at the clock.
const TOKENS_BETWEEN_CHECKS: u32 = 4096;

/// Parses a page. In XML `<p/>` is an empty paragraph; in HTML it is the start of one.
pub(super) fn parse(html: &str, xml: bool, limits: &Limits) -> Result<Tree, Error> {
    limits.check_bytes(html.len())?;
    if html.len() > MAX_PAGE {
        return Err(Error::new(Reason::TooLarge, "is larger than 2 GiB; split it, or leave it out"));
    }
    // The tokenizer gives its emitter back to nobody, so the tree comes as its last token.
    for token in Tokenizer::new_with_emitter(html, Reader::new(html.len(), xml)) {
        let Ok(token) = token;
        limits.check_time()?;
        match token {
            Token::Pause => {}
            Token::TooLarge => {
                return Err(Error::new(
                    Reason::TooLarge,
                    format!("has more than {MAX_NODES} elements; split it, or leave it out"),
                ));
            }
            Token::Tree(tree) => return Ok(*tree),
        }
    }
    Err(Error::new(Reason::Broken, "cannot be read as HTML; get a new copy of it"))
}

/// What the emitter has to say.
enum Token {
    /// Some work is done: the time may be up.
    Pause,
    /// There are too many nodes.
    TooLarge,
    /// The page has ended.
    Tree(Box<Tree>),
}

/// What stands between `<` and `>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Start,
    End,
    /// A comment or the like.
    Nothing,
}

/// Gathers names and attributes to tags.
struct Reader {
    builder: Option<Builder>,
    tree: Option<Box<Tree>>,
    xml: bool,
    reading: Reading,
    name: Vec<u8>,
    last_start: Vec<u8>,
    attribute_name: Vec<u8>,
    attribute_value: Vec<u8>,
    /// The current tag's attributes and where each value ends in `values`.
    attributes: Vec<(Attr, usize)>,
    values: Vec<u8>,
    hidden: bool,
    self_closing: bool,
    tokens: u32,
}

impl Reader {
    fn new(bytes: usize, xml: bool) -> Self {
        Self {
            builder: Some(Builder::new(bytes, xml)),
            tree: None,
            xml,
            reading: Reading::Nothing,
            name: Vec::new(),
            last_start: Vec::new(),
            attribute_name: Vec::new(),
            attribute_value: Vec::new(),
            attributes: Vec::new(),
            values: Vec::new(),
            hidden: false,
            self_closing: false,
            tokens: 0,
        }
    }

    fn begin_tag(&mut self, reading: Reading) {
        self.reading = reading;
        self.name.clear();
        self.attribute_name.clear();
        self.attribute_value.clear();
        self.attributes.clear();
        self.values.clear();
        self.hidden = false;
        self.self_closing = false;
    }

    /// Puts the attribute that was read last on the current tag; of two with the same name the first one counts.
    fn finish_attribute(&mut self) {
        let value = &self.attribute_value;
        match self.attribute_name.as_slice() {
            b"" => {}
            // Found on demand, the content is not hidden from its readers.
            b"hidden" => self.hidden |= !value.eq_ignore_ascii_case(b"until-found"),
            b"aria-hidden" => self.hidden |= value.eq_ignore_ascii_case(b"true"),
            b"style" => self.hidden |= hides(value),
            name => {
                if let Some(name) = Attr::of(name)
                    && self.attributes.len() < MAX_ATTRIBUTES
                    && self.attributes.iter().all(|(found, _)| *found != name)
                {
                    self.values.extend_from_slice(value);
                    self.attributes.push((name, self.values.len()));
                }
            }
        }
        self.attribute_name.clear();
        self.attribute_value.clear();
    }
}

/// Whether a style keeps its element from being shown.
fn hides(style: &[u8]) -> bool {
    let compact: Vec<u8> =
        style.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
    compact
        .split(|byte| *byte == b';')
        .any(|rule| rule.starts_with(b"display:none") || rule.starts_with(b"visibility:hidden"))
}

/// Appends bytes as long as there is room: nobody compares longer names.
fn push_capped(buffer: &mut Vec<u8>, bytes: &[u8], most: usize) {
    let room = most.saturating_sub(buffer.len());
    buffer.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

impl Emitter for Reader {
    type Token = Token;

    fn pop_token(&mut self) -> Option<Token> {
        if let Some(tree) = self.tree.take() {
            return Some(Token::Tree(tree));
        }
        if self.tokens < TOKENS_BETWEEN_CHECKS {
            return None;
        }
        self.tokens = 0;
        let full = self.builder.as_ref().is_some_and(Builder::is_full);
        Some(if full { Token::TooLarge } else { Token::Pause })
    }

    fn emit_eof(&mut self) {
        self.tree = self.builder.take().map(|builder| Box::new(builder.finish()));
    }

    fn emit_string(&mut self, text: &[u8]) {
        self.tokens += 1;
        if let Some(builder) = &mut self.builder {
            builder.text(text);
        }
    }

    fn init_start_tag(&mut self) {
        self.begin_tag(Reading::Start);
    }

    fn init_end_tag(&mut self) {
        self.begin_tag(Reading::End);
    }

    fn push_tag_name(&mut self, bytes: &[u8]) {
        push_capped(&mut self.name, bytes, MAX_NAME);
    }

    fn init_attribute(&mut self) {
        self.tokens += 1;
        self.finish_attribute();
    }

    fn push_attribute_name(&mut self, bytes: &[u8]) {
        push_capped(&mut self.attribute_name, bytes, MAX_NAME);
    }

    fn push_attribute_value(&mut self, bytes: &[u8]) {
        push_capped(&mut self.attribute_value, bytes, MAX_VALUE);
    }

    fn set_self_closing(&mut self) {
        self.self_closing = true;
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.tokens += 1;
        self.finish_attribute();
        let builder = self.builder.as_mut()?;
        let tag = Tag::of(&self.name);
        match std::mem::replace(&mut self.reading, Reading::Nothing) {
            Reading::Start => {
                self.last_start.clone_from(&self.name);
                builder.start(&StartTag {
                    tag,
                    attributes: &self.attributes,
                    values: &self.values,
                    hidden: self.hidden,
                    self_closing: self.self_closing,
                })
            }
            Reading::End => {
                builder.end(tag);
                None
            }
            Reading::Nothing => None,
        }
    }

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start = name.unwrap_or_default().to_vec();
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.reading == Reading::End && self.name == self.last_start
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.xml || self.builder.as_ref().is_some_and(Builder::is_foreign)
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn init_comment(&mut self) {
        self.tokens += 1;
        self.reading = Reading::Nothing;
    }

    fn init_doctype(&mut self) {
        self.reading = Reading::Nothing;
    }

    // Nothing is read from the rest.
    fn emit_error(&mut self, _: html5gum::Error) {}
    fn emit_current_comment(&mut self) {}
    fn emit_current_doctype(&mut self) {}
    fn set_force_quirks(&mut self) {}
    fn push_comment(&mut self, _: &[u8]) {}
    fn push_doctype_name(&mut self, _: &[u8]) {}
    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}
}
