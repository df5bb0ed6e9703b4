//! Exact match and token F1 of answers: what question answering is measured by.
//!
//! ```
//! use ragstill_score::{Normalization, Scorer};
//!
//! let mut scorer = Scorer::new(Normalization::Squad);
//! assert!(scorer.exact_match("The Eiffel Tower!", ["eiffel tower"]));
//! assert_eq!(scorer.f1("a tower in Paris", ["Paris", "the Eiffel Tower"]), 0.5);
//! ```
//!
//! Answers come as text, or as the JSON values of rows ([`answer_text`], [`answer_texts`]). No I/O, no async.

mod answers;
mod chinese;
mod normalization;
mod scorer;
mod squad;
mod tokens;
mod unicode;

pub use answers::{answer_text, answer_texts};
pub use normalization::Normalization;
pub use scorer::{Score, Scorer};
