//! Plain text: the whole file is one document without a title.

use ragstill_core::Document;

use super::{Item, Stream, whole_text};
use crate::error::Fault;

pub(super) fn read(stream: Stream, limit: usize) -> Result<Item, Fault> {
    let text = whole_text(stream.reader, &stream.file, limit)?;
    Ok(Item::Document {
        document: Document { source: stream.source.to_string(), text, ..Document::default() },
        first_line: 1,
    })
}
