//! Work to records: rows parsed and named, documents read and cut.

use std::sync::Arc;

use ragstill_core::{Document, RECORD_ID_FIELD, Record, RecordId, kind_name};
use serde_json::{Map, Value};

use super::feed::Work;
use super::{Part, Shared, Sourced};
use crate::chunk::Chunked;
use crate::error::{ErrorKind, Fault};
use crate::formats::{Extract, Row, parse_lines, read_document};
use crate::origin::Origin;
use crate::place::Place;

/// What became of a piece of work. The ids of records are not unique yet.
pub(super) enum Made {
    Records { records: Vec<Result<Sourced, Fault>>, short_chunks: u64 },
    Document(Arc<Cut>),
}

/// A document and its chunks, of which records are made one by one: together they would hold its text twice.
#[derive(Debug, PartialEq)]
pub(crate) struct Cut {
    pub document: Document,
    pub chunked: Chunked,
    /// The line of the file on which the text starts; 0 without lines.
    pub first_line: u64,
    pub file: Arc<str>,
    /// Whether it is a row, one of several in its file.
    pub is_row: bool,
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
            Made::Document(Arc::new(Cut { document, chunked, first_line, file, is_row: false }))
        }
        Err(fault) => failed(fault),
    }
}

/// What is told of a text whose tokens had to be estimated; its records follow.
pub(super) fn not_encoded(place: Place) -> Fault {
    let message = "the tokenizer cannot encode some of its text, so the tokens of that are estimated and its chunks may \
        be longer than chunk.size; give another tokenizer.json, or leave it out to estimate all";
    Fault::new(ErrorKind::NotEncoded, place, message)
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
        self.records.push(Ok(Sourced { record: Record::new(id, fields), place, part: None, own_id }));
        Ok(())
    }

    /// Records of the chunks of a row's text: each has all fields of the row, its chunk in the place of the text, and the
    /// chunk's `span` in it.
    fn add_chunks(&mut self, mut fields: Map<String, Value>, given: Option<RecordId>, place: &Place) {
        let field = &self.shared.options.text_field;
        let own_id = given.is_some();
        let Some(Value::String(text)) = fields.get_mut(field).map(Value::take) else { return };
        let document = Document { source: self.source.clone(), text, ..Document::default() };
        let chunked = self.shared.chunker.chunk(&document);
        self.short_chunks += chunked.dropped as u64;
        if chunked.is_estimated {
            self.records.push(Err(not_encoded(place.clone())));
        }
        // Most rows are one chunk: their texts need not be copied.
        if let [chunk] = &chunked.chunks[..]
            && chunk.span == (0..document.text.len())
        {
            let id = given.unwrap_or_else(|| RecordId::of(&self.source, &document.text));
            fields.insert("span".to_owned(), Value::from(vec![0, document.text.len()]));
            fields.insert(field.clone(), Value::from(document.text));
            let record = Record::new(id, fields);
            self.records.push(Ok(Sourced { record, place: place.clone(), part: None, own_id }));
            return;
        }
        let (file, first_line) = (Arc::clone(&self.file), place.line.unwrap_or_default());
        let cut = Arc::new(Cut { document, chunked, first_line, file, is_row: true });
        for (at, chunk) in cut.chunked.chunks.iter().enumerate() {
            let text = cut.document.chunk_text(chunk);
            let id = given.as_ref().map_or_else(|| RecordId::of(&self.source, text), |id| id.child(at));
            let mut fields = fields.clone();
            fields.insert(field.clone(), Value::from(text));
            fields.insert("span".to_owned(), Value::from(vec![chunk.span.start, chunk.span.end]));
            let part = Some(Part { cut: Arc::clone(&cut), at });
            self.records.push(Ok(Sourced {
                record: Record::new(id, fields),
                place: place.clone(),
                part,
                own_id,
            }));
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
    pub(super) fn record(
        self: &Arc<Self>,
        at: usize,
        text_field: &str,
        counted: &mut (usize, u64),
    ) -> Sourced {
        let chunk = &self.chunked.chunks[at];
        let (known, line) = *counted;
        // Chunks may overlap, and then start before the place that was counted to.
        let (from, line) = if chunk.span.start < known { (0, self.first_line) } else { (known, line) };
        let between = &self.document.text.as_bytes()[from..chunk.span.start];
        let line = line + memchr::memchr_iter(b'\n', between).count() as u64;
        *counted = (chunk.span.start, line);
        let place = match (self.first_line, self.document.page_of(chunk.span.start)) {
            (0, page) => Place { page, ..Place::file(Arc::clone(&self.file)) },
            _ => Place::line(Arc::clone(&self.file), line),
        };
        let part = Some(Part { cut: Arc::clone(self), at });
        Sourced { record: self.document.chunk_record(chunk, text_field), place, part, own_id: false }
    }

    /// What the document is called: its source, and the line for a row.
    pub(crate) fn name(&self) -> String {
        let source = &self.document.source;
        if self.is_row { format!("{source}:{}", self.first_line) } else { source.clone() }
    }

    /// Whether the only chunk is all there is of the document.
    pub(crate) fn is_one_chunk(&self) -> bool {
        self.chunked.chunks.len() == 1 && self.chunked.dropped == 0
    }
}
