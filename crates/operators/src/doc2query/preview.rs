//! What the built-in teacher writes for Doc2Query: a shallow question around a telling sentence and the key words.

use ragstill_teacher::extractive::{Facts, PreviewInput, content_words};
use serde_json::json;

/// Answers `doc2query/question`, in a fence and after a sentence of thinking aloud, as models do.
pub(super) fn question(input: &PreviewInput<'_>) -> String {
    let facts = Facts::of(input.text("text"));
    let Some(telling) = facts.telling_sentence() else {
        return "The document has no sentence that a question could be built on.".to_owned();
    };
    let mut words: Vec<String> = facts.key_words.iter().take(4).cloned().collect();
    for word in content_words(telling) {
        if words.len() < 6 && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() < 3 {
        return "The document has too few words that a question could be built on.".to_owned();
    }
    let focus = &words[0];
    let rest = words[1..].join(", ");
    let question = format!(
        "What decides how {focus} behaves once {rest} come into play, and what has to be done about it?"
    );
    let scenario = format!(
        "A practitioner has to make a decision that hangs on {focus}. Reports mention {rest}, and two colleagues draw opposite conclusions from them. The decision must be justified from reliable sources."
    );
    let answer = json!({"hard_query": {"question": question, "scenario": scenario}});
    format!("The decisive point is how {focus} is explained.\n\n```json\n{answer}\n```")
}
