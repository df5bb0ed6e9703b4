//! JSON files: a list of objects, one object, or several one after another, read one object at a time.
//!
//! The stream is cut into values by their brackets and quotes alone, without parsing; each value is then parsed by
//! itself. So a list of any length takes the memory of its longest row, and a broken row does not end the file.

use std::io::{self, BufRead};
use std::sync::Arc;

use super::jsonl::too_long;
use super::row;
use super::{Row, skip_byte_order_mark};
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The objects of a JSON stream.
pub(super) struct Values<R> {
    bytes: Bytes<R>,
    file: Arc<str>,
    /// The most bytes of a value.
    limit: usize,
    state: State,
    value: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was read.
    Start,
    /// Behind a value that stands in no list.
    Sequence,
    /// Behind `[`.
    ListStart,
    /// Behind a value of a list.
    InList,
    /// Nothing more to read.
    Done,
}

impl<R: BufRead> Values<R> {
    pub(super) fn new(reader: R, file: Arc<str>, limit: usize) -> Self {
        let bytes = Bytes { reader, line: 1, column: 1 };
        Self { bytes, file, limit, state: State::Start, value: Vec::new() }
    }

    /// Moves to the next value's first byte; `None` at the end.
    fn advance(&mut self) -> io::Result<Result<Option<u8>, Fault>> {
        if self.state == State::Start {
            skip_byte_order_mark(&mut self.bytes.reader)?;
            if self.bytes.skip_blank()? == Some(b'[') {
                self.bytes.next()?;
                self.state = State::ListStart;
            } else {
                self.state = State::Sequence;
            }
        }
        let mut next = self.bytes.skip_blank()?;
        if self.state == State::Sequence {
            return Ok(match next {
                None | Some(b'{') => Ok(next),
                Some(_) => Err(self.fault("expected a list of objects, or objects one after another")),
            });
        }
        match (self.state, next) {
            (_, Some(b']')) => {
                self.bytes.next()?;
                self.state = State::Done;
                return Ok(match self.bytes.skip_blank()? {
                    None => Ok(None),
                    Some(_) => Err(self.fault("nothing may follow the list's closing `]`; remove what does")),
                });
            }
            (State::InList, Some(b',')) => {
                self.bytes.next()?;
                next = self.bytes.skip_blank()?;
                if next == Some(b']') {
                    return Ok(Err(self.fault("a comma stands before the list's closing `]`; remove it")));
                }
            }
            (State::InList, Some(_)) => {
                return Ok(Err(self.fault("expected `,` or `]` after a row of the list; correct the file")));
            }
            _ => {}
        }
        Ok(match next {
            None => {
                Err(self.fault("the list is not closed; the file may be cut off, append `]` if it is whole"))
            }
            Some(b',') => Err(self.fault("a row of the list is missing before `,`; remove the comma")),
            next => Ok(next),
        })
    }

    /// Reads a value from its first byte on. False when it is longer than the limit; what is beyond is not kept.
    fn read_value(&mut self, first: u8) -> io::Result<bool> {
        self.value.clear();
        let mut length = 0_usize;
        let mut scanner = Scanner::new(first);
        loop {
            let buffer = self.bytes.reader.fill_buf()?;
            if buffer.is_empty() {
                // The parser says what is missing.
                return Ok(length <= self.limit);
            }
            let (taken, ended) = scanner.scan(buffer);
            length = length.saturating_add(taken);
            if length <= self.limit {
                self.value.extend_from_slice(&buffer[..taken]);
            }
            self.bytes.consume(taken);
            if ended {
                return Ok(length <= self.limit);
            }
        }
    }

    fn fault(&self, message: &str) -> Fault {
        Fault::new(
            ErrorKind::BrokenRow,
            Place::line(Arc::clone(&self.file), self.bytes.line),
            format!("broken JSON at column {}: {message}", self.bytes.column),
        )
    }

