//! What an action says.

use std::fmt;

use serde_json::{Map, Value};

use super::super::excerpt::excerpt;
use super::super::json::read_at;
use super::marks::next_mark;
use super::repair::repaired;

/// Most characters of a query or an answer.
pub const MOST_CHARACTERS: usize = 4_000;

/// Most white space and words between the mark of an action and its fence, in bytes.
const MOST_BEFORE_FENCE: usize = 200;

/// What the line that opens a fence may say of what is in it.
const LANGUAGES: [&str; 10] =
    ["json", "python", "py", "json5", "text", "txt", "plaintext", "javascript", "js", "action"];

/// What a step does: one of the two things that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Looks for something.
    Search {
        /// What; trimmed and not empty.
        query: String,
    },
    /// Ends the chain.
    Finish {
        /// The answer to the question; trimmed and not empty.
        answer: String,
    },
}

impl Action {
    /// The name of the function that it calls.
    pub fn function(&self) -> &'static str {
        match self {
            Self::Search { .. } => "search",
            Self::Finish { .. } => "finish",
        }
    }

    /// The name of the function's only parameter.
    pub fn parameter(&self) -> &'static str {
        match self {
            Self::Search { .. } => "query",
            Self::Finish { .. } => "answer",
        }
    }

    /// The query or the answer.
    pub fn text(&self) -> &str {
        match self {
            Self::Search { query } => query,
            Self::Finish { answer } => answer,
        }
    }

    /// The action of a function with this parameter.
    pub(super) fn of(function: &str, parameter: &str, text: &str) -> Result<Self, String> {
        let wanted = match function {
            "search" => "query",
            "finish" => "answer",
            other => {
                let found = excerpt(other);
                return Err(format!("the action calls {found}; there are only `search` and `finish`"));
            }
        };
        if parameter != wanted {
            return Err(format!(
                "`{function}` takes `{wanted}` and nothing else, found {}",
                excerpt(parameter)
            ));
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("the {wanted} of the action is blank"));
        }
        let length = text.chars().count();
        if length > MOST_CHARACTERS {
            return Err(format!(
                "the {wanted} of the action has {length} characters, more than {MOST_CHARACTERS}"
            ));
        }
        Ok(match function {
            "search" => Self::Search { query: text.to_owned() },
            _ => Self::Finish { answer: text.to_owned() },
        })
    }
}

/// A Python literal, which is JSON but for the quotes: `{'function': 'search', 'parameters': {'query': '…'}}`. As Python writes
/// it, a text with an apostrophe stands between double quotes.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{'function': '{}', 'parameters': {{'{}': ", self.function(), self.parameter())?;
        let text = self.text();
        let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
        write!(f, "{quote}")?;
        for c in text.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                // A fence within the text would end the one around it.
                '`' if text.contains("```") => f.write_str("\\u0060")?,
                c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
                c if c == quote => write!(f, "\\{c}")?,
                c => write!(f, "{c}")?,
            }
        }
        write!(f, "{quote}}}}}")
    }
}

/// Reads an action: an object with `function` and `parameters` and nothing else, as a Python literal or as JSON.
///
/// Form is repaired as [`json`](super::super::json()) does it, and beyond that quotes within the query or the answer, since the
/// shape of an action leaves no doubt about where its only text ends. Everything else is refused: calls, operators, f-strings,
/// other functions, further parameters, values that are no texts. Nothing is ever evaluated.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn action(text: &str) -> Result<Action, String> {
    let text = text.trim();
    if !text.starts_with('{') {
        return Err(format!("the action must be an object and nothing else, found {}", excerpt(text)));
    }
    let (action, end) = read_action(text, 0, text.len())?;
    match text[end..].trim() {
        "" => Ok(action),
        rest => Err(format!("something follows the action: {}", excerpt(rest))),
    }
}

/// The action behind the mark that ends at this byte.
pub(super) fn first_action(text: &str, from: usize) -> Result<Action, String> {
    let nothing = |at: usize| {
        let found = excerpt(text[at..].trim_start());
        format!("an object in a fence must follow the mark of the action, found {found}")
    };
    let start = from + text[from..].find(['{', '`', '~']).ok_or_else(|| nothing(from))?;
    let run = fence(&text[start..]);
    let before = &text[from..start];
    if run >= 3 {
        // Words before the fence are harmless, code is not in a fence yet.
        if before.len() > MOST_BEFORE_FENCE || next_mark(before, 0).is_some() {
            return Err(nothing(from));
        }
        return fenced(text, start, run);
    }
    if !before.trim().is_empty() || run == 2 {
        return Err(nothing(from));
    }
    bare(text, start, run)
}

