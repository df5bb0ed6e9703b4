//! Work to records: rows parsed and named, documents read and cut.

use std::sync::Arc;

use ragstill_core::{Chunk, Document, RECORD_ID_FIELD, Record, RecordId, kind_name};
use serde_json::{Map, Value};

use super::feed::Work;
use super::{Shared, Sourced};
use crate::chunk::Chunked;
use crate::error::{ErrorKind, Fault};
use crate::formats::{Extract, Row, parse_lines, read_document};
use crate::origin::Origin;
use crate::place::Place;

/// What became of a piece of work. The ids of records are not unique yet.
pub(super) enum Made {
    Records { records: Vec<Result<Sourced, Fault>>, short_chunks: u64 },
    Document(Box<Cut>),
}

/// A document and its chunks, of which records are made one by one: together they would hold its text twice.
pub(super) struct Cut {
    pub document: Document,
    pub chunked: Chunked,
    /// The line of the file on which the text starts; 0 without lines.
    pub first_line: u64,
    pub file: Arc<str>,
}

/// Does a piece of work.
pub(super) fn make(shared: &Shared, work: Work) -> Made {
    match work {
        Work::Failed(fault) => failed(fault),
        Work::Document { origin } => document(shared, origin),
        Work::Lines { origin, batch } => {
            let mut table = Table::new(shared, origin);
            let file = Arc::clone(&table.file);
            parse_lines(&batch, &file, shared.options.max_row_bytes, |row| table.add(row));
            table.made()
        }
        Work::Rows { origin, rows } => {
            let mut table = Table::new(shared, origin);
            rows.into_iter().for_each(|row| table.add(row));
            table.made()
        }
    }
}

fn failed(fault: Fault) -> Made {
    Made::Records { records: vec![Err(fault)], short_chunks: 0 }
}

fn document(shared: &Shared, number: usize) -> Made {
    let origin = &shared.origins[number];
    let file = origin.file();
    let read = || {
        if let Origin::Document(document) = origin {
            return Ok(Extract { document: document.clone(), first_line: 1 });
        }
        read_document(origin.format(), origin.open()?, &origin.source(), &file, &shared.options)
    };
    let extract = if origin.format().is_costly() { shared.extracts.get_or(number, read) } else { read() };
    match extract {
        Ok(Extract { document, first_line }) => {
            let chunked = shared.chunker.chunk(&document);
            Made::Document(Box::new(Cut { document, chunked, first_line, file }))
        }
        Err(fault) => failed(fault),
    }
}

/// The records of rows of one origin.
struct Table<'a> {
    shared: &'a Shared,
    source: String,
    file: Arc<str>,
    records: Vec<Result<Sourced, Fault>>,
    short_chunks: u64,
}

impl<'a> Table<'a> {
    fn new(shared: &'a Shared, origin: usize) -> Self {
        let origin = &shared.origins[origin];
        Self { shared, source: origin.source(), file: origin.file(), records: Vec::new(), short_chunks: 0 }
    }

    fn made(self) -> Made {
        Made::Records { records: self.records, short_chunks: self.short_chunks }
    }

    fn add(&mut self, row: Result<Row, Fault>) {
        if let Err(fault) = row.and_then(|row| self.add_row(row)) {
            self.records.push(Err(fault));
        }
    }

    fn add_row(&mut self, Row { mut fields, line }: Row) -> Result<(), Fault> {
        let options = &self.shared.options;
        let place = Place::line(Arc::clone(&self.file), line);
        let broken = |message| Fault::new(ErrorKind::BrokenRow, place.clone(), message);
        let unclear = |message| Fault::new(ErrorKind::NoTextColumn, place.clone(), message);
        options.column.rename(&mut fields, &options.text_field).map_err(unclear)?;
        let given = given_id(&mut fields).map_err(broken)?;
        if options.chunk.rows
            && let Some(Value::String(_)) = fields.get(&options.text_field)
        {
            self.add_chunks(fields, given, &place);
            return Ok(());
        }
        let own_id = given.is_some();
        let id = given.unwrap_or_else(|| match fields.get(&options.text_field) {
            Some(Value::String(text)) => RecordId::of(&self.source, text),
            _ => RecordId::of(&self.source, &Value::Object(fields.clone()).to_string()),
        });
        self.records.push(Ok(Sourced { record: Record::new(id, fields), place, own_id }));
        Ok(())
    }

