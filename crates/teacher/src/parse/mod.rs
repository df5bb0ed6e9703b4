//! Parsing of model output: the one place where a reply becomes data.
//!
//! [`json()`] takes a whole reply (reasoning, preamble, fences and all) to the value that an operator asked for;
//! [`pairs`] to the questions and answers that it marks; [`step()`] to the first step of a reasoning chain; [`prose`] takes one to its
//! plain text. All are strict about meaning and lenient about form: what a reply
//! leaves no doubt about is repaired, what would need a guess is refused, and a value holds nothing that the
//! reply does not say. Nothing is ever evaluated. The stations, in order:
//!
//! | module | what it decides |
//! |---|---|
//! | `reasoning` | which part of the reply is thinking |
//! | `find` | where JSON values may stand in the rest |
//! | `json`, `string` | what such a text means |
//! | `schema` | whether that is what was asked for |
//! | `pairs` | which answer belongs to which question |
//! | `step` | what is thought and done next |

mod error;
mod excerpt;
mod find;
mod json;
mod pairs;
#[cfg(test)]
mod properties;
mod reasoning;
mod schema;
mod step;
mod string;
#[cfg(test)]
mod tests;

pub use error::ParseError;
pub use find::{Candidate, candidates};
pub use json::{JsonError, MAX_DEPTH, read};
pub use pairs::{Pair, pairs};
pub use reasoning::{Separated, prose, separate};
pub use schema::{InvalidSchema, Schema, SchemaError};
pub use step::{Action, MOST_CHARACTERS, Step, action, step};

use serde_json::Value;

use find::{Found, search};
use json::Failure;

/// The first object or array of a reply that fits `schema`, or the first at all if there is none.
///
/// Reasoning is dropped first; fenced blocks come before the rest of the reply (see [`candidates`]).
///
/// ```
/// use ragstill_teacher::parse::{Schema, json};
/// use serde_json::json;
///
/// let schema = Schema::compile(&json!({
///     "type": "object",
///     "properties": {"question": {"type": "string", "minLength": 1}},
///     "required": ["question"],
/// }))?;
/// let reply = "<think>Hm, {} will not do.</think>Here it is:\n```json\n{'question': 'Who's \"it\"?',}\n```";
/// assert_eq!(json(reply, Some(&schema))?, json!({"question": "Who's \"it\"?"}));
///
/// let error = json("{\"question\": \"Who", Some(&schema)).unwrap_err();
/// assert!(error.is_truncated());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ParseError`]: why no value was accepted. If several values failed, it tells about the longest of them, which is
/// most likely the one that was meant.
pub fn json(text: &str, schema: Option<&Schema>) -> Result<Value, ParseError> {
    let separated = separate(text);
    let mut longest: Option<(usize, usize, Refusal)> = None;
    let mut count = 0;
    for Found { range, outcome, .. } in search(&separated.text) {
        count += 1;
        let refusal = match (outcome, schema) {
            (Err(failure), _) => Refusal::Json(failure),
            (Ok(value), None) => return Ok(value),
            (Ok(value), Some(schema)) => match schema.check(&value) {
                Ok(()) => return Ok(value),
                Err(error) => Refusal::Schema(error),
            },
        };
        if longest.as_ref().is_none_or(|(length, ..)| range.len() > *length) {
            longest = Some((range.len(), count, refusal));
        }
    }
    Err(match longest {
        Some((_, candidate, Refusal::Json(failure))) => {
            ParseError::Json { candidate, of: count, error: failure.into_error(&separated.text) }
        }
        Some((_, candidate, Refusal::Schema(error))) => ParseError::Schema { candidate, of: count, error },
        None if !separated.closed => ParseError::UnclosedReasoning,
        None if separated.text.is_empty() => ParseError::Empty { reasoned: separated.reasoning.is_some() },
        None => ParseError::nothing_in(&separated.text),
    })
}

/// Why one candidate was refused.
enum Refusal {
    Json(Failure),
    Schema(SchemaError),
}
