//! What can be watched while a run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use ragstill_teacher::{Snapshot, Stop, Telemetry};

use super::input::Failures;
use super::sink::RowLines;

/// What a run is doing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Reading and checking the input.
    Reading,
    /// Letting the operators look at the whole input.
    Preparing,
    /// Working on the rows.
    Running,
    /// Writing the last files.
    Finishing,
}

/// Live counters of a run and the switch that stops it; shared by the run and whoever shows its progress.
#[derive(Debug)]
pub struct Monitor {
    telemetry: Arc<Telemetry>,
    stop: Stop,
    phase: Mutex<Phase>,
    total: AtomicU64,
    rows: AtomicU64,
    records: AtomicU64,
    rejects: AtomicU64,
    embedded: AtomicU64,
    to_embed: AtomicU64,
    failures: Mutex<Vec<String>>,
}

/// The counters of a run at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Rows there are, once they are counted.
    pub total: u64,
    /// Rows that are done.
    pub rows: u64,
    /// Finished records.
    pub records: u64,
    /// Dropped ones.
    pub rejects: u64,
    /// Passages that were embedded while the operators prepared themselves,
    pub embedded: u64,
    /// and how many are to be.
    pub to_embed: u64,
    /// The teachers' counters.
    pub teacher: Snapshot,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            telemetry: Arc::default(),
            stop: Stop::default(),
            phase: Mutex::new(Phase::Reading),
            total: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            records: AtomicU64::new(0),
            rejects: AtomicU64::new(0),
            embedded: AtomicU64::new(0),
            to_embed: AtomicU64::new(0),
            failures: Mutex::default(),
        }
    }
}

impl Monitor {
    /// The counters now.
    pub fn progress(&self) -> Progress {
        Progress {
            phase: *self.phase.lock(),
            total: self.total.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            records: self.records.load(Ordering::Relaxed),
            rejects: self.rejects.load(Ordering::Relaxed),
            embedded: self.embedded.load(Ordering::Relaxed),
            to_embed: self.to_embed.load(Ordering::Relaxed),
            teacher: self.telemetry.snapshot(),
        }
    }

    /// The switch: on, nothing more is sent, what is in flight is finished, and the run ends in order.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// What of the input could not be read, a line each, since this was asked last.
    pub fn take_failures(&self) -> Vec<String> {
        std::mem::take(&mut self.failures.lock())
    }

    pub(crate) fn failed(&self, failures: &Failures) {
        *self.failures.lock() = failures.clone().lines();
    }

    pub(crate) fn telemetry(&self) -> &Arc<Telemetry> {
        &self.telemetry
    }

    pub(crate) fn enter(&self, phase: Phase) {
        *self.phase.lock() = phase;
    }

    pub(crate) fn embedded(&self, done: u64, total: u64) {
        self.embedded.store(done, Ordering::Relaxed);
        self.to_embed.store(total, Ordering::Relaxed);
    }

    pub(crate) fn counted(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Begins with the rows that a gather has made: what came out before was not finished.
    pub(crate) fn begin_stage(&self, rows: u64) {
        self.total.fetch_add(rows, Ordering::Relaxed);
        self.records.store(0, Ordering::Relaxed);
    }

    pub(crate) fn finished(&self, row: &RowLines) {
        // A row that a later run must complete is not done.
        self.rows.fetch_add(u64::from(row.pending == 0), Ordering::Relaxed);
        self.records.fetch_add(row.records.len() as u64, Ordering::Relaxed);
        self.rejects.fetch_add(row.rejects.len() as u64, Ordering::Relaxed);
    }
}