    fn read(&mut self) -> io::Result<Option<Result<Row, Fault>>> {
        let first = match self.advance()? {
            Ok(Some(first)) => first,
            Ok(None) => return Ok(None),
            // The file's structure is broken: where the next row starts is a guess.
            Err(fault) => {
                self.state = State::Done;
                return Ok(Some(Err(fault)));
            }
        };
        if self.state == State::ListStart {
            self.state = State::InList;
        }
        let (line, column) = (self.bytes.line, self.bytes.column);
        Ok(Some(if self.read_value(first)? {
            row::parse(&self.value, &self.file, line, column)
        } else {
            Err(too_long(&self.file, line, self.limit))
        }))
    }
}

impl<R: BufRead> Iterator for Values<R> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        match self.read() {
            Ok(Some(item)) => Some(item),
            Ok(None) => {
                self.state = State::Done;
                None
            }
            Err(error) => {
                self.state = State::Done;
                let place = Place::line(Arc::clone(&self.file), self.bytes.line);
                Some(Err(Fault::unreadable(place, &error)))
            }
        }
    }
}

/// A stream that knows where it is.
struct Bytes<R> {
    reader: R,
    /// The next byte's line, from 1.
    line: u64,
    /// The next byte's column, from 1, in characters.
    column: usize,
}

impl<R: BufRead> Bytes<R> {
    fn consume(&mut self, count: usize) {
        if let Ok(buffer) = self.reader.fill_buf() {
            let passed = &buffer[..count.min(buffer.len())];
            let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
            let tail =
                passed.iter().rposition(|byte| *byte == b'\n').map_or(passed, |last| &passed[last + 1..]);
            // Continuation bytes of UTF-8 belong to the character before them.
            let characters = tail.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
            self.column = characters + if breaks > 0 { 1 } else { self.column };
            self.line += breaks as u64;
        }
        self.reader.consume(count);
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if byte.is_some() {
            self.consume(1);
        }
        Ok(byte)
    }

    /// The next byte that is not white space, not consumed.
    fn skip_blank(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = buffer.get(blank).copied();
            self.consume(blank);
            if next.is_some() {
                return Ok(next);
            }
        }
    }
}

/// Finds where a value ends, by its brackets and quotes.
struct Scanner {
    /// Brackets open.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether the value is neither a string nor in brackets: it ends before a comma, a bracket or white space.
    bare: bool,
    /// Whether a byte was seen; the first belongs to the value whatever it is, or nothing would ever be consumed.
    started: bool,
}

impl Scanner {
    fn new(first: u8) -> Self {
        let bare = !matches!(first, b'{' | b'[' | b'"');
        Self { depth: 0, in_string: false, escaped: false, bare, started: false }
    }

    /// How many of these bytes belong to the value, and whether it ends with them.
    fn scan(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
            } else if self.bare {
                if self.started && (matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace()) {
                    return (at, true);
                }
                self.started = true;
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Row, Values};

    /// Reads with a buffer of a few bytes, so that values straddle its refills.
    fn read(bytes: &[u8], limit: usize) -> Vec<Result<(Value, u64), String>> {
        Values::new(BufReader::with_capacity(4, bytes), "f.json".into(), limit)
            .map(|item| match item {
                Ok(Row { fields, line }) => Ok((Value::Object(fields), line)),
                Err(fault) => Err(fault.to_string()),
            })
            .collect()
    }

    #[test]
    fn a_list_an_object_and_a_sequence_are_read() {
        let a = Ok((json!({"a": 1}), 1));
        assert_eq!(read(b"{\"a\": 1}", 100), std::slice::from_ref(&a));
        assert_eq!(read(b" [] ", 100), []);
        assert_eq!(
            read(b"\xef\xbb\xbf[{\"a\":1},\r\n {\"b\":\"]\\\"}\"}\n]\n", 100),
            [a.clone(), Ok((json!({"b": "]\"}"}), 2))]
        );
        assert_eq!(
            read(b"{\"a\":1}\n{\"a\":{\n\"b\":[2]}}{\"c\":3}", 100),
            [a, Ok((json!({"a": {"b": [2]}}), 2)), Ok((json!({"c": 3}), 3)),]
        );
        assert_eq!(read(b" \n", 100), []);
    }

