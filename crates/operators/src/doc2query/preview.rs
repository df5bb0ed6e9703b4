//! What the built-in teacher writes for Doc2Query: a shallow question around a telling sentence and the key words.

use ragstill_teacher::extractive::{Facts, PreviewInput, content_words};
use serde_json::json;

/// The answer to a document that gives nothing to ask about: no JSON, so that the record becomes a reject.
const TOO_LITTLE: &str = "The document has too few words that a question could be built on.";

/// Answers `doc2query/question`, in a fence and after a sentence of thinking aloud, as models do.
pub(super) fn question(input: &PreviewInput<'_>) -> String {
    let facts = Facts::of(input.text("text"));
    let Some(telling) = facts.telling_sentence() else { return TOO_LITTLE.to_owned() };
    let told = content_words(telling);
    // What the document is about, where the telling sentence speaks of it.
    let focus = facts.key_words.iter().find(|word| told.contains(word)).or(facts.key_words.first());
    let other = facts.key_words.iter().find(|word| Some(*word) != focus);
    let (Some(focus), Some(other)) = (focus, other) else { return TOO_LITTLE.to_owned() };
    let clause = as_clause(telling, &facts.sentences);
    let question = format!("Why does it matter that {clause}, and what follows from it for {focus}?");
    let scenario = format!(
        "A team that has to do with {focus} and {other} must decide what to do next. Two of its members expect opposite outcomes, and the decision has to rest on reliable sources."
    );
    let answer = json!({"hard_query": {"question": question, "scenario": scenario}});
    format!("The decisive point is what becomes of {focus}.\n\n```json\n{answer}\n```")
}

/// A sentence as it stands inside another: without its last mark, and with a small letter at its start unless its first
/// word is a name, that is, followed by a capital or written with one inside some sentence.
fn as_clause(sentence: &str, sentences: &[String]) -> String {
    let inner = sentence.trim_end_matches(['.', '!', '?', '…', ' ']);
    let mut words = inner.split_whitespace();
    let first = words.next().unwrap_or_default();
    let has_capital = |word: &str| word.starts_with(char::is_uppercase);
    let is_common = content_words(first).is_empty();
    let is_name = words.next().is_some_and(has_capital)
        || first.chars().skip(1).any(char::is_uppercase)
        || sentences.iter().any(|other| other.split_whitespace().skip(1).any(|word| word == first));
    match inner.strip_prefix(first) {
        Some(rest) if is_common || !is_name => format!("{}{rest}", first.to_lowercase()),
        _ => inner.to_owned(),
    }
}
