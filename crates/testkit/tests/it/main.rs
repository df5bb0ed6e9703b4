//! The server as its clients see it: real HTTP, byte for byte.

// Clippy takes only functions marked as tests for tests, not their helpers.
#![allow(clippy::unwrap_used)]

mod binary;
mod client;
mod faults;
mod latency;
mod lifecycle;
mod refusals;
mod stats;
