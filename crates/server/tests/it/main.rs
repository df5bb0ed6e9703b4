//! The server over real HTTP. Every response of every test is held against the server's own description of it.

// Clippy takes only functions marked as tests for tests, not their helpers.
#![allow(clippy::unwrap_used)]

mod answers;
mod generate;
mod limits;
mod openapi;
mod pressure;
mod searches;
mod stop;
mod support;
mod token;
