//! What the built-in teacher answers to the stages: what stands in the text, and nothing it would have to know.

use ragstill_teacher::extractive::{PreviewInput, Previews};
use serde_json::json;

use super::stages::prompts;
use crate::preview_facts::{Language, gaps, question as asked, spellings, subject};

/// Adds the answers to all of its prompts.
pub(super) fn add(previews: &mut Previews) {
    previews.insert(prompts::IDENTIFIER, identifier);
    previews.insert(prompts::CONCLUSIONS, conclusions);
    previews.insert(prompts::QUESTION, question);
    previews.insert(prompts::CLEAN, clean);
    previews.insert(prompts::OPTIONAL_ANSWERS, optional_answers);
}

fn identifier(input: &PreviewInput<'_>) -> String {
    json!({"content_identifier": subject(input.text("text"))}).to_string()
}

/// A sentence with what asks in place of the answer is the relation. In a fence, as models write it.
fn conclusions(input: &PreviewInput<'_>) -> String {
    let most = input.variables.get("max_conclusions").and_then(|most| most.as_u64()).unwrap_or(10);
    let found = gaps(input.text("text")).into_iter().take(usize::try_from(most).unwrap_or(usize::MAX));
    let list: Vec<_> = found.map(|gap| json!({"conclusion": gap.answer, "R": gap.clause})).collect();
    format!("These facts can be asked for.\n\n```json\n{}\n```", json!(list))
}

fn question(input: &PreviewInput<'_>) -> String {
    json!({"Q": asked(input.text("identifier"), input.text("relation"))}).to_string()
}

fn clean(input: &PreviewInput<'_>) -> String {
    let (question, answer) = (input.text("question"), input.text("answer"));
    let refined = answer.trim_end_matches(['.', ',', ';', ':', ' ']);
    json!({"question": question, "original_answer": answer, "refined_answer": refined}).to_string()
}

fn optional_answers(input: &PreviewInput<'_>) -> String {
    json!(spellings(input.text("answer"), Language::of(input.text("question")))).to_string()
}
