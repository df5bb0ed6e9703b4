//! The filter `droppable`, and the bytes that it was put on.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use minijinja::{Error, ErrorKind};

/// What stands around a text that may be left out, until the turn is made. Noncharacters of Unicode, which no interchanged
/// text holds, with words between them that none holds by accident.
const BEGINS: &str = "\u{fdd0}ragstill may leave out\u{fdd1}";
const ENDS: &str = "\u{fdd0}ragstill left out\u{fdd1}";

static FIND_BEGINS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGINS));
static FIND_ENDS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ENDS));

/// The filter.
pub(super) fn filter(text: &str) -> Result<String, Error> {
    if [&FIND_BEGINS, &FIND_ENDS].iter().any(|mark| mark.find(text.as_bytes()).is_some()) {
        return Err(Error::new(ErrorKind::InvalidOperation, "`droppable` cannot stand within another one"));
    }
    Ok([BEGINS, text, ENDS].concat())
}

/// The text without the marks, and the bytes that stood between them.
pub(super) fn spans(marked: String) -> Result<(String, Vec<Range<usize>>), String> {
    if FIND_BEGINS.find(marked.as_bytes()).is_none() {
        return Ok((marked, Vec::new()));
    }
    let mut text = String::with_capacity(marked.len());
    let mut spans = Vec::new();
    let mut rest = marked.as_str();
    while let Some(at) = FIND_BEGINS.find(rest.as_bytes()) {
        let (before, after) = (&rest[..at], &rest[at + BEGINS.len()..]);
        let end = FIND_ENDS.find(after.as_bytes()).ok_or("a mark of `droppable` has no end")?;
        let (inside, after) = (&after[..end], &after[end + ENDS.len()..]);
        text.push_str(before);
        let start = text.len();
        text.push_str(inside);
        if !inside.is_empty() {
            spans.push(start..text.len());
        }
        rest = after;
    }
    text.push_str(rest);
    Ok((text, spans))
}

#[cfg(test)]
mod tests {
    use super::{filter, spans};

    #[test]
    fn marks_become_spans() {
        let text = format!("a{}b{}{}", filter("été").unwrap(), filter("").unwrap(), filter("x").unwrap());
        assert_eq!(spans(text).unwrap(), ("aétébx".to_owned(), vec![1..6, 7..8]));
        assert_eq!(spans("plain".to_owned()).unwrap(), ("plain".to_owned(), vec![]));
        assert!(filter(&filter("x").unwrap()).is_err());
    }
}
