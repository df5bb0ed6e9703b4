//! PDF files to text: whole files, made here.
#![cfg(feature = "pdf")]

mod builder;
mod encrypted;
mod fonts;
mod hostile;
mod layout;
mod structure;
