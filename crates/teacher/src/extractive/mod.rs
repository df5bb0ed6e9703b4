//! The built-in teacher: no model, no network, no randomness that is not seeded.
//!
//! It finds sentences, names, numbers and dates in the text a prompt was rendered with and fills in the answers from
//! them. Its questions are shallow and its reasoning is a template: it is for trying the tool, previewing a recipe,
//! tests and benchmarks, not for training data that anybody should train on.

mod facts;
mod teacher;

pub use facts::{Facts, content_words, sentences};
pub use teacher::{Extractive, Preview, PreviewInput, Previews};
