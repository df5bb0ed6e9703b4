//! Answers written by a teacher.

mod answerer;
mod preview;

pub use answerer::Answerer;

pub(crate) use answerer::{Form, Grounded};
