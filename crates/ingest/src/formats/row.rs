//! One row: a JSON object, and what to say when it is not one.

use std::sync::Arc;

use ragstill_core::kind_name;
use serde_json::Value;

use super::Row;
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The most characters shown on either side of what is wrong.
const EXCERPT: usize = 30;

/// Parses the bytes of a row that starts at this line and character column of its file (both from 1).
pub(super) fn parse(bytes: &[u8], file: &Arc<str>, line: u64, column: usize) -> Result<Row, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let at = Position::of(bytes, valid, line, column);
        Fault::new(
            ErrorKind::InvalidUtf8,
            Place::line(Arc::clone(file), at.line),
            format!(
                "is not UTF-8 (byte 0x{:02x} at column {}), near {}; convert the file to UTF-8",
                bytes[valid],
                at.column,
                excerpt(bytes, valid)
            ),
        )
    })?;
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => Ok(Row { fields, line }),
        Ok(other) => Err(Fault::new(
            ErrorKind::BrokenRow,
            Place::line(Arc::clone(file), line),
            format!("a row must be a JSON object, found {}: {}", kind_name(&other), excerpt(bytes, 0)),
        )),
        Err(error) => Err(broken(bytes, file, line, column, &error)),
    }
}

/// The fault of a row that the JSON parser refuses.
fn broken(bytes: &[u8], file: &Arc<str>, line: u64, column: usize, error: &serde_json::Error) -> Fault {
    let offset = offset_of(bytes, error.line(), error.column());
    let at = Position::of(bytes, offset, line, column);
    // The parser counts from the row's own start; the place says it for the file.
    let reason = error.to_string();
    let own = format!(" at line {} column {}", error.line(), error.column());
    let reason = reason.strip_suffix(&own).unwrap_or(&reason);
    Fault::new(
        ErrorKind::BrokenRow,
        Place::line(Arc::clone(file), at.line),
        format!(
            "broken JSON at column {}: {reason}, near {}; correct the row or remove it",
            at.column,
            excerpt(bytes, offset)
        ),
    )
}

/// The byte that the parser means by a line and a column (both from 1, the column in bytes).
fn offset_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => {
            let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            breaks.map(|(index, _)| index + 1).nth(line - 2).unwrap_or(bytes.len())
        }
    };
    (start + column.saturating_sub(1)).min(bytes.len())
}

/// A line and a character column of the file, both from 1.
struct Position {
    line: u64,
    column: usize,
}

impl Position {
    /// Where byte `offset` of a row stands that starts at this line and column.
    fn of(bytes: &[u8], offset: usize, line: u64, column: usize) -> Self {
        let before = &bytes[..offset];
        let characters = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count();
        match before.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
                Self { line: line + lines, column: 1 + characters(&before[last + 1..]) }
            }
            None => Self { line, column: column + characters(before) },
        }
    }
}

/// What stands around byte `offset`, in back quotes, on one line.
fn excerpt(bytes: &[u8], offset: usize) -> String {
    // A character has four bytes at most, so the slices hold enough of them.
    let from = offset.saturating_sub(4 * EXCERPT);
    let to = bytes.len().min(offset + 4 * EXCERPT);
    let before = String::from_utf8_lossy(&bytes[from..offset]);
    let after = String::from_utf8_lossy(&bytes[offset..to]);
    let skip = before.chars().count().saturating_sub(EXCERPT);
    let shown: String = before.chars().skip(skip).chain(after.chars().take(EXCERPT)).collect();
    let shown: String = shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let open = if skip > 0 || from > 0 { "…" } else { "" };
    let close = if after.chars().count() > EXCERPT || to < bytes.len() { "…" } else { "" };
    format!("`{open}{}{close}`", shown.trim())
}

#[cfg(test)]
mod tests {
    use super::{Row, parse};
    use crate::ErrorKind;
    use crate::error::Fault;

    fn fault(bytes: &[u8]) -> Fault {
        parse(bytes, &"f.jsonl".into(), 7, 3).unwrap_err()
    }

    #[test]
    fn objects_pass_with_their_order_and_nesting() {
        let Ok(Row { fields, line }) =
            parse(br#"{"z":{"y":[1,{"x":null}]},"a":"\u00e9"}"#, &"f".into(), 7, 1)
        else {
            panic!("not a row");
        };
        assert_eq!(serde_json::to_string(&fields).unwrap(), r#"{"z":{"y":[1,{"x":null}]},"a":"é"}"#);
        assert_eq!(line, 7);
    }

    #[test]
    fn the_parser_s_reason_is_placed_in_the_file() {
        // The column counts characters of the file, from the row's own column on.
        assert_eq!(
            fault("{\"é\": 1,}".as_bytes()).to_string(),
            "f.jsonl:7: broken JSON at column 11: trailing comma, near `{\"é\": 1,}`; correct the row or remove it"
        );
        let second = fault(b"{\"a\": 1,\n  oops}");
        assert_eq!(second.place.as_ref().unwrap().line, Some(8));
        assert!(
            second.message.starts_with("broken JSON at column 3: key must be a string, near `{\"a\": 1,"),
            "{second}"
        );
    }

    #[test]
    fn other_values_are_named() {
        assert_eq!(
            fault(b"[1, 2]").to_string(),
            "f.jsonl:7: a row must be a JSON object, found a list: `[1, 2]`"
        );
        assert_eq!(fault(b"3").kind, ErrorKind::BrokenRow);
    }

    #[test]
    fn long_rows_are_shown_in_part() {
        let row = format!("{{\"text\": \"{}\" \"b\": \"{}\"}}", "a".repeat(500), "c".repeat(500));
        let message = fault(row.as_bytes()).message;
        assert!(message.contains(&format!("near `…{}\" \"b\": \"ccc", "a".repeat(28))), "{message}");
        assert!(message.len() < 200, "{message}");
    }

    #[test]
    fn invalid_utf8_is_placed() {
        let fault = fault(b"{\"a\": \"\xe9\"}");
        assert_eq!(fault.kind, ErrorKind::InvalidUtf8);
        assert!(
            fault.to_string().starts_with("f.jsonl:7: is not UTF-8 (byte 0xe9 at column 10), near"),
            "{fault}"
        );
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        let deep = "[".repeat(100_000);
        assert!(fault(format!("{{\"a\":{deep}").as_bytes()).message.contains("recursion limit exceeded"));
    }
}
