//! What the built-in teacher answers without a document, from one, and as a judge.

use ragstill_teacher::extractive::PreviewInput;
use serde_json::json;

use super::compare::is_same;
use crate::preview_facts::answer;
use crate::words::contains_words;

/// Answers `answer_check/closed_book`: it knows nothing, and says so.
pub(super) fn closed_book(_: &PreviewInput<'_>) -> String {
    "I don't know".to_owned()
}

/// Answers `answer_check/golden_document`: what stands in the sentence that the question asks about.
pub(super) fn golden_document(input: &PreviewInput<'_>) -> String {
    answer(input.text("text"), input.text("question")).unwrap_or_else(|| "I don't know".to_owned())
}

/// Answers `answer_check/judge`: 2 for the accepted answer, 1 for one that has it in it, else 0.
pub(super) fn judge(input: &PreviewInput<'_>) -> String {
    let given = input.text("answer");
    let accepted = input.variables.get("accepted").and_then(|accepted| accepted.as_array());
    let accepted: Vec<&str> =
        accepted.into_iter().flatten().filter_map(|accepted| accepted.as_str()).collect();
    let (score, analysis) = if accepted.iter().any(|accepted| is_same(accepted, given)) {
        (2, "It is the accepted answer.")
    } else if accepted.iter().any(|accepted| contains_words(given, accepted)) {
        (1, "The accepted answer stands in it, with more.")
    } else {
        (0, "The accepted answer does not stand in it.")
    };
    json!({"answer_analysis": analysis, "answer_score": score}).to_string()
}
