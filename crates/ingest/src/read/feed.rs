//! What there is to do, in order: pieces of files, small enough to be held.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};

use super::Shared;
use super::threads::crashed;
use crate::error::Fault;
use crate::formats::{Batch, Batches, Format, Row, rows, text_reader};
use crate::origin::Origin;
use crate::place::Place;

/// Rows that are worked on together: so many at the most, or
const ROWS: usize = 512;
/// so many bytes of text and a row.
const BYTES: usize = 256 << 10;

/// A piece of work. Numbers are those of origins.
pub(super) enum Work {
    /// Lines of a JSON Lines file, to be parsed.
    Lines { origin: usize, batch: Batch },
    /// Rows of another format.
    Rows { origin: usize, rows: Vec<Result<Row, Fault>> },
    /// A document, to be read and cut.
    Document { origin: usize },
    /// Something that cannot be read.
    Failed(Fault),
}

impl Work {
    /// The origin that it comes from.
    pub(super) fn origin(&self) -> Option<usize> {
        match self {
            Self::Lines { origin, .. } | Self::Rows { origin, .. } | Self::Document { origin } => {
                Some(*origin)
            }
            Self::Failed(_) => None,
        }
    }
}

/// Hands out the work of an input with the bytes that it will hold, roughly, until `give` wants no more.
pub(super) fn feed(shared: &Shared, mut give: impl FnMut(Work, usize) -> bool) {
    for (number, origin) in shared.origins.iter().enumerate() {
        let wanted = match origin {
            Origin::Failed(fault) => give(Work::Failed(fault.clone()), 0),
            Origin::Document(document) => give(Work::Document { origin: number }, document.text.len()),
            origin if origin.format().is_document() => {
                // The file, its text, and the copies that are made on the way.
                let bytes = usize::try_from(origin.size()).unwrap_or(usize::MAX).saturating_mul(4);
                give(Work::Document { origin: number }, bytes)
            }
            origin => feed_rows(shared, number, origin, &mut give),
        };
        if !wanted {
            return;
        }
    }
}

/// The rows of one origin; false when no more are wanted.
fn feed_rows(
    shared: &Shared,
    number: usize,
    origin: &Origin,
    give: &mut impl FnMut(Work, usize) -> bool,
) -> bool {
    let file = origin.file();
    let content = match origin.open() {
        Ok(content) => content,
        Err(fault) => return give(Work::Failed(fault), 0),
    };
    if origin.format() == Format::JsonLines {
        let reader = match text_reader(content.into_stream()) {
            Ok(reader) => reader,
            Err(error) => return give(Work::Failed(Fault::unreadable(Place::file(file), &error)), 0),
        };
        for batch in Batches::new(reader, file, shared.options.max_row_bytes) {
            let wanted = match batch {
                Ok(batch) => {
                    let bytes = batch.weight();
                    give(Work::Lines { origin: number, batch }, bytes)
                }
                Err(fault) => give(Work::Failed(fault), 0),
            };
            if !wanted {
                return false;
            }
        }
        return true;
    }
    let mut all = match rows(origin.format(), content, file, &shared.options) {
        Ok(rows) => rows,
        Err(fault) => return give(Work::Failed(fault), 0),
    };
    let mut is_broken = false;
    while !is_broken {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while rows.len() < ROWS && bytes < BYTES && !is_broken {
            let next = catch_unwind(AssertUnwindSafe(|| all.next())).unwrap_or_else(|_| {
                is_broken = true;
                Some(Err(crashed(Some(Place::file(origin.file())))))
            });
            let Some(row) = next else { break };
            bytes += row.as_ref().map_or(0, |row| weight(&row.fields)) + 256;
            rows.push(row);
        }
        if rows.is_empty() {
            return true;
        }
        if !give(Work::Rows { origin: number, rows }, bytes * 3) {
            return false;
        }
    }
    true
}

/// The bytes of a row's texts, and something for the rest.
fn weight(fields: &Map<String, Value>) -> usize {
    fields.values().map(|value| 48 + value.as_str().map_or(0, str::len)).sum()
}
