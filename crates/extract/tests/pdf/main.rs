//! PDF files to text: whole files, made here.
#![cfg(feature = "pdf")]
// Helpers are outside of `#[test]` functions, where the lint does not know that they are test code.
#![allow(clippy::unwrap_used)]

mod builder;
mod encrypted;
mod fonts;
mod hostile;
mod layout;
mod structure;
