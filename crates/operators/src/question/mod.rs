//! What operators over questions share: what a question asks, what it gives away, and its answer as a text.

mod answer;
mod asked;
mod leak;
mod light_words;

pub(crate) use answer::{accepted_answers, answer_text};
pub(crate) use asked::Asked;
pub(crate) use leak::{names, same_words};
