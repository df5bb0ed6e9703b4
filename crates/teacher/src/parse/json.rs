//! A reader of JSON as models write it.
//!
//! Besides standard JSON it accepts what leaves no doubt about the data:
//!
//! - trailing commas;
//! - comments: `//`, `#`, `/* */` (no `#` right behind a bracket: `[#1]` is a citation);
//! - single-quoted strings, and typographic quotes around a string;
//! - raw line breaks and tabs in strings, and unescaped inner quotes that can be read in one way only (`string.rs`
//!   has the rule);
//! - keys without quotes, if they are identifiers;
//! - Python's `True`, `False` and `None`, and a plus sign before a number.
//!
//! It refuses what would need a guess: text that breaks off, missing commas or values, a key that occurs twice in one
//! object (which of the two was meant?), numbers that a [`Value`] cannot hold (integers beyond 64 bits, which it would
//! round to other integers; `NaN`, `Infinity`, `1e999`), and more than [`MAX_DEPTH`] levels of nesting. Nothing is
//! evaluated: a call, a tuple or any other code is refused. One pass, in time linear in the text.

use serde_json::{Map, Number, Value};

use super::excerpt::found_at;
use super::string::{NoEnd, closing_quote, decode, find_end, is_space};

/// Most levels of objects and arrays inside each other; deeper text is refused.
pub const MAX_DEPTH: usize = 128;

/// Why a text is not the JSON value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} at byte {at}: expected {expected}, found {found}", if *.truncated { "the JSON breaks off" } else { "malformed JSON" })]
pub struct JsonError {
    /// Where reading stopped, in bytes from the start of the text; always on a character boundary.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
    /// What stands there: a short excerpt with control characters escaped, or "the end of the text".
    pub found: String,
    /// Whether the text ended before the value did: an answer that was cut off, not one that is wrong.
    pub truncated: bool,
}

/// Reads a text that is one value, with white space and comments around it.
///
/// # Errors
/// [`JsonError`] if it is anything else, by the rules of this module.
pub fn read(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader::new(text, 0);
    let value = reader.value().and_then(|value| {
        reader.trivia()?;
        if reader.at < text.len() { Err(reader.unexpected("the end of the text")) } else { Ok(value) }
    });
    value.map_err(|failure| failure.into_error(text))
}

/// Reads the value that starts at byte `start`, whatever follows it; returns it and the byte behind it.
///
/// # Errors
/// [`Failure`], cheap to make: a search through prose meets many.
pub(super) fn read_at(text: &str, start: usize) -> Result<(Value, usize), Failure> {
    let mut reader = Reader::new(text, start);
    let value = reader.value()?;
    Ok((value, reader.at))
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text ended before the value did.
    Truncated,
    /// A string may end here or farther on, so all that follows may be inside a string or outside.
    Ambiguous,
    /// Anything else.
    Malformed,
}

/// A failed reading, with what a search needs in order to go on behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// Where reading stopped.
    pub at: usize,
    /// Where to go on: at `at`, or behind the string that holds it.
    pub resume: usize,
    /// Objects and arrays that are open there.
    pub depth: usize,
    pub kind: Kind,
    /// Whether the text was JSON so far: it has a quote where JSON has one, a key, or no end of nesting. Without,
    /// it may as well be prose in brackets, such as `[1]` or `{placeholder}`.
    pub json_like: bool,
    expected: &'static str,
}

impl Failure {
    pub(super) fn into_error(self, text: &str) -> JsonError {
        let Self { at, expected, kind, .. } = self;
        JsonError { at, expected, found: found_at(text, at), truncated: kind == Kind::Truncated }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    json_like: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, depth: 0, json_like: false }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn fail(&self, at: usize, expected: &'static str) -> Failure {
        let kind = if at < self.text.len() { Kind::Malformed } else { Kind::Truncated };
        let (depth, json_like) = (self.depth, self.json_like);
        Failure { at, resume: at.max(self.at), depth, kind, json_like, expected }
    }

    fn unexpected(&self, expected: &'static str) -> Failure {
        self.fail(self.at, expected)
    }

    /// Passes over white space and comments.
    fn trivia(&mut self) -> Result<(), Failure> {
        loop {
            if matches!(self.text.as_bytes().get(self.at), Some(b'!'..=b'"' | b'$'..=b'.' | b'0'..=b'~')) {
                return Ok(());
            }
            let rest = self.rest().trim_start_matches(is_space);
            self.at = self.text.len() - rest.len();
            let length = if rest.starts_with('#') || rest.starts_with("//") {
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                match comment.find("*/") {
                    Some(length) => length + 4,
                    None => return Err(self.fail(self.text.len(), "`*/`")),
                }
            } else {
                return Ok(());
            };
            self.at += length;
        }
    }

