//! The operators with a scripted teacher, and the prompts as they are sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod script;

mod bm25_hard_neg;
mod doc2query;
mod negative_judge;
mod reason_distill;
