//! CSV and TSV: a row a record, the values strings.
//!
//! CSV is read as RFC 4180 has it, with quotes, and with commas, semicolons, tabs or bars between values, whichever the
//! first line has most of. TSV has tabs and no quotes, as IANA's text/tab-separated-values has it; its first line is data
//! if one of its values is a number, as in the collections of MS MARCO, and the columns are then called `column1` and so
//! on.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::{Reader, ReaderBuilder, StringRecord};
use memchr::memchr_iter;
use serde_json::{Map, Value};

use super::{Format, Row, skip_byte_order_mark};
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// What the CSV reader holds of the stream at a time.
const BUFFER: usize = 64 << 10;

/// The rows of a table.
pub(super) struct Table<R> {
    reader: Reader<Counted<R>>,
    /// Bytes read since the last row.
    count: Arc<AtomicUsize>,
    columns: Vec<String>,
    file: Arc<str>,
    limit: usize,
    /// The line on which the record begins.
    line: u64,
    record: StringRecord,
    /// Whether `record` holds a row that was not handed out yet.
    is_ahead: bool,
    done: bool,
}

impl<R: BufRead> Table<R> {
    /// # Errors
    /// When the columns have no names, or the stream cannot be read.
    pub(super) fn new(mut reader: R, format: Format, file: Arc<str>, limit: usize) -> Result<Self, Fault> {
        let unreadable = |error| Fault::unreadable(Place::file(Arc::clone(&file)), &error);
        skip_byte_order_mark(&mut reader).map_err(unreadable)?;
        let is_tsv = format == Format::Tsv;
        let delimiter = if is_tsv { b'\t' } else { delimiter(reader.fill_buf().map_err(unreadable)?) };
        let count = Arc::new(AtomicUsize::new(0));
        // What is read ahead of a row counts for it as well.
        let limit_ahead = limit.saturating_add(2 * BUFFER);
        let counted =
            Counted { reader, count: Arc::clone(&count), limit: limit_ahead, last: b'\n', done: false };
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(!is_tsv)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(counted);
        let (columns, record) = (Vec::new(), StringRecord::new());
        let mut table =
            Self { reader, count, columns, file, limit, line: 1, record, is_ahead: false, done: false };
        table.read_columns(is_tsv)?;
        Ok(table)
    }

    fn read_columns(&mut self, is_tsv: bool) -> Result<(), Fault> {
        if !self.read()? {
            return Ok(());
        }
        self.is_ahead = is_tsv && self.record.iter().any(|value| value.trim().parse::<f64>().is_ok());
        let name = |(at, name): (usize, &str)| match name.trim() {
            name if self.is_ahead || name.is_empty() => format!("column{}", at + 1),
            name => name.to_owned(),
        };
        self.columns = self.record.iter().enumerate().map(name).collect();
        for (at, name) in self.columns.iter().enumerate() {
            if self.columns[..at].contains(name) {
                let message = format!("two columns are called `{name}`; rename one of them");
                return Err(Fault::new(
                    ErrorKind::BrokenRow,
                    Place::line(Arc::clone(&self.file), 1),
                    message,
                ));
            }
        }
        Ok(())
    }

