//! What the built-in teacher judges: an answer is correct when an accepted one stands in it, or it in an accepted one.

use ragstill_teacher::extractive::PreviewInput;
use serde_json::{Value, json};

use crate::words::contains_words;

/// Answers `answer_evaluator/judge`.
pub(super) fn judge(input: &PreviewInput<'_>) -> String {
    let given = input.text("prediction");
    let accepted = input.variables.get("accepted").and_then(Value::as_array);
    let mut accepted = accepted.into_iter().flatten().filter_map(Value::as_str);
    let correct = accepted.any(|accepted| contains_words(given, accepted) || contains_words(accepted, given));
    let reason =
        if correct { "One stands in the other." } else { "They have nothing in common that decides it." };
    json!({"reason": reason, "correct": correct}).to_string()
}
