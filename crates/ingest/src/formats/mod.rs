//! The formats, one file each: bytes in, rows or documents out.
//!
//! A reader is an iterator over one stream; it knows nothing of ids, chunks or other files.

mod json;
mod jsonl;
mod markdown;
mod row;
mod text;

use std::fmt;
use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use ragstill_core::Document;
use serde::Serialize;
use serde_json::{Map, Value};

pub use markdown::markdown_document;

use crate::error::{ErrorKind, Fault};
use crate::options::ReadOptions;
use crate::place::Place;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Plain text (`.txt`).
    Text,
    /// Markdown (`.md`).
    Markdown,
    /// JSON (`.json`): a list of objects, one object, or several one after another.
    Json,
    /// JSON Lines (`.jsonl`, `.ndjson`): an object a line.
    #[serde(rename = "jsonl")]
    JsonLines,
}

impl Format {
    /// Every extension that is read, lower case, without the dot.
    pub const EXTENSIONS: [&str; 5] = ["txt", "md", "json", "jsonl", "ndjson"];

    /// The format of a file by its extension, upper or lower case; `None` if none is read.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "md" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Whether files of this format are documents, which are chunked; otherwise they hold rows, which are not.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Text | Self::Markdown)
    }

    /// The format's name as reports show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a reader finds in a stream.
#[derive(Debug)]
pub(crate) enum Item {
    /// A JSON object and the line on which it starts.
    Row { fields: Map<String, Value>, line: u64 },
    /// A whole document, and the line of the file on which its text starts.
    Document { document: Document, first_line: u64 },
}

/// The items of one stream, with a fault in place of each that cannot be read.
pub(crate) type Items = Box<dyn Iterator<Item = Result<Item, Fault>> + Send>;

/// A stream to read, and what its items and faults call it.
pub(crate) struct Stream {
    pub reader: Box<dyn BufRead + Send>,
    /// [`Document::source`].
    pub source: Arc<str>,
    /// [`Place::file`].
    pub file: Arc<str>,
}

/// The items of a stream in this format.
pub(crate) fn items(format: Format, stream: Stream, options: &ReadOptions) -> Items {
    match format {
        Format::Text => Box::new(std::iter::once_with({
            let limit = options.max_document_bytes;
            move || text::read(stream, limit)
        })),
        Format::Markdown => Box::new(std::iter::once_with({
            let limit = options.max_document_bytes;
            move || markdown::read(stream, limit)
        })),
        Format::Json => Box::new(json::Values::new(stream.reader, stream.file, options.max_row_bytes)),
        Format::JsonLines => Box::new(jsonl::Lines::new(stream.reader, stream.file, options.max_row_bytes)),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Skips a UTF-8 byte order mark at the start of a stream.
fn skip_byte_order_mark(reader: &mut impl BufRead) -> std::io::Result<()> {
    if reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    Ok(())
}

/// A whole stream as text: without a byte order mark, its line breaks `\n`.
fn whole_text(mut reader: impl BufRead, file: &Arc<str>, limit: usize) -> Result<String, Fault> {
    let place = || Place::file(Arc::clone(file));
    let mut bytes = Vec::new();
    // One byte more than allowed tells a document at the limit from one beyond it.
    let most = (limit as u64).saturating_add(1);
    reader.by_ref().take(most).read_to_end(&mut bytes).map_err(|error| Fault::unreadable(place(), &error))?;
    if bytes.len() > limit {
        return Err(too_long_document(place(), limit));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = 1 + bytes[..valid].iter().filter(|byte| **byte == b'\n').count() as u64;
        not_utf8(Place::line(Arc::clone(file), line), valid, bytes[valid], &bytes)
    })?;
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

/// The fault of a document beyond [`ReadOptions::max_document_bytes`].
pub(crate) fn too_long_document(place: Place, limit: usize) -> Fault {
    Fault::new(
        ErrorKind::TooLong,
        place,
        format!("is longer than {limit} bytes (max_document_bytes); split it into several files"),
    )
}

/// The fault of text whose byte at `offset` is no UTF-8.
fn not_utf8(place: Place, offset: usize, byte: u8, text: &[u8]) -> Fault {
    let guess = if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        "it looks like UTF-16; convert it to UTF-8"
    } else {
        "convert it to UTF-8"
    };
    Fault::new(
        ErrorKind::InvalidUtf8,
        place,
        format!("is not UTF-8 (byte 0x{byte:02x} at offset {offset}); {guess}, for instance with iconv"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use super::{Format, whole_text};
    use crate::ErrorKind;

    #[test]
    fn formats_go_by_extension_in_either_case() {
        assert_eq!(Format::of_path(Path::new("a/b.MD")), Some(Format::Markdown));
        assert_eq!(Format::of_path(Path::new("b.ndjson")), Some(Format::JsonLines));
        for none in ["a.pdf", "a", ".md", "txt"] {
            assert_eq!(Format::of_path(Path::new(none)), None, "{none}");
        }
        for extension in Format::EXTENSIONS {
            assert!(Format::of_path(Path::new(&format!("x.{extension}"))).is_some(), "{extension}");
        }
    }

    #[test]
    fn texts_lose_their_mark_and_carriage_returns() {
        let read = |bytes: &[u8], limit| whole_text(Cursor::new(bytes.to_vec()), &"f.txt".into(), limit);
        assert_eq!(read(b"\xef\xbb\xbfa\r\nb\rc\n", 100).unwrap(), "a\nb\nc\n");
        assert_eq!(read(b"12345", 5).unwrap(), "12345");
        let long = read(b"123456", 5).unwrap_err();
        assert_eq!(long.kind, ErrorKind::TooLong);
        let broken = read(b"a\nb\xe9c", 100).unwrap_err();
        assert_eq!(
            broken.to_string(),
            "f.txt:2: is not UTF-8 (byte 0xe9 at offset 3); convert it to UTF-8, for instance with iconv"
        );
        assert!(read(b"\xff\xfea\0", 100).unwrap_err().message.contains("looks like UTF-16"));
    }
}
