//! The records of an input, in order.

use std::sync::Arc;

use ragstill_core::{IdAllocator, Record};

use super::Shared;
use super::make::{Cut, Made, not_encoded};
use super::threads::Threads;
use crate::error::{Error, Fault};
use crate::place::Place;

/// A record and where in the input it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    /// The record.
    pub record: Record,
    /// The file and line it begins on.
    pub place: Place,
    /// Whether the row brought its id along, in [`RECORD_ID_FIELD`](ragstill_core::RECORD_ID_FIELD).
    pub own_id: bool,
    /// Which part of what document it is; `None` for a row as it is.
    pub(crate) part: Option<Part>,
}

/// A chunk of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub cut: Arc<Cut>,
    /// The number of the chunk, from 0.
    pub at: usize,
}

/// The records of an input, in the order of its files and of what they hold.
///
/// Files are read ahead, some tens of megabytes and at least one document, by threads that end with this. What is kept of
/// records that were handed out is eight bytes each, for ids to be unique. An error stands in place of each row or document
/// that cannot be read; those after it follow. One of [`ErrorKind::NotEncoded`](crate::ErrorKind::NotEncoded) stands before
/// records.
pub struct Records {
    shared: Arc<Shared>,
    /// Started with the first record that is asked for.
    threads: Option<Threads>,
    current: Current,
    ids: IdAllocator,
    short_chunks: u64,
}

/// What is being handed out, and the bytes to give back after it.
enum Current {
    None,
    Records(std::vec::IntoIter<Result<Sourced, Fault>>, usize),
    Document { cut: Arc<Cut>, next: usize, counted: (usize, u64), bytes: usize, fault: Option<Fault> },
}

impl Records {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, threads: None, current: Current::None, ids: IdAllocator::default(), short_chunks: 0 }
    }

    /// How many chunks have been dropped so far because they were shorter than
    /// [`ChunkOptions::min`](crate::ChunkOptions::min).
    pub fn short_chunks(&self) -> u64 {
        self.short_chunks
    }

    /// The next of what is being handed out.
    fn next_of_current(&mut self) -> Option<Result<Sourced, Fault>> {
        let (next, bytes) = match &mut self.current {
            Current::None => return None,
            Current::Records(records, bytes) => (records.next(), *bytes),
            Current::Document { fault: fault @ Some(_), .. } => return fault.take().map(Err),
            Current::Document { cut, next, counted, bytes, .. } => {
                let field = &self.shared.options.text_field;
                let at = *next;
                *next += 1;
                let is_there = at < cut.chunked.chunks.len();
                (is_there.then(|| Ok(cut.record(at, field, counted))), *bytes)
            }
        };
        if next.is_none() {
            self.current = Current::None;
            if let Some(threads) = &self.threads {
                threads.used_up(bytes);
            }
        }
        next
    }

    /// Moves to what was made next; false at the end.
    fn advance(&mut self) -> bool {
        let threads = self.threads.get_or_insert_with(|| Threads::start(&self.shared));
        let Some((made, bytes)) = threads.next() else { return false };
        self.current = match made {
            Made::Records { records, short_chunks } => {
                self.short_chunks += short_chunks;
                Current::Records(records.into_iter(), bytes)
            }
            Made::Document(cut) => {
                self.short_chunks += cut.chunked.dropped as u64;
                let counted = (0, cut.first_line);
                let place = || Place::file(Arc::clone(&cut.file));
                let fault = cut.chunked.is_estimated.then(|| not_encoded(place()));
                Current::Document { cut, next: 0, counted, bytes, fault }
            }
        };
        true
    }
}

impl Iterator for Records {
    type Item = Result<Sourced, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_of_current() {
                Some(Ok(mut sourced)) => {
                    sourced.record.id = self.ids.unique(sourced.record.id);
                    return Some(Ok(sourced));
                }
                Some(Err(fault)) => return Some(Err(fault.into())),
                None if self.advance() => {}
                None => return None,
            }
        }
    }
}
