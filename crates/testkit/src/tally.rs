//! What the server has served.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use serde::{Serialize, Serializer};

use crate::draw::RequestKey;

/// How one request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A sound completion was handed to the connection in full.
    Answered,
    /// An error status that was configured: a [`Refusal`](crate::Refusal) or the rate limit.
    Refused,
    /// A [`Fault`](crate::Fault).
    Faulted,
    /// The client went away before the answer was complete.
    Abandoned,
}

/// One chat request, in the order in which requests ended.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LogEntry {
    /// The request's key.
    pub key: RequestKey,
    /// How often the key was asked before.
    pub attempt: u32,
    /// The latency drawn for the key.
    #[serde(rename = "latency_us", serialize_with = "micros")]
    pub latency: Duration,
    /// When the request's head arrived, counted from the start of the server or the last reset.
    #[serde(rename = "arrived_us", serialize_with = "micros")]
    pub arrived: Duration,
    /// When its answer was handed to the connection in full, or given up, on the same clock.
    #[serde(rename = "ended_us", serialize_with = "micros")]
    pub ended: Duration,
    /// The status sent; `None` when the connection was closed, or left, before one was.
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
}

/// Counts since the start of the server or the last reset. Only `POST /v1/chat/completions` counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Requests received.
    pub requests: u64,
    /// Requests by the status sent. Those dropped or abandoned before a status are missing.
    pub by_status: BTreeMap<u16, u64>,
    /// Sound completions handed to the connection in full.
    pub answered: u64,
    /// Faults that struck, by [`Fault::name`](crate::Fault::name).
    pub faults: BTreeMap<&'static str, u64>,
    /// Requests whose client went away before the answer was complete.
    pub abandoned: u64,
    /// Different request keys seen.
    pub distinct_keys: u64,
    /// Different request keys answered.
    pub answered_keys: u64,
    /// The keys that were answered more than once, sorted: work that a client paid for twice.
    pub answered_again: Vec<RequestKey>,
    /// Requests in flight now: read, and neither answered in full nor given up.
    pub in_flight: u64,
    /// The most requests that were in flight at once.
    pub max_in_flight: u64,
    /// The latencies of all answers, retries and faults left out: what an ideal client divides by its
    /// concurrency.
    #[serde(rename = "answered_latency_us", serialize_with = "micros")]
    pub answered_latency: Duration,
    /// When the first request arrived.
    #[serde(skip)]
    pub first_request: Option<Instant>,
    /// When the first request arrived, in milliseconds of Unix time: for a reader in another process.
    pub first_request_unix_ms: Option<f64>,
}

fn micros<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_micros().try_into().unwrap_or(u64::MAX))
}

/// The counts, shared by the server's thread and whoever asks.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    /// Raised by a reset, so that what began before it is not counted after it.
    generation: u64,
    since: Instant,
    keep_log: bool,
    stats: Stats,
    keys: HashMap<RequestKey, KeyCounts>,
    log: Vec<LogEntry>,
}

#[derive(Debug, Default)]
struct KeyCounts {
    attempts: u32,
    answers: u32,
}

impl Tally {
    pub(crate) fn new(keep_log: bool) -> Self {
        let counts = Counts {
            generation: 0,
            since: Instant::now(),
            keep_log,
            stats: Stats::default(),
            keys: HashMap::new(),
            log: Vec::new(),
        };
        Self { counts: Mutex::new(counts) }
    }

    /// Counts a request in and returns the number of its attempt.
    pub(crate) fn begin(self: &Arc<Self>, key: RequestKey, arrived: Instant, latency: Duration) -> Exchange {
        let mut counts = self.counts.lock();
        counts.arrived(arrived);
        let of_key = counts.keys.entry(key).or_default();
        let attempt = of_key.attempts;
        of_key.attempts = attempt.saturating_add(1);
        let stats = &mut counts.stats;
        stats.in_flight += 1;
        stats.max_in_flight = stats.max_in_flight.max(stats.in_flight);
        Exchange {
            tally: Arc::clone(self),
            generation: counts.generation,
            key,
            attempt,
            arrived,
            latency,
            status: None,
            fault: None,
            outcome: Outcome::Abandoned,
        }
    }

    /// Counts a request that could not be read, and so has no key.
    pub(crate) fn unreadable(&self, arrived: Instant, status: u16) {
        let mut counts = self.counts.lock();
        counts.arrived(arrived);
        *counts.stats.by_status.entry(status).or_default() += 1;
    }

    pub(crate) fn stats(&self) -> Stats {
        let counts = self.counts.lock();
        let mut stats = counts.stats.clone();
        stats.distinct_keys = counts.keys.len() as u64;
        for (&key, of_key) in &counts.keys {
            stats.answered_keys += u64::from(of_key.answers > 0);
            if of_key.answers > 1 {
                stats.answered_again.push(key);
            }
        }
        stats.answered_again.sort_unstable();
        stats
    }