    #[test]
    fn a_broken_row_does_not_end_the_list() {
        let rows = read(b"[{\"a\":1},\n{\"a\" 2},\n 123456,\n\"x,]\",\n{\"\xe9\":1},{\"a\":4}]", 100);
        assert_eq!(rows[0], Ok((json!({"a": 1}), 1)));
        assert!(
            rows[1].as_ref().unwrap_err().starts_with("f.json:2: broken JSON at column 6: expected `:`"),
            "{rows:?}"
        );
        assert!(
            rows[2]
                .as_ref()
                .unwrap_err()
                .starts_with("f.json:3: a row must be a JSON object, found a number")
        );
        assert!(rows[3].as_ref().unwrap_err().contains("found a string"), "{rows:?}");
        assert!(rows[4].as_ref().unwrap_err().starts_with("f.json:5: is not UTF-8"), "{rows:?}");
        assert_eq!(rows[5], Ok((json!({"a": 4}), 5)));
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn a_broken_structure_ends_the_file_with_one_fault() {
        for (text, count, message) in [
            ("[{\"a\":1}", 2, "f.json:1: broken JSON at column 9: the list is not closed"),
            ("[{\"a\":1}\n{\"b\":1}]", 2, "f.json:2: broken JSON at column 1: expected `,` or `]`"),
            ("[{\"a\":1},\n]", 2, "f.json:2: broken JSON at column 1: a comma stands before"),
            ("[,{\"a\":1}]", 1, "f.json:1: broken JSON at column 2: a row of the list is missing"),
            ("[{\"a\":1}] {\"b\":2}", 2, "f.json:1: broken JSON at column 11: nothing may follow"),
            ("[{\"a\":1},{\"b\":\n", 2, "f.json:"),
            ("{\"a\":1}\nhello", 2, "f.json:2: broken JSON at column 1: expected a list of objects"),
            ("[", 1, "f.json:1: broken JSON at column 2: the list is not closed"),
        ] {
            let rows = read(text.as_bytes(), 100);
            let faults: Vec<_> = rows.iter().filter_map(|row| row.as_ref().err()).collect();
            assert!(faults[0].starts_with(message), "{text}: {rows:?}");
            assert!(rows.len() >= count && faults.len() <= 2, "{text}: {rows:?}");
        }
    }

    #[test]
    fn a_row_beyond_the_limit_is_passed_over() {
        let rows = read(b"[{\"a\":\"1234567890\"},{\"a\":2}]", 7);
        assert!(rows[0].as_ref().unwrap_err().contains("longer than 7 bytes"), "{rows:?}");
        assert_eq!(rows[1], Ok((json!({"a": 2}), 1)));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(prop_oneof![4 => prop::sample::select(b"[]{},:\"\\ \n1a".to_vec()), 1 => any::<u8>()], 0..60)) {
            prop_assert!(read(&bytes, 20).len() <= bytes.len() + 1);
        }

        #[test]
        fn lists_written_by_serde_are_read_back(rows in prop::collection::vec(prop::collection::btree_map("\\PC{0,6}", "\\PC{0,12}", 0..4), 0..6), pretty: bool) {
            let list = serde_json::to_value(&rows).unwrap();
            let text = if pretty { serde_json::to_string_pretty(&list).unwrap() } else { list.to_string() };
            let read: Vec<Value> = read(text.as_bytes(), 10_000).into_iter().map(|row| row.unwrap().0).collect();
            prop_assert_eq!(Value::Array(read), list);
        }
    }
}
