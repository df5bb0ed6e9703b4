//! Actions with quotes in their text that no backslash stands before, of which the general rules for strings cannot tell where
//! the text ends: `'query': 'Who is 'The Rock', really?'`.
//!
//! An action has a single text that is free, and all around it is known. So the text begins behind the known words and ends
//! before the known brackets at the end of the block, unless one of the quotes in it could end it as well, or what stands there
//! could be an expression: then nobody knows, and the action is refused.

use super::super::string::{closing_quote, count, decode};
use super::action::Action;

/// The action that a whole block says; `None` if it is none that can be repaired.
pub(super) fn repaired(block: &str) -> Option<Result<Action, String>> {
    let mut front = Cursor(block);
    front.token('{')?;
    let (function, parameter, quoted) = match front.word()? {
        "function" => {
            front.token(':')?;
            let function = front.word()?;
            front.token(',')?;
            (front.word()? == "parameters").then_some(())?;
            let (parameter, rest) = front.parameter()?;
            (function, parameter, without_end(rest, None)?)
        }
        "parameters" => {
            let (parameter, rest) = front.parameter()?;
            let (rest, function) = without_function(rest)?;
            (function, parameter, rest)
        }
        _ => return None,
    };
    let text = inner(quoted)?;
    let text = decode(text).ok()?;
    Some(Action::of(function, parameter, &text))
}

/// What is left of a text, from its front.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Passes over one character, after white space.
    fn token(&mut self, token: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    /// Passes over a name between quotes.
    fn word(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let open = rest.chars().next()?;
        let close = closing_quote(open)?;
        let rest = &rest[open.len_utf8()..];
        let length = rest.find(|c: char| !c.is_ascii_alphabetic())?;
        self.0 = rest[length..].strip_prefix(close)?;
        Some(&rest[..length])
    }

    /// Passes over `: {'query':`, and returns the name and what follows.
    fn parameter(&mut self) -> Option<(&'a str, &'a str)> {
        self.token(':')?;
        self.token('{')?;
        let name = self.word()?;
        self.token(':')?;
        Some((name, self.0.trim_start()))
    }
}

/// A text without `token` at its end, which white space may stand before and behind.
fn without(text: &str, token: char) -> Option<&str> {
    text.trim_end().strip_suffix(token)
}

/// A text without the brackets at its end that close an action, and the commas before them; `between` is what may stand between
/// the two brackets.
fn without_end<'a>(text: &'a str, between: Option<fn(&'a str) -> Option<&'a str>>) -> Option<&'a str> {
    let comma = |text: &'a str| without(text, ',').unwrap_or(text);
    let text = comma(without(text, '}')?);
    let text = match between {
        Some(between) => between(text)?,
        None => text,
    };
    Some(comma(without(text, '}')?).trim_end())
}

/// A text without `}, 'function': 'search'}` at its end, and the name of the function.
fn without_function(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind("function")?;
    let mut behind = Cursor(&text[at + "function".len()..]);
    let open = text[..at].chars().next_back()?;
    behind.0 = behind.0.strip_prefix(closing_quote(open)?)?;
    behind.token(':')?;
    let function = behind.word()?;
    let rest = behind.0.trim();
    matches!(rest, "}" | ",}").then_some(())?;
    let before = without(&text[..at - open.len_utf8()], ',')?;
    let before = without(before, '}')?;
    Some((without(before, ',').unwrap_or(before).trim_end(), function))
}

/// What stands between the quotes of a text, if the last of them ends it beyond doubt.
fn inner(quoted: &str) -> Option<&str> {
    let open = quoted.chars().next()?;
    let close = closing_quote(open)?;
    let text = quoted[open.len_utf8()..].strip_suffix(close)?;
    let mut inner_open = 0_usize;
    let mut previous = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            // The last quote may not be escaped itself.
            previous = Some(chars.next()?.1);
            continue;
        }
        if c == close {
            let after = &text[at + c.len_utf8()..];
            if could_end(after, close) {
                return None;
            }
            inner_open = count(inner_open, previous, after.chars().next(), c);
        } else if c == open {
            inner_open += 1;
        }
        previous = Some(c);
    }
    (inner_open == 0).then_some(text)
}

/// Whether a text could end before what stands here: at a bracket, at another key, or as a part of an expression.
fn could_end(after: &str, close: char) -> bool {
    let rest = after.trim_start();
    let is_key = |text: &str| {
        let name = text.trim_start().trim_start_matches(['\'', '"', '‘', '’', '“', '”']);
        ["function", "parameters", "query", "answer"].iter().any(|key| name.starts_with(key))
    };
    match rest.chars().next() {
        None | Some('}' | ']' | '+' | '%' | '*' | '[' | '(' | '|' | '\\' | '#') => true,
        Some(',') => is_key(&rest[1..]),
        Some('.') => rest[1..].starts_with(|c: char| c.is_alphanumeric() || c == '_'),
        Some(c) => c == close || closing_quote(c).is_some(),
    }
}