    /// Reads the next row; false at the end.
    fn read(&mut self) -> Result<bool, Fault> {
        self.count.store(0, Ordering::Relaxed);
        let line = self.reader.position().line();
        let read = self.reader.read_record(&mut self.record);
        // The library's place of a record is before the blank lines above it. The line after it is known, for every line
        // of the stream is ended.
        let breaks: usize =
            self.record.iter().map(|value| memchr_iter(b'\n', value.as_bytes()).count()).sum();
        self.line = self.reader.position().line().saturating_sub(breaks as u64 + 1).max(1);
        read.map_err(|error| {
            let place = Place::line(Arc::clone(&self.file), line);
            match error.kind() {
                csv::ErrorKind::Utf8 { err, .. } => {
                    let message = format!("is not UTF-8 in value {}; convert the file to UTF-8", err.field() + 1);
                    Fault::new(ErrorKind::InvalidUtf8, place, message)
                }
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    self.done = true;
                    let message = format!(
                        "a row is longer than {} bytes (max_row_bytes), and what follows it was not read; is a quote not closed?",
                        self.limit
                    );
                    Fault::new(ErrorKind::TooLong, place, message)
                }
                _ => {
                    self.done = true;
                    Fault::new(ErrorKind::Unreadable, place, format!("cannot be read ({error}); check the file"))
                }
            }
        })
    }

    /// The row that was read.
    fn row(&self) -> Result<Row, Fault> {
        let line = self.line;
        let (found, expected) = (self.record.len(), self.columns.len());
        if found != expected {
            let message = format!(
                "the row has {found} values, and there are {expected} columns ({}); correct it, quotes and separators above all",
                self.columns.join(", ")
            );
            return Err(Fault::new(ErrorKind::BrokenRow, Place::line(Arc::clone(&self.file), line), message));
        }
        let values = self.columns.iter().cloned().zip(self.record.iter().map(Value::from));
        Ok(Row { fields: values.collect::<Map<String, Value>>(), line })
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        if std::mem::take(&mut self.is_ahead) {
            return Some(self.row());
        }
        match self.read() {
            Ok(true) => Some(self.row()),
            Ok(false) => {
                self.done = true;
                None
            }
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// What stands between values: of the usual characters the one that the first line has most of outside of quotes.
fn delimiter(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // Of equals the first.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| *mark)
}

/// A stream of which no row may be longer than the limit: one whose quote is never closed would be read to its end. All its
/// line breaks are `\n`, and its last line has one.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicUsize>,
    limit: usize,
    /// The last byte that was read.
    last: u8,
    done: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.reader.read(buffer)?;
            if read == 0 && !buffer.is_empty() {
                let is_open = !self.done && !matches!(self.last, b'\n' | b'\r');
                self.done = true;
                buffer[0] = b'\n';
                return Ok(usize::from(is_open));
            }
            if self.count.fetch_add(read, Ordering::Relaxed).saturating_add(read) > self.limit {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            let mut kept = 0;
            for at in 0..read {
                let byte = buffer[at];
                let is_second = byte == b'\n' && self.last == b'\r';
                self.last = byte;
                if !is_second {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept > 0 || buffer.is_empty() {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Table};

    fn rows(text: &str, format: Format, limit: usize) -> Vec<String> {
        let table = match Table::new(text.as_bytes(), format, "t".into(), limit) {
            Ok(table) => table,
            Err(fault) => return vec![fault.to_string()],
        };
        let shown = table.map(|row| match row {
            Ok(row) => format!("{} {}", row.line, serde_json::to_string(&row.fields).unwrap()),
            Err(fault) => format!("! {fault}"),
        });
        shown.collect()
    }

    #[test]
    fn values_may_be_quoted_and_hold_line_breaks() {
        let text = "\u{feff}id,text\r\n1,\"a, \"\"b\"\"\nc\"\n\n2,d\n";
        let expected = [r#"2 {"id":"1","text":"a, \"b\"\nc"}"#, r#"5 {"id":"2","text":"d"}"#];
        assert_eq!(rows(text, Format::Csv, 100), expected);
    }

    #[test]
    fn the_separator_is_found() {
        for text in ["a;b,c\n1;2\n", "a\tb,c\n1\t2\n", "a|b,c\n1|2\n"] {
            let text = text.replace("b,c", "\"b,c,d\"");
            assert_eq!(rows(&text, Format::Csv, 100), [r#"2 {"a":"1","b,c,d":"2"}"#]);
        }
        assert_eq!(rows("text\none\n", Format::Csv, 100), [r#"2 {"text":"one"}"#]);
    }

    #[test]
    fn tables_of_tabs_have_no_quotes_and_may_have_no_names() {
        assert_eq!(rows("pid\ttext\nx\t\"a\n", Format::Tsv, 100), [r#"2 {"pid":"x","text":"\"a"}"#]);
        assert_eq!(rows("0\tThe text.\n", Format::Tsv, 100), [r#"1 {"column1":"0","column2":"The text."}"#]);
    }

    #[test]
    fn broken_rows_are_told_and_the_next_are_read() {
        assert_eq!(rows("", Format::Csv, 100), [""; 0]);
        let shown = rows("a,b\n1\n2,3\n", Format::Csv, 100);
        assert!(shown[0].contains("t:2: the row has 1 values, and there are 2 columns (a, b)"), "{shown:?}");
        assert_eq!(shown[1], r#"3 {"a":"2","b":"3"}"#);
        assert_eq!(rows("a,a\n", Format::Csv, 9), ["t:1: two columns are called `a`; rename one of them"]);
        let long = rows(&format!("a,b\n1,\"{}", "x\n".repeat(1 << 20)), Format::Csv, 100);
        assert_eq!(long.len(), 1);
        assert!(long[0].contains("t:2: a row is longer than 100 bytes"), "{long:?}");
    }
}
