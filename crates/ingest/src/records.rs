//! Items to records: chunks, ids, places.

use std::sync::Arc;

use ragstill_core::{Document, IdAllocator, RECORD_ID_FIELD, Record, RecordId, kind_name};
use serde_json::{Map, Value};

use crate::chunk::chunk;
use crate::error::{Error, ErrorKind, Fault};
use crate::formats::{Item, Items};
use crate::options::ReadOptions;
use crate::origin::{Opened, Origin};
use crate::place::Place;

/// A record and where in the input it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    /// The record.
    pub record: Record,
    /// The file and line it begins on.
    pub place: Place,
}

/// The records of an input, in the order of its files and of what they hold.
///
/// Reads as it goes: in memory are one row or one document at a time, and eight bytes a record to keep ids unique. An
/// error stands in place of each row or document that cannot be read; those after it follow.
pub struct Records {
    origins: Arc<[Origin]>,
    options: Arc<ReadOptions>,
    /// The origin to open next.
    next: usize,
    current: Option<Current>,
    ids: IdAllocator,
    short_chunks: u64,
}

/// The origin that is being read.
struct Current {
    items: Items,
    source: Arc<str>,
    file: Arc<str>,
    chunks: Option<Chunks>,
}

/// The chunks of a document that are still to come.
struct Chunks {
    document: Document,
    chunks: std::vec::IntoIter<ragstill_core::Chunk>,
    /// A byte of the text and the line of the file that it stands on: what the lines before it came to.
    counted: (usize, u64),
}

impl Records {
    pub(crate) fn new(origins: Arc<[Origin]>, options: Arc<ReadOptions>) -> Self {
        Self { origins, options, next: 0, current: None, ids: IdAllocator::default(), short_chunks: 0 }
    }

    /// How many chunks have been dropped so far because they were shorter than
    /// [`ChunkOptions::min`](crate::ChunkOptions::min).
    pub fn short_chunks(&self) -> u64 {
        self.short_chunks
    }

    /// The record of a row.
    fn row(&mut self, mut fields: Map<String, Value>, source: &str, place: Place) -> Result<Sourced, Error> {
        let id = match fields.shift_remove(RECORD_ID_FIELD) {
            None => match fields.get(&self.options.text_field) {
                Some(Value::String(text)) => RecordId::of(source, text),
                _ => RecordId::of(source, &Value::Object(fields.clone()).to_string()),
            },
            Some(Value::String(id)) if !id.is_empty() => RecordId::given(id),
            Some(Value::Number(id)) if !id.is_f64() => RecordId::given(id.to_string()),
            Some(other) => {
                let found = if other == "" { "an empty one" } else { kind_name(&other) };
                let message = format!(
                    "`{RECORD_ID_FIELD}` must be a string that names the row, found {found}; correct it or remove the field"
                );
                return Err(Fault::new(ErrorKind::BrokenRow, place, message).into());
            }
        };
        Ok(Sourced { record: Record::new(self.ids.unique(id), fields), place })
    }

    /// The record of the document's next chunk, if there is one.
    fn next_chunk(&mut self) -> Option<Sourced> {
        let current = self.current.as_mut()?;
        let chunks = current.chunks.as_mut()?;
        let Some(chunk) = chunks.chunks.next() else {
            current.chunks = None;
            return None;
        };
        let (at, line) = chunks.counted;
        let between = &chunks.document.text.as_bytes()[at..chunk.span.start];
        let line = line + between.iter().filter(|byte| **byte == b'\n').count() as u64;
        chunks.counted = (chunk.span.start, line);
        let mut record = chunks.document.chunk_record(&chunk, &self.options.text_field);
        let place = Place::line(Arc::clone(&current.file), line);
        record.id = self.ids.unique(record.id);
        Some(Sourced { record, place })
    }
}

impl Iterator for Records {
    type Item = Result<Sourced, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.next_chunk() {
                return Some(Ok(record));
            }
            let Some(current) = &mut self.current else {
                let origin = self.origins.get(self.next)?;
                self.next += 1;
                match origin.open(&self.options) {
                    Ok(Opened { items, source, file }) => {
                        self.current = Some(Current { items, source, file, chunks: None });
                        continue;
                    }
                    Err(fault) => return Some(Err(fault.into())),
                }
            };
            match current.items.next() {
                None => self.current = None,
                Some(Err(fault)) => return Some(Err(fault.into())),
                Some(Ok(Item::Document { document, first_line })) => {
                    let cut = chunk(&document, &self.options.chunk);
                    self.short_chunks += cut.dropped as u64;
                    let chunks = cut.chunks.into_iter();
                    current.chunks = Some(Chunks { document, chunks, counted: (0, first_line) });
                }
                Some(Ok(Item::Row { fields, line })) => {
                    let place = Place::line(Arc::clone(&current.file), line);
                    let source = Arc::clone(&current.source);
                    return Some(self.row(fields, &source, place));
                }
            }
        }
    }
}
