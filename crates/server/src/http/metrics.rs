//! What is counted, and how Prometheus reads it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;

use super::Refused;
use crate::routes::Route;

/// The statuses that are told apart; any other counts as 500.
const STATUSES: [u16; 15] = [200, 400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 501, 502, 503, 504];

/// Upper bounds of the histogram's buckets, in seconds.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0];

/// The counters of a server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    routes: [OfRoute; Route::ALL.len()],
    refused: [AtomicU64; Refused::ALL.len()],
    in_flight: AtomicUsize,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
}

#[derive(Debug, Default)]
struct OfRoute {
    statuses: [AtomicU64; STATUSES.len()],
    /// Requests no slower than each bound and slower than the one before.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// What a server knows that is not counted here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauges {
    pub passages: usize,
    pub threads: usize,
    pub busy: usize,
    pub queued: usize,
    pub searched: u64,
    pub connections: usize,
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Metrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts a request as in flight until what is returned is dropped.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// Notes an answered request.
    pub(crate) fn answered(
        &self,
        route: Route,
        status: StatusCode,
        took: Duration,
        refused: Option<Refused>,
    ) {
        let of_route = &self.routes[route as usize];
        let known = |status: u16| STATUSES.iter().position(|known| *known == status);
        if let Some(at) = known(status.as_u16()).or_else(|| known(500)) {
            of_route.statuses[at].fetch_add(1, Ordering::Relaxed);
        }
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        of_route.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        of_route.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        if let Some(at) = refused.and_then(|why| Refused::ALL.iter().position(|(known, _)| *known == why)) {
            self.refused[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes what a teacher's answer took.
    pub(crate) fn tokens(&self, prompt: u64, completion: u64) {
        self.prompt_tokens.fetch_add(prompt, Ordering::Relaxed);
        self.completion_tokens.fetch_add(completion, Ordering::Relaxed);
    }

    /// Everything, in Prometheus' text format.
    pub(crate) fn text(&self, gauges: Gauges) -> String {
        let mut out = String::with_capacity(8192);
        let one = |out: &mut String, name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display| {
            header(out, name, kind, help);
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{name} {value}");
        };
        header(
            &mut out,
            "ragstill_requests_total",
            "counter",
            "Requests answered, by route and HTTP status.",
        );
        for route in Route::ALL {
            for (status, count) in STATUSES.iter().zip(&self.routes[route as usize].statuses) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let route = route.label();
                    let _ = writeln!(
                        out,
                        "ragstill_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}"
                    );
                }
            }
        }
        let name = "ragstill_request_seconds";
        header(&mut out, name, "histogram", "Time from a request's headers to its response, by route.");
        for route in Route::ALL {
            self.histogram(&mut out, name, route);
        }
        header(&mut out, "ragstill_refused_total", "counter", "Requests sent away, by reason.");
        for ((_, reason), count) in Refused::ALL.iter().zip(&self.refused) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "ragstill_refused_total{{reason=\"{reason}\"}} {count}");
        }
        let tokens = "ragstill_teacher_tokens_total";
        header(&mut out, tokens, "counter", "Tokens that the teacher's answers took.");
        for (kind, count) in [("prompt", &self.prompt_tokens), ("completion", &self.completion_tokens)] {
            let _ = writeln!(out, "{tokens}{{kind=\"{kind}\"}} {}", count.load(Ordering::Relaxed));
        }
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        one(&mut out, "ragstill_requests_in_flight", "gauge", "Requests being answered.", &in_flight);
        one(&mut out, "ragstill_connections", "gauge", "Open connections.", &gauges.connections);
        one(&mut out, "ragstill_searches_total", "counter", "Queries searched.", &gauges.searched);
        one(&mut out, "ragstill_queued_queries", "gauge", "Queries that wait for a thread.", &gauges.queued);
        one(&mut out, "ragstill_search_threads", "gauge", "Threads that search.", &gauges.threads);
        one(&mut out, "ragstill_search_threads_busy", "gauge", "Threads that are searching.", &gauges.busy);
        one(&mut out, "ragstill_passages", "gauge", "Passages that are searched.", &gauges.passages);
        if let Some(bytes) = resident_bytes() {
            let help = "Resident memory size in bytes.";
            one(&mut out, "process_resident_memory_bytes", "gauge", help, &bytes);
        }
        out
    }

    fn histogram(&self, out: &mut String, name: &str, route: Route) {
        let of_route = &self.routes[route as usize];
        let label = route.label();
        let mut sum = 0;
        let bounds = BOUNDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        let counts: Vec<_> = of_route.buckets.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        if counts.iter().all(|count| *count == 0) {
            return;
        }
        for (bound, count) in bounds.zip(&counts) {
            sum += count;
            let _ = writeln!(out, "{name}_bucket{{route=\"{label}\",le=\"{bound}\"}} {sum}");
        }
        let seconds = of_route.nanoseconds.load(Ordering::Relaxed) as f64 / 1e9;
        let _ = writeln!(out, "{name}_sum{{route=\"{label}\"}} {seconds}");
        let _ = writeln!(out, "{name}_count{{route=\"{label}\"}} {sum}");
    }
}

fn header(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// The memory that this process has in use, where the system says.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::StatusCode;

    use super::{Gauges, Metrics};
    use crate::http::Refused;
    use crate::routes::Route;

    #[test]
    fn counts_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        let milliseconds = Duration::from_millis;
        metrics.answered(Route::Search, StatusCode::OK, milliseconds(2), None);
        metrics.answered(Route::Search, StatusCode::OK, milliseconds(700_000), None);
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        metrics.answered(Route::Search, busy, milliseconds(1), Some(Refused::Queue));
        let held = metrics.enter();
        let gauges = Gauges { passages: 7, threads: 2, busy: 1, queued: 3, searched: 2, connections: 4 };
        let text = metrics.text(gauges);
        for line in [
            "ragstill_requests_total{route=\"/search\",status=\"200\"} 2",
            "ragstill_requests_total{route=\"/search\",status=\"503\"} 1",
            "ragstill_request_seconds_bucket{route=\"/search\",le=\"0.001\"} 1",
            "ragstill_request_seconds_bucket{route=\"/search\",le=\"0.0025\"} 2",
            "ragstill_request_seconds_bucket{route=\"/search\",le=\"120\"} 2",
            "ragstill_request_seconds_bucket{route=\"/search\",le=\"+Inf\"} 3",
            "ragstill_request_seconds_sum{route=\"/search\"} 700.003",
            "ragstill_request_seconds_count{route=\"/search\"} 3",
            "ragstill_refused_total{reason=\"queue\"} 1",
            "ragstill_requests_in_flight 1",
            "ragstill_passages 7",
            "ragstill_queued_queries 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} missing in\n{text}");
        }
        drop(held);
        assert!(metrics.text(gauges).contains("ragstill_requests_in_flight 0\n"));
    }
}
