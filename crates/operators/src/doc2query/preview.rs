//! What the built-in teacher writes for Doc2Query: a shallow question around a telling sentence and the key words.

use ragstill_teacher::extractive::{Facts, PreviewInput, content_words};
use serde_json::json;

/// The answer to a document that gives nothing to ask about: no JSON, so that the record becomes a reject.
const TOO_LITTLE: &str = "The document has too few words that a question could be built on.";

/// Answers `doc2query/question`, in a fence and after a sentence of thinking aloud, as models do.
pub(super) fn question(input: &PreviewInput<'_>) -> String {
    let facts = Facts::of(input.text("text"));
    let Some(telling) = facts.telling_sentence() else { return TOO_LITTLE.to_owned() };
    let told: Vec<String> = content_words(telling)
        .into_iter()
        .filter(|word| word.chars().any(char::is_alphabetic))
        .fold(Vec::new(), |mut words, word| {
            if !words.contains(&word) {
                words.push(word);
            }
            words
        });
    // What the document is about, where the telling sentence speaks of it.
    let focus = facts.key_words.iter().find(|word| told.contains(word)).or(facts.key_words.first());
    let Some(focus) = focus else { return TOO_LITTLE.to_owned() };
    let conditions: Vec<&String> = told.iter().filter(|word| *word != focus).take(4).collect();
    let [first, second, third, ..] = conditions[..] else { return TOO_LITTLE.to_owned() };
    let last = conditions.last().copied().unwrap_or(third);
    let question =
        format!("What becomes of {focus} when {first}, {second} and {third} come together, and why?");
    let scenario = format!(
        "A team that has to do with {focus} finds {first} and {last} at once and must decide what to do next. Two of its members expect opposite outcomes, and the decision has to rest on reliable sources."
    );
    let answer = json!({"hard_query": {"question": question, "scenario": scenario}});
    format!("The decisive point is what becomes of {focus}.\n\n```json\n{answer}\n```")
}
