//! JSON Lines: a row a line, read some hundred kilobytes of whole lines at a time, which are parsed elsewhere.

use std::io::{self, BufRead};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use super::{Row, row, skip_byte_order_mark};
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The bytes of a batch, and at most a line and a buffer of the reader more.
const BATCH: usize = 512 << 10;

/// Whole lines of a file.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The number of the first line, from 1.
    first_line: u64,
    lines: usize,
    bytes: Vec<u8>,
}

impl Batch {
    /// The bytes that its records will take, roughly: their texts and, for each, its fields and names.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len() * 3 + (self.lines + 1) * 768
    }
}

/// The lines of a stream in batches. A line that is much longer than the limit is a fault and not kept; the next ones are
/// read.
pub(crate) struct Batches<R> {
    reader: R,
    file: Arc<str>,
    /// The most bytes of a line.
    limit: usize,
    /// The line that is read next, from 1.
    line: u64,
    /// What was read of it.
    carry: Vec<u8>,
    done: bool,
}

impl<R: BufRead> Batches<R> {
    pub(crate) fn new(reader: R, file: Arc<str>, limit: usize) -> Self {
        Self { reader, file, limit, line: 0, carry: Vec::new(), done: false }
    }

    fn read(&mut self) -> io::Result<Option<Result<Batch, Fault>>> {
        if self.line == 0 {
            skip_byte_order_mark(&mut self.reader)?;
            self.line = 1;
        }
        loop {
            let start = self.carry.len();
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                self.done = true;
                return Ok(if self.carry.is_empty() { None } else { Some(Ok(self.batch(self.carry.len()))) });
            }
            let length = buffer.len();
            self.carry.extend_from_slice(buffer);
            self.reader.consume(length);
            if self.carry.len() < BATCH {
                continue;
            }
            // A carry of that length has been looked through: it is part of one line.
            let from = if start < BATCH { 0 } else { start };
            if let Some(last) = memrchr(b'\n', &self.carry[from..]) {
                return Ok(Some(Ok(self.batch(from + last + 1))));
            }
            // Its line break, two bytes at most, may come on top of the limit.
            if self.carry.len() > self.limit.saturating_add(2) {
                self.carry = Vec::new();
                self.reader.skip_until(b'\n')?;
                self.line += 1;
                return Ok(Some(Err(too_long(&self.file, self.line - 1, self.limit))));
            }
        }
    }

    /// Takes the first bytes of what was read.
    fn batch(&mut self, length: usize) -> Batch {
        let rest = self.carry.split_off(length);
        let bytes = std::mem::replace(&mut self.carry, rest);
        let (first_line, lines) = (self.line, memchr_iter(b'\n', &bytes).count());
        self.line += lines as u64;
        Batch { first_line, lines, bytes }
    }
}

impl<R: BufRead> Iterator for Batches<R> {
    type Item = Result<Batch, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.read() {
            Ok(batch) => batch,
            Err(error) => {
                self.done = true;
                let place = Place::line(Arc::clone(&self.file), self.line.max(1));
                Some(Err(Fault::unreadable(place, &error)))
            }
        }
    }
}

/// The rows of a batch. Blank lines are skipped; a broken line is a fault and the next one is read.
pub(crate) fn parse_lines(
    batch: &Batch,
    file: &Arc<str>,
    limit: usize,
    mut each: impl FnMut(Result<Row, Fault>),
) {
    let (mut rest, mut line) = (&batch.bytes[..], batch.first_line);
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let content = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        if content.len() > limit {
            each(Err(too_long(file, line, limit)));
        } else if !content.trim_ascii().is_empty() {
            each(row::parse(content, file, line, 1));
        }
        rest = &rest[(end + 1).min(rest.len())..];
        line += 1;
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
    use std::io::{BufRead, BufReader, Read};
    use std::sync::Arc;

    use super::{Batches, parse_lines};
    use crate::ErrorKind;

    fn read(bytes: &[u8], limit: usize) -> Vec<Result<(String, u64), String>> {
        read_batches(Batches::new(bytes, "f.jsonl".into(), limit))
    }

    fn read_batches<R: BufRead>(batches: Batches<R>) -> Vec<Result<(String, u64), String>> {
        let (file, limit) = (Arc::clone(&batches.file), batches.limit);
        let mut rows = Vec::new();
        for batch in batches {
            match batch {
                Ok(batch) => parse_lines(&batch, &file, limit, |row| rows.push(row)),
                Err(fault) => rows.push(Err(fault)),
            }
        }
        let shown = rows.into_iter().map(|row| match row {
            Ok(row) => Ok((serde_json::to_string(&row.fields).unwrap(), row.line)),
            Err(fault) => Err(fault.to_string()),
        });
        shown.collect()
    }

    #[test]
    fn batches_end_with_lines_wherever_the_stream_is_cut() {
        let text: String =
            (0..40_000).map(|n| format!("{{\"n\":{n},\"x\":\"{}\"}}\n", "y".repeat(n % 97))).collect();
        assert!(text.len() > 3 * super::BATCH);
        for capacity in [7, 4096, 1 << 20] {
            let reader = BufReader::with_capacity(capacity, text.as_bytes());
            let rows = read_batches(Batches::new(reader, "f.jsonl".into(), 1000));
            assert_eq!(rows.len(), 40_000);
            for (at, row) in rows.into_iter().enumerate() {
                let (json, line) = row.unwrap();
                assert!(
                    line == at as u64 + 1 && json.starts_with(&format!("{{\"n\":{at},")),
                    "{at}: {line} {json}"
                );
            }
        }
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
        let mut batches = Batches::new(stream, "f.jsonl".into(), 1000);
        assert_eq!(batches.next().unwrap().unwrap_err().kind, ErrorKind::TooLong);
        assert!(batches.next().is_none());
        assert!(batches.carry.capacity() < 4 * super::BATCH);
    }
}
