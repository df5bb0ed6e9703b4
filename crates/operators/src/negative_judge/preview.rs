//! What the built-in teacher answers for NegativeJudge: a passage with nearly all words of the question answers it.

use std::collections::HashSet;

use ragstill_teacher::extractive::{PreviewInput, content_words};
use serde_json::json;

/// Answers `negative_judge/answers`, in a fence, as models do.
pub(super) fn answers(input: &PreviewInput<'_>) -> String {
    let asked: HashSet<String> = content_words(input.text("question")).into_iter().collect();
    let told: HashSet<String> = content_words(input.text("passage")).into_iter().collect();
    let shared = asked.intersection(&told).count();
    let answers = !asked.is_empty() && 5 * shared >= 4 * asked.len();
    let reason = format!("The passage has {shared} of the {} telling words of the question.", asked.len());
    format!("```json\n{}\n```", json!({"reason": reason, "answers": answers}))
}
