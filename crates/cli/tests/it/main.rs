//! The `ragstill` command as people use it, against a fake teacher over real HTTP.

// Helpers are outside of `#[test]` functions, where the lint does not know that they are test code.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod commands;
mod resume;
mod support;
mod trouble;