/// How many backquotes or tildes stand here in a row.
fn fence(text: &str) -> usize {
    let mark = text.as_bytes().first().copied().unwrap_or_default();
    match mark {
        b'`' | b'~' => text.bytes().take_while(|byte| *byte == mark).count(),
        _ => 0,
    }
}

/// The action in the fence that opens here.
fn fenced(text: &str, at: usize, run: usize) -> Result<Action, String> {
    let mark = &text[at..at + run];
    let start = at + run;
    let mut start = text.len() - text[start..].trim_start().len();
    let word = text[start..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let behind = &text[start + word.len()..];
    if LANGUAGES.iter().any(|known| known.eq_ignore_ascii_case(word))
        && behind.starts_with(|c: char| c.is_whitespace() || c == '{')
    {
        start = text.len() - behind.trim_start().len();
    }
    if !text[start..].starts_with('{') {
        return Err(format!(
            "the action must be an object and nothing else, found {}",
            excerpt(&text[start..])
        ));
    }
    // A fence that is not closed ends with the text, or where the next part of a chain begins.
    let block = |from: usize| {
        let closed = text[from..].find(mark).map(|ahead| from + ahead);
        closed.or_else(|| next_mark(text, from).map(|mark| mark.start)).unwrap_or(text.len())
    };
    let (action, end) = read_action(&text[..block(start)], start, block(start))?;
    let rest = text[end..block(end)].trim();
    if rest.is_empty() {
        return Ok(action);
    }
    // The same thing said twice is no second action.
    match self::action(rest) {
        Ok(other) if other == action => Ok(action),
        Ok(_) => Err("the fence holds two different actions".to_owned()),
        Err(_) => Err(format!("something follows the action in its fence: {}", excerpt(rest))),
    }
}

/// The action that stands in no fence, perhaps between single backquotes.
fn bare(text: &str, at: usize, quotes: usize) -> Result<Action, String> {
    let start = at + quotes;
    if !text[start..].starts_with('{') {
        return Err(format!(
            "the action must be an object and nothing else, found {}",
            excerpt(&text[start..])
        ));
    }
    let text = &text[..next_mark(text, start).map_or(text.len(), |mark| mark.start)];
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |ahead| from + ahead);
    let (action, end) = read_action(text, start, line_end(start))?;
    let rest = &text[end..line_end(end)];
    let rest = if quotes == 1 {
        rest.strip_prefix('`').ok_or_else(|| format!("something follows the action: {}", excerpt(rest)))?
    } else {
        rest
    };
    let prose = rest.trim();
    let is_prose = rest.starts_with(char::is_whitespace)
        && prose.starts_with(char::is_alphabetic)
        && !prose.contains('{');
    if prose.is_empty() || prose == "." || is_prose {
        Ok(action)
    } else {
        Err(format!("something follows the action: {}", excerpt(prose)))
    }
}

/// The action whose bracket stands at `start`, and the byte behind it; `block` is where it ends at the latest if it has to be
/// repaired.
fn read_action(text: &str, start: usize, block: usize) -> Result<(Action, usize), String> {
    match read_at(text, start) {
        Ok((Value::Object(fields), end)) => Ok((of_fields(&fields)?, end)),
        Ok(_) => Err("the action must be an object".to_owned()),
        Err(failure) => match repaired(text[start..block].trim_end()) {
            Some(action) => Ok((action?, block)),
            None => Err(format!("the action cannot be read: {}", failure.into_error(text))),
        },
    }
}

/// The action that an object is.
fn of_fields(fields: &Map<String, Value>) -> Result<Action, String> {
    let other = fields.keys().find(|name| !matches!(name.as_str(), "function" | "parameters"));
    if let Some(other) = other {
        let found = excerpt(other);
        return Err(format!("an action has `function` and `parameters` and nothing else, found {found}"));
    }
    let Some(Value::String(function)) = fields.get("function") else {
        return Err("`function` must be the name of one".to_owned());
    };
    let Some(Value::Object(parameters)) = fields.get("parameters") else {
        return Err("`parameters` must be an object".to_owned());
    };
    let mut parameters = parameters.iter();
    match (parameters.next(), parameters.next()) {
        (Some((name, Value::String(text))), None) => Action::of(function, name, text),
        (Some((name, _)), None) => Err(format!("the parameter {} must be a text", excerpt(name))),
        (None, _) => Err(format!("{} has no parameter", excerpt(function))),
        (_, Some((name, _))) => {
            Err(format!("{} has a parameter too many: {}", excerpt(function), excerpt(name)))
        }
    }
}
