//! A fake teacher: an OpenAI-compatible server over real HTTP, for integration tests and benchmarks.
//!
//! What it does is a pure function of what it is asked. Latencies, faults and built-in contents are drawn
//! from a hash of the seed and the [`RequestKey`], so a run can be repeated, and a benchmark can compute from
//! the same latencies what an ideal client would have needed ([`simulate_fifo`], [`simulate_rows`]).
//!
//! ```
//! use std::time::Duration;
//! use ragstill_testkit::{Config, FakeTeacher, Fault, Latency, Responder, RetryAfter};
//!
//! let config = Config::default()
//!     .latency(Latency::Fixed(Duration::from_millis(20)))
//!     .fault(Fault::TooManyRequests(RetryAfter::Seconds(1)), 0.05)
//!     .responder(Responder::rare());
//! let teacher = FakeTeacher::start(config);
//! assert!(teacher.url().ends_with("/v1"));
//! // … point a client at `teacher.url()` …
//! assert_eq!(teacher.stats().requests, 0);
//! ```
//!
//! | endpoint | answers |
//! |---|---|
//! | `POST /v1/chat/completions` | a chat completion, or the configured fault |
//! | `GET /v1/models` | the one model |
//! | `GET /stats` | [`Stats`] as JSON |
//! | `GET /log` | every request as a JSON line ([`LogEntry`]), when [`Config::keep_log`] is on |
//! | `POST /reset` | forgets all counts |
//!
//! The server runs on one thread of its own and stops when its [`Running`] handle is dropped; the binary
//! `fake-teacher` runs it in a process of its own.

mod answer;
mod body;
mod chat;
mod clock;
mod config;
mod contents;
mod draw;
mod fault;
mod latency;
mod limit;
mod refusal;
mod request;
mod responder;
mod router;
mod running;
mod server;
mod simulate;
mod tally;

pub use config::{Config, ConfigError, Reasoning};
pub use draw::RequestKey;
pub use fault::{Fault, RetryAfter};
pub use latency::{Latency, parse_duration};
pub use limit::RateLimit;
pub use refusal::Refusal;
pub use request::{ChatRequest, InvalidRequest, Message};
pub use responder::Responder;
pub use running::Running;
pub use server::{FakeTeacher, StartError};
pub use simulate::{Fan, ideal, simulate_fans, simulate_fifo, simulate_rows, simulate_rows_with_barriers};
pub use tally::{LogEntry, Outcome, Stats};
