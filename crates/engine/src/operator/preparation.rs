//! What an operator has at hand while it looks at the whole input.

use std::path::Path;

use super::Notes;
use crate::run::Monitor;

/// Whether an operator may ask somebody while it prepares itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// It may.
    Allowed,
    /// It may not: the run answers from what is stored. What is computed without asking anybody is computed.
    Offline,
    /// It may not, and is to say what it would ask: nothing that takes long is done, and nothing is written.
    Forecast,
}

/// What an operator has at hand while it looks at the whole input.
#[derive(Debug, Clone, Copy)]
pub struct Preparation<'a> {
    folder: Option<&'a Path>,
    asking: Asking,
    notes: &'a Notes,
    monitor: &'a Monitor,
}

impl<'a> Preparation<'a> {
    /// A preparation in a run directory, or in none.
    pub fn new(folder: Option<&'a Path>, asking: Asking, notes: &'a Notes, monitor: &'a Monitor) -> Self {
        Self { folder, asking, notes, monitor }
    }

    /// The run directory: what was paid for is kept there. A forecast may have none, or one that is not made yet.
    pub fn folder(&self) -> Option<&'a Path> {
        self.folder
    }

    /// Whether somebody may be asked.
    pub fn asking(&self) -> Asking {
        self.asking
    }

    /// Whether the run is to end: nothing more is to be asked.
    pub fn is_stopped(&self) -> bool {
        self.monitor.stop().is_stopped()
    }

    /// Says how far it is, for whoever watches: passages that are embedded, of all that are to be.
    pub fn embedded(&self, done: usize, total: usize) {
        self.monitor.embedded(done as u64, total as u64);
    }

    /// Notes how many there were of something; it reads well after the number, as with [`Context::note`](super::Context::note).
    pub fn note(&self, count: usize, note: &str) {
        self.notes.add_many(note, count as u64);
    }
}
