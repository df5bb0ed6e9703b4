//! What the built-in teacher writes for ReasonDistill: the document that shares most words with the question helps.

use std::collections::HashSet;
use std::fmt::Write as _;

use ragstill_teacher::extractive::{Facts, PreviewInput, content_words};
use serde_json::Value;

/// Answers `reason_distill/reasoning`.
pub(super) fn reasoning(input: &PreviewInput<'_>) -> String {
    let question = input.text("question");
    let asked = content_words(question);
    let documents: Vec<&str> = match input.variables.get("documents") {
        Some(Value::Array(documents)) => documents.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let facts: Vec<Facts> = documents.iter().map(|text| Facts::of(text)).collect();
    let shared = |text: &str| {
        let words: HashSet<String> = content_words(text).into_iter().collect();
        asked.iter().filter(|word| words.contains(*word)).count()
    };
    let mut best: Option<(usize, usize)> = None;
    for (index, text) in documents.iter().enumerate() {
        let count = shared(text);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, index));
        }
    }
    let Some((_, helpful)) = best else { return "There are no documents to reason from.".to_owned() };
    let number = helpful + 1;
    let known: HashSet<String> = content_words(documents[helpful]).into_iter().collect();
    let topic =
        asked.iter().filter(|word| known.contains(*word)).take(4).cloned().collect::<Vec<_>>().join(", ");
    let mut out = format!(
        "**Essential problem.** The question asks what follows for {topic}. A source is needed that states how they hang together.\n\n**The documents.**\n"
    );
    for (index, facts) in facts.iter().enumerate() {
        let about = facts.key_words.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let verdict = if index == helpful {
            "helps: it shares most with the question"
        } else {
            "does not help: it shares less of what the question asks about"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "- Document {} is about {about} and {verdict}.", index + 1);
    }
    let evidence = facts[helpful].sentence_about(&asked).unwrap_or_default();
    let telling = facts[helpful].telling_sentence().unwrap_or_default();
    let _ = writeln!(out, "\n**Reasoning.**\n1. Document [{number}] says: \"{evidence}\"");
    if telling != evidence {
        let _ = writeln!(out, "2. It adds: \"{telling}\"");
    }
    let _ = write!(
        out,
        "So the sources decide the matter as document [{number}] has it.\n\n**Answer.** {evidence}"
    );
    out
}