    /// Passes over `token` if it is next, after white space and comments.
    fn take(&mut self, token: char) -> Result<bool, Failure> {
        self.trivia()?;
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len_utf8();
        }
        Ok(found)
    }

    fn value(&mut self) -> Result<Value, Failure> {
        self.trivia()?;
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some('-' | '+' | '0'..='9') => self.number(),
            Some(c) => match closing_quote(c) {
                Some(close) => self.string(c, close).map(Value::String),
                None => self.literal(),
            },
            None => Err(self.unexpected("a value")),
        }
    }

    fn nested(&mut self, contents: fn(&mut Self) -> Result<Value, Failure>) -> Result<Value, Failure> {
        if self.depth == MAX_DEPTH {
            self.json_like = true;
            return Err(self.unexpected("at most 128 levels of nesting"));
        }
        self.depth += 1;
        self.at += 1;
        // `[#1]` is a citation and `{#name}` an anchor; as comments they would hide the rest of their line.
        if self.rest().starts_with('#') {
            let mut line = self.rest().chars().take(64).take_while(|c| !matches!(c, '\n' | '\r'));
            self.json_like |= !line.any(|c| matches!(c, '}' | ']'));
            return Err(self.unexpected("white space before a comment"));
        }
        let value = contents(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, Failure> {
        let mut fields = Map::new();
        while !self.take('}')? {
            let start = self.at;
            let key = self.key()?;
            if !self.take(':')? {
                return Err(self.unexpected("`:` after the key"));
            }
            self.json_like = true;
            if fields.contains_key(&key) {
                return Err(Failure {
                    at: start,
                    ..self.unexpected("a key that the object does not have yet")
                });
            }
            let value = self.value()?;
            fields.insert(key, value);
            if !self.take(',')? {
                if self.take('}')? {
                    break;
                }
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        Ok(Value::Object(fields))
    }

    fn array(&mut self) -> Result<Value, Failure> {
        let mut items = Vec::new();
        while !self.take(']')? {
            items.push(self.value()?);
            if !self.take(',')? {
                if self.take(']')? {
                    break;
                }
                return Err(self.unexpected("`,` or `]`"));
            }
        }
        Ok(Value::Array(items))
    }

    fn key(&mut self) -> Result<String, Failure> {
        const EXPECTED: &str = "a key or `}`";
        let first = self.peek().ok_or_else(|| self.unexpected(EXPECTED))?;
        if let Some(close) = closing_quote(first) {
            return self.string(first, close);
        }
        match self.word() {
            "" => Err(self.unexpected(EXPECTED)),
            word => {
                self.at += word.len();
                Ok(word.to_owned())
            }
        }
    }

    /// The identifier that is next, or nothing: letters, digits, `_`, `$`, and `-` inside; no digit first.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$')) {
            return "";
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '-'));
        &rest[..end.unwrap_or(rest.len())]
    }

    fn literal(&mut self) -> Result<Value, Failure> {
        let word = self.word();
        let value = match word {
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            "null" | "None" => Value::Null,
            _ => return Err(self.unexpected("a value")),
        };
        self.at += word.len();
        Ok(value)
    }

    fn string(&mut self, open: char, close: char) -> Result<String, Failure> {
        self.json_like = true;
        let start = self.at + open.len_utf8();
        let end = match find_end(self.text, start, open, close) {
            Ok(end) => end,
            Err(NoEnd::Unclosed) => return Err(self.fail(self.text.len(), "the end of a string")),
            Err(NoEnd::Ambiguous(at)) => {
                let failure = self.fail(at, "inner quotes with a backslash before them");
                return Err(Failure { kind: Kind::Ambiguous, resume: at + close.len_utf8(), ..failure });
            }
        };
        self.at = end + close.len_utf8();
        decode(&self.text[start..end]).map_err(|(at, expected)| self.fail(start + at, expected))
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let whole = sign + digits(&rest[sign..]);
        let mut end = whole;
        if whole == sign {
            return Err(self.fail(self.at + end, "a digit"));
        }
        if whole - sign > 1 && rest[sign..].starts_with('0') {
            return Err(self.unexpected("a number without a leading zero"));
        }
        for (mark, signed) in [(['.', '.'], false), (['e', 'E'], true)] {
            if rest[end..].starts_with(mark) {
                end += 1;
                end += usize::from(signed && rest[end..].starts_with(['-', '+']));
                let length = digits(&rest[end..]);
                if length == 0 {
                    return Err(self.fail(self.at + end, "a digit"));
                }
                end += length;
            }
        }
        let number = exact(rest[..end].trim_start_matches('+'), end == whole)
            .ok_or_else(|| self.unexpected("a number that 64 bits can hold"))?;
        self.at += end;
        Ok(Value::Number(number))
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The number as `serde_json` represents it. An integer stays exact or is refused: rounding an identifier of
/// twenty digits would make up another one.
fn exact(text: &str, integer: bool) -> Option<Number> {
    if !integer || text == "-0" {
        return text.parse().ok().and_then(Number::from_f64);
    }
    text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok()
}
