//! Live counters of a run's requests, shared by the layers and read by whoever shows progress.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

/// Counters that the layers keep while a run goes on.
#[derive(Debug)]
pub struct Telemetry {
    started: Instant,
    in_flight: AtomicU64,
    sent: AtomicU64,
    answered: AtomicU64,
    from_store: AtomicU64,
    retried: AtomicU64,
    throttled: AtomicU64,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    cost: Mutex<f64>,
    first_sent: Mutex<Option<Instant>>,
    notes: Mutex<BTreeSet<String>>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            in_flight: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            from_store: AtomicU64::new(0),
            retried: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            prompt_tokens: AtomicU64::new(0),
            completion_tokens: AtomicU64::new(0),
            cost: Mutex::new(0.0),
            first_sent: Mutex::new(None),
            notes: Mutex::default(),
        }
    }
}

/// The counters at one moment. Tokens and cost are those paid for in this process, not those of stored answers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Snapshot {
    /// Requests on their way now.
    pub in_flight: u64,
    /// Requests sent, repeated ones included.
    pub sent: u64,
    /// Answers that arrived.
    pub answered: u64,
    /// Answers taken from the store.
    pub from_store: u64,
    /// Requests sent again after a failure.
    pub retried: u64,
    /// Times that a server asked to slow down.
    pub throttled: u64,
    /// Tokens of the answered requests.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// US dollars, by the configured prices.
    pub cost: f64,
    /// Seconds since the counters were made.
    pub seconds: f64,
    /// Seconds from then until the first request was sent.
    pub first_request_seconds: Option<f64>,
}

impl Telemetry {
    /// The counters now.
    pub fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            in_flight: get(&self.in_flight),
            sent: get(&self.sent),
            answered: get(&self.answered),
            from_store: get(&self.from_store),
            retried: get(&self.retried),
            throttled: get(&self.throttled),
            prompt_tokens: get(&self.prompt_tokens),
            completion_tokens: get(&self.completion_tokens),
            cost: *self.cost.lock(),
            seconds: self.started.elapsed().as_secs_f64(),
            first_request_seconds: self
                .first_sent
                .lock()
                .map(|at| at.duration_since(self.started).as_secs_f64()),
        }
    }

    /// What the teachers' servers made necessary, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().iter().cloned().collect()
    }

    pub(crate) fn note(&self, note: String) {
        self.notes.lock().insert(note);
    }

    pub(crate) fn began(&self) {
        if self.sent.fetch_add(1, Ordering::Relaxed) == 0 {
            self.first_sent.lock().get_or_insert_with(Instant::now);
        }
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn took_from_store(&self) {
        self.from_store.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered(&self, prompt_tokens: u64, completion_tokens: u64, cost: f64) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.prompt_tokens.fetch_add(prompt_tokens, Ordering::Relaxed);
        self.completion_tokens.fetch_add(completion_tokens, Ordering::Relaxed);
        *self.cost.lock() += cost;
    }
}