    pub(crate) fn log(&self) -> Vec<LogEntry> {
        self.counts.lock().log.clone()
    }

    pub(crate) fn keep_log(&self, keep: bool) {
        self.counts.lock().keep_log = keep;
    }

    pub(crate) fn reset(&self) {
        let mut counts = self.counts.lock();
        let in_flight = counts.stats.in_flight;
        counts.generation += 1;
        counts.since = Instant::now();
        counts.stats = Stats { in_flight, max_in_flight: in_flight, ..Stats::default() };
        counts.keys.clear();
        counts.log.clear();
    }
}

impl Counts {
    fn arrived(&mut self, arrived: Instant) {
        self.stats.requests += 1;
        if self.stats.first_request.is_none() {
            self.stats.first_request = Some(arrived);
            let unix = SystemTime::now().checked_sub(arrived.elapsed());
            let unix = unix.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
            self.stats.first_request_unix_ms = unix.map(|time| time.as_secs_f64() * 1e3);
        }
    }
}

/// One request on its way. Counted when dropped: abandoned, unless it was told otherwise.
#[derive(Debug)]
pub(crate) struct Exchange {
    tally: Arc<Tally>,
    generation: u64,
    pub(crate) key: RequestKey,
    pub(crate) attempt: u32,
    arrived: Instant,
    latency: Duration,
    status: Option<u16>,
    fault: Option<&'static str>,
    outcome: Outcome,
}

impl Exchange {
    /// When the answer is due.
    pub(crate) fn due(&self) -> Instant {
        self.arrived + self.latency
    }

    pub(crate) fn sent_status(&mut self, status: u16) {
        self.status = Some(status);
    }

    pub(crate) fn struck_by(&mut self, fault: &'static str) {
        self.fault = Some(fault);
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut counts = self.tally.counts.lock();
        counts.stats.in_flight -= 1;
        if counts.generation != self.generation {
            return;
        }
        if counts.keep_log {
            let entry = LogEntry {
                key: self.key,
                attempt: self.attempt,
                latency: self.latency,
                arrived: self.arrived.saturating_duration_since(counts.since),
                ended: counts.since.elapsed(),
                status: self.status,
                outcome: self.outcome,
            };
            counts.log.push(entry);
        }
        let stats = &mut counts.stats;
        if let Some(status) = self.status {
            *stats.by_status.entry(status).or_default() += 1;
        }
        if let Some(fault) = self.fault {
            *stats.faults.entry(fault).or_default() += 1;
        }
        match self.outcome {
            Outcome::Answered => {
                stats.answered += 1;
                stats.answered_latency += self.latency;
                if let Some(of_key) = counts.keys.get_mut(&self.key) {
                    of_key.answers += 1;
                }
            }
            Outcome::Abandoned => stats.abandoned += 1,
            Outcome::Refused | Outcome::Faulted => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::{Outcome, Tally};
    use crate::draw::RequestKey;

    #[test]
    fn exchanges_are_counted_by_how_they_end() {
        let tally = Arc::new(Tally::new(true));
        let latency = Duration::from_millis(3);
        let begin = |key| tally.begin(RequestKey::new(key), Instant::now(), latency);
        let (mut first, mut second, third) = (begin(1), begin(1), begin(2));
        assert_eq!((first.attempt, second.attempt, third.attempt), (0, 1, 0));
        for exchange in [&mut first, &mut second] {
            exchange.sent_status(200);
            exchange.end(Outcome::Answered);
        }
        drop((first, second, third));
        let stats = tally.stats();
        assert_eq!((stats.requests, stats.answered, stats.abandoned), (3, 2, 1));
        assert_eq!((stats.distinct_keys, stats.answered_keys), (2, 1));
        assert_eq!(stats.answered_again, [RequestKey::new(1)]);
        assert_eq!((stats.in_flight, stats.max_in_flight), (0, 3));
        assert_eq!(stats.answered_latency, latency * 2);
        assert_eq!(tally.log().len(), 3);
    }

    #[test]
    fn a_reset_forgets_all_but_what_is_in_flight() {
        let tally = Arc::new(Tally::new(true));
        let mut before = tally.begin(RequestKey::new(1), Instant::now(), Duration::ZERO);
        before.end(Outcome::Answered);
        tally.reset();
        assert_eq!((tally.stats().requests, tally.stats().in_flight), (0, 1));
        drop(before);
        let stats = tally.stats();
        assert_eq!((stats.in_flight, stats.answered, stats.distinct_keys), (0, 0, 0));
        assert!(tally.log().is_empty());
        assert_eq!(tally.begin(RequestKey::new(1), Instant::now(), Duration::ZERO).attempt, 0);
    }
}
