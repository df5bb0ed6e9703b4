//! One thing to read: a file, standard input, or a document that is there already.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use ragstill_core::Document;

use crate::discover::Found;
use crate::error::Fault;
use crate::formats::{Format, Item, Items, Stream, items};
use crate::options::ReadOptions;
use crate::place::Place;
use crate::spool::Spool;

/// The source of records that came through standard input.
pub(crate) const STDIN_SOURCE: &str = "-";
/// What places call standard input.
pub(crate) const STDIN_PLACE: &str = "<stdin>";

/// The bytes a reader holds at a time.
const BUFFER: usize = 128 << 10;

#[derive(Debug, Clone)]
pub(crate) enum Origin {
    File(Found),
    Stdin { spool: Spool, format: Format },
    Document(Document),
}

/// An origin that is being read.
pub(crate) struct Opened {
    pub items: Items,
    /// What ids are made with: the path relative to the input.
    pub source: Arc<str>,
    /// [`Place::file`].
    pub file: Arc<str>,
}

impl Origin {
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::File(found) => found.format,
            Self::Stdin { format, .. } => *format,
            Self::Document(document) => Format::of_path(document.source.as_ref()).unwrap_or(Format::Text),
        }
    }

    /// Starts reading, from the beginning.
    pub(crate) fn open(&self, options: &ReadOptions) -> Result<Opened, Fault> {
        let (source, file, reader): (Arc<str>, Arc<str>, Box<dyn Read + Send>) = match self {
            Self::File(found) => {
                let path = found.path();
                let file: Arc<str> = path.to_string_lossy().into();
                let reader = File::open(&path)
                    .map_err(|error| Fault::unreadable(Place::file(Arc::clone(&file)), &error))?;
                (found.source().into(), file, Box::new(reader))
            }
            Self::Stdin { spool, .. } => (STDIN_SOURCE.into(), STDIN_PLACE.into(), Box::new(spool.reader())),
            Self::Document(document) => {
                let source: Arc<str> = document.source.as_str().into();
                let item = Item::Document { document: document.clone(), first_line: 1 };
                let items = Box::new(std::iter::once(Ok(item)));
                return Ok(Opened { items, file: Arc::clone(&source), source });
            }
        };
        let stream = Stream {
            reader: Box::new(BufReader::with_capacity(BUFFER, reader)),
            source: Arc::clone(&source),
            file: Arc::clone(&file),
        };
        Ok(Opened { items: items(self.format(), stream, options), source, file })
    }
}

/// What a stream without a name holds: JSON Lines if its first byte that is not blank is `{`, else plain text; `None`
/// if it is blank.
///
/// # Errors
/// When the stream cannot be read.
pub(crate) fn guess_format(stream: impl Read) -> io::Result<Option<Format>> {
    let mut reader = BufReader::new(stream);
    if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        match buffer.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => return Ok(Some(Format::JsonLines)),
            Some(_) => return Ok(Some(Format::Text)),
            None => {
                let length = buffer.len();
                reader.consume(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::guess_format;
    use crate::Format;

    #[test]
    fn nameless_streams_are_told_apart_by_their_first_byte() {
        let blank = " \n".repeat(10_000);
        let after_blank = format!("{blank}{{}}");
        for (text, format) in [
            ("{\"a\":1}", Some(Format::JsonLines)),
            ("\u{feff}\n {", Some(Format::JsonLines)),
            (after_blank.as_str(), Some(Format::JsonLines)),
            ("[1]", Some(Format::Text)),
            ("Plain.", Some(Format::Text)),
            (blank.as_str(), None),
            ("", None),
        ] {
            assert_eq!(guess_format(text.as_bytes()).unwrap(), format, "{:?}", &text[..text.len().min(9)]);
        }
    }
}
