//! Integration tests: against Lucene's own results, against a brute-force scorer, and at the limits.

#![allow(clippy::unwrap_used)] // Clippy's exemption for tests does not reach the helpers of integration tests.

mod brute_force;
mod collection;
mod dense;
mod file;
mod hnsw;
mod hnsw_folder;
mod languages;
mod limits;
mod lucene;
mod reference;