    /// Records of the chunks of a row's text: each has all fields of the row, its chunk in the place of the text, and the
    /// chunk's `span` in it.
    fn add_chunks(&mut self, mut fields: Map<String, Value>, given: Option<RecordId>, place: &Place) {
        let field = &self.shared.options.text_field;
        let own_id = given.is_some();
        let Some(Value::String(text)) = fields.get_mut(field).map(Value::take) else { return };
        let document = Document { source: self.source.clone(), text, ..Document::default() };
        let Chunked { chunks, dropped } = self.shared.chunker.chunk(&document);
        self.short_chunks += dropped as u64;
        // Most rows are one chunk: their texts need not be copied.
        if let [chunk] = &chunks[..]
            && chunk.span == (0..document.text.len())
        {
            let id = given.unwrap_or_else(|| RecordId::of(&self.source, &document.text));
            fields.insert("span".to_owned(), Value::from(vec![0, document.text.len()]));
            fields.insert(field.clone(), Value::from(document.text));
            self.records.push(Ok(Sourced { record: Record::new(id, fields), place: place.clone(), own_id }));
            return;
        }
        for (at, chunk) in chunks.iter().enumerate() {
            let text = document.chunk_text(chunk);
            let id = given.as_ref().map_or_else(|| RecordId::of(&self.source, text), |id| id.child(at));
            let mut fields = fields.clone();
            fields.insert(field.clone(), Value::from(text));
            fields.insert("span".to_owned(), Value::from(vec![chunk.span.start, chunk.span.end]));
            self.records.push(Ok(Sourced { record: Record::new(id, fields), place: place.clone(), own_id }));
        }
    }
}

/// The id that a row brings along, taken out of it.
fn given_id(fields: &mut Map<String, Value>) -> Result<Option<RecordId>, String> {
    match fields.shift_remove(RECORD_ID_FIELD) {
        None => Ok(None),
        Some(Value::String(id)) if !id.is_empty() => Ok(Some(RecordId::given(id))),
        Some(Value::Number(id)) if !id.is_f64() => Ok(Some(RecordId::given(id.to_string()))),
        Some(other) => {
            let found = if other == "" { "an empty one" } else { kind_name(&other) };
            Err(format!(
                "`{RECORD_ID_FIELD}` must be a string that names the row, found {found}; correct it or remove the field"
            ))
        }
    }
}

impl Cut {
    /// The record of one of the chunks, and the line or page where it begins. `counted` is a byte of the text and the line
    /// on which it stands: what the chunks before it came to.
    pub(super) fn record(&self, chunk: &Chunk, text_field: &str, counted: &mut (usize, u64)) -> Sourced {
        let (at, line) = *counted;
        // Chunks may overlap, and then start before the place that was counted to.
        let (from, line) = if chunk.span.start < at { (0, self.first_line) } else { (at, line) };
        let between = &self.document.text.as_bytes()[from..chunk.span.start];
        let line = line + memchr::memchr_iter(b'\n', between).count() as u64;
        *counted = (chunk.span.start, line);
        let place = match (self.first_line, self.document.page_of(chunk.span.start)) {
            (0, page) => Place { page, ..Place::file(Arc::clone(&self.file)) },
            _ => Place::line(Arc::clone(&self.file), line),
        };
        Sourced { record: self.document.chunk_record(chunk, text_field), place, own_id: false }
    }
}
