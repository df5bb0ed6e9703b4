//! JSON Lines: a row a line, read one line at a time.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::row;
use super::{Item, skip_byte_order_mark};
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The rows of a JSON Lines stream. Blank lines are skipped; a broken line is a fault and the next one is read.
pub(super) struct Lines<R> {
    reader: R,
    file: Arc<str>,
    /// The most bytes of a line.
    limit: usize,
    /// The line read last, from 1.
    line: u64,
    buffer: Vec<u8>,
    done: bool,
}

/// A line, read into the buffer or not.
enum Line {
    Read,
    TooLong,
    End,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R, file: Arc<str>, limit: usize) -> Self {
        Self { reader, file, limit, line: 0, buffer: Vec::new(), done: false }
    }

    fn read_line(&mut self) -> io::Result<Line> {
        if self.line == 0 {
            skip_byte_order_mark(&mut self.reader)?;
        }
        self.buffer.clear();
        // The line's content may fill the limit; its line break (two bytes at most) comes on top.
        let most = (self.limit as u64).saturating_add(2);
        self.reader.by_ref().take(most).read_until(b'\n', &mut self.buffer)?;
        if self.buffer.is_empty() {
            return Ok(Line::End);
        }
        self.line += 1;
        let ended = self.buffer.last() == Some(&b'\n');
        if !ended && self.buffer.len() as u64 == most {
            self.reader.skip_until(b'\n')?;
        }
        let content = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if content.len() > self.limit {
            return Ok(Line::TooLong);
        }
        self.buffer.truncate(content.len());
        Ok(Line::Read)
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Item, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.read_line() {
                Ok(Line::Read) if self.buffer.trim_ascii().is_empty() => {}
                Ok(Line::Read) => return Some(row::parse(&self.buffer, &self.file, self.line, 1)),
                Ok(Line::TooLong) => return Some(Err(too_long(&self.file, self.line, self.limit))),
                Ok(Line::End) => self.done = true,
                Err(error) => {
                    self.done = true;
                    let place = Place::line(Arc::clone(&self.file), self.line + 1);
                    return Some(Err(Fault::unreadable(place, &error)));
                }
            }
        }
        None
    }
}

/// The fault of a row beyond [`ReadOptions::max_row_bytes`](crate::ReadOptions::max_row_bytes).
pub(super) fn too_long(file: &Arc<str>, line: u64, limit: usize) -> Fault {
    Fault::new(
        ErrorKind::TooLong,
        Place::line(Arc::clone(file), line),
        format!(
            "the row is longer than {limit} bytes (max_row_bytes); split its text into several rows or raise the limit"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::{Item, Lines};
    use crate::ErrorKind;

    fn read(bytes: &[u8], limit: usize) -> Vec<Result<(String, u64), String>> {
        Lines::new(bytes, "f.jsonl".into(), limit)
            .map(|item| match item {
                Ok(Item::Row { fields, line }) => Ok((serde_json::to_string(&fields).unwrap(), line)),
                Ok(other) => panic!("{other:?}"),
                Err(fault) => Err(fault.to_string()),
            })
            .collect()
    }

    #[test]
    fn marks_carriage_returns_and_blank_lines_are_tolerated() {
        let rows = read(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n \t\n{\"a\":2}\n\n{\"a\":3}", 100);
        let expected: Vec<Result<(String, u64), String>> =
            [(1, 1), (2, 4), (3, 6)].map(|(a, line)| Ok((format!("{{\"a\":{a}}}"), line))).into();
        assert_eq!(rows, expected);
        assert_eq!(read(b"", 100), []);
    }

    #[test]
    fn a_fault_does_not_end_the_stream() {
        let rows = read(b"{\"a\":1}\n{\"a\":\n[2]\n{\"\xff\":3}\n{\"a\":4}\n", 100);
        assert_eq!(rows.len(), 5);
        assert!(rows[1].as_ref().unwrap_err().starts_with("f.jsonl:2: broken JSON at column"), "{rows:?}");
        assert!(rows[2].as_ref().unwrap_err().starts_with("f.jsonl:3: a row must be"), "{rows:?}");
        assert!(rows[3].as_ref().unwrap_err().starts_with("f.jsonl:4: is not UTF-8"), "{rows:?}");
        assert_eq!(rows[4], Ok(("{\"a\":4}".into(), 5)));
    }

    #[test]
    fn the_limit_counts_the_row_without_its_line_break() {
        for end in ["", "\n", "\r\n"] {
            let fits = format!("{{\"a\":1}}{end}");
            assert!(read(fits.as_bytes(), 7)[0].is_ok(), "{end:?}");
            let rows = read(format!("{fits}{{\"a\":2}}\n").as_bytes(), 6);
            assert!(rows[0].as_ref().unwrap_err().contains("longer than 6 bytes"), "{rows:?}");
        }
        let rows = read(b"{\"a\":\"123456789\"}\n{\"a\":2}\n", 7);
        assert!(rows[0].is_err());
        assert_eq!(rows[1], Ok(("{\"a\":2}".into(), 2)));
    }

    #[test]
    fn an_endless_line_takes_no_memory() {
        let stream = BufReader::new(std::io::repeat(b'x').take(1 << 30));
        let mut lines = Lines::new(stream, "f.jsonl".into(), 1000);
        assert_eq!(lines.next().unwrap().unwrap_err().kind, ErrorKind::TooLong);
        assert!(lines.next().is_none());
        assert!(lines.buffer.capacity() < 100_000);
    }
}
