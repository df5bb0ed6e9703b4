//! Integration tests: a model from a folder, and a server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod endpoint;
#[cfg(feature = "local")]
mod folder;
#[cfg(feature = "local")]
mod model;
#[cfg(feature = "local")]
mod reference;
mod server;
#[cfg(feature = "local")]
mod vectors;
