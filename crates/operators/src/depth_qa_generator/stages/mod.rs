//! The stages of a round, one file each: what is asked for, and what of the answer can be used.

mod backward;
mod identifier;
mod question;
mod superset;

pub(super) use backward::{Backward, Step};
pub(super) use identifier::Identifier;
pub(super) use question::Question;
pub(super) use superset::Superset;

use serde_json::Value;

/// The names of the prompts.
pub(super) mod prompts {
    pub(crate) use super::backward::PROMPT as BACKWARD;
    pub(crate) use super::identifier::PROMPT as IDENTIFIER;
    pub(crate) use super::question::PROMPT as QUESTION;
    pub(crate) use super::superset::PROMPT as SUPERSET;
}

/// What a stage makes of usable answers: its result, or why there is none.
pub(super) type Stage<T> = ragstill_teacher::Result<Result<T, String>>;

/// A text of an answer, its white space as single spaces.
///
/// # Errors
/// When it is not there or blank.
fn text(answer: &Value, name: &str) -> Result<String, String> {
    let found = answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let words: Vec<&str> = found.split_whitespace().collect();
    if words.is_empty() { Err(format!("`{name}` is not there or blank")) } else { Ok(words.join(" ")) }
}
