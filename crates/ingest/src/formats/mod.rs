//! The formats, one file each: bytes in, rows or documents out.
//!
//! A reader of rows is an iterator over one stream; it knows nothing of ids, chunks or other files. What a document's
//! text is, is the business of `ragstill-extract`.

mod csv;
mod document;
mod format;
mod json;
mod jsonl;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod row;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde_json::{Map, Value};

pub(crate) use self::document::{Extract, read_document};
pub use self::format::Format;
pub(crate) use self::jsonl::{Batch, Batches, parse_lines};
pub use self::markdown::markdown_document;

use crate::decode::{SNIFFED, Transcoder, sniff};
use crate::error::{ErrorKind, Fault};
use crate::options::ReadOptions;
use crate::place::Place;

/// A row and the line of the file on which it starts; in Parquet files, its number.
#[derive(Debug)]
pub(crate) struct Row {
    pub fields: Map<String, Value>,
    pub line: u64,
}

/// The rows of one stream, with a fault in place of each that cannot be read.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Row, Fault>>>;

/// A file, uncompressed, that is to be read from its beginning.
pub(crate) enum Content {
    /// One after the other.
    Stream(Box<dyn Read + Send>),
    /// In any order.
    File(File),
}

impl Content {
    pub(crate) fn into_stream(self) -> Box<dyn Read + Send> {
        match self {
            Self::Stream(stream) => stream,
            Self::File(file) => Box::new(file),
        }
    }
}

/// The rows of a file of a format that holds rows, except JSON Lines, which are read in [`Batches`].
pub(crate) fn rows(
    format: Format,
    content: Content,
    file: Arc<str>,
    options: &ReadOptions,
) -> Result<Rows, Fault> {
    let unreadable = |error| Fault::unreadable(Place::file(Arc::clone(&file)), &error);
    Ok(match format {
        Format::Csv | Format::Tsv => {
            let reader = text_reader(content.into_stream()).map_err(unreadable)?;
            Box::new(csv::Table::new(reader, format, file, options.max_row_bytes)?)
        }
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            let content = match content {
                Content::File(content) => content,
                Content::Stream(stream) => spooled(stream, options.max_document_bytes, &file)?,
            };
            Box::new(parquet::Table::new(content, file)?)
        }
        _ => {
            let reader = text_reader(content.into_stream()).map_err(unreadable)?;
            Box::new(json::Values::new(reader, file, options.max_row_bytes))
        }
    })
}

/// The bytes a reader holds at a time.
const BUFFER: usize = 256 << 10;

/// A stream as UTF-8, whatever encoding it is in.
pub(crate) fn text_reader(stream: Box<dyn Read + Send>) -> std::io::Result<Box<dyn BufRead + Send>> {
    let mut reader = BufReader::with_capacity(BUFFER, stream);
    let start = reader.fill_buf()?;
    Ok(match sniff(&start[..start.len().min(SNIFFED)]) {
        None => Box::new(reader),
        Some(encoding) => Box::new(BufReader::with_capacity(BUFFER, Transcoder::new(reader, encoding))),
    })
}

/// A compressed file that has to be read in any order, unpacked into a temporary one.
#[cfg(feature = "parquet")]
fn spooled(stream: Box<dyn Read + Send>, limit: usize, file: &Arc<str>) -> Result<File, Fault> {
    let failed = |error: std::io::Error| Fault::unreadable(Place::file(Arc::clone(file)), &error);
    let mut unpacked = tempfile::tempfile().map_err(failed)?;
    let most = (limit as u64).saturating_add(1);
    let bytes = std::io::copy(&mut stream.take(most), &mut unpacked).map_err(failed)?;
    if bytes == most {
        return Err(too_long_document(Place::file(Arc::clone(file)), limit));
    }
    Ok(unpacked)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Skips a UTF-8 byte order mark at the start of a stream.
fn skip_byte_order_mark(reader: &mut impl BufRead) -> std::io::Result<()> {
    if reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    Ok(())
}

/// The fault of a document beyond [`ReadOptions::max_document_bytes`].
pub(crate) fn too_long_document(place: Place, limit: usize) -> Fault {
    Fault::new(
        ErrorKind::TooLong,
        place,
        format!("is longer than {limit} bytes (max_document_bytes); split it into several files"),
    )
}
