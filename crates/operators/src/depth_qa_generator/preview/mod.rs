//! What the built-in teacher answers to the stages: another thing that the text says of the subject takes its place.

mod descriptions;
mod replace;

use ragstill_teacher::extractive::{PreviewInput, Previews, content_words};
use serde_json::json;

use self::descriptions::{Description, descriptions, is_chinese};
use self::replace::{named, replaced};
use super::stages::prompts;
use crate::question::{names, same_words};

/// The superset when the text has nothing that would do. The check of supersets turns it down, which ends the rounds.
const VAGUE: &str = "something of its kind";

/// The question when none can be made of a description: no JSON, so that the rounds end.
const NOTHING: &str = "It cannot be said so.";

/// Adds the answers to all of its prompts.
pub(super) fn add(previews: &mut Previews) {
    previews.insert(prompts::IDENTIFIER, identifier);
    previews.insert(prompts::BACKWARD, backward);
    previews.insert(prompts::SUPERSET, superset);
    previews.insert(prompts::QUESTION, question);
}

/// Answers `depth_qa_generator/identifier`: the first words with capitals behind the first word, or the longest word.
fn identifier(input: &PreviewInput<'_>) -> String {
    let question = input.text("question").trim_end_matches(['?', '.', ' ', '？', '。']);
    let words: Vec<&str> = question.split_whitespace().collect();
    let has_capital = |word: &str| word.starts_with(char::is_uppercase);
    let mut name: Vec<&str> = words
        .iter()
        .skip(1)
        .skip_while(|word| !has_capital(word))
        .take_while(|word| has_capital(word))
        .copied()
        .collect();
    if name.is_empty() {
        name.extend(words.iter().max_by_key(|word| word.chars().count()));
    }
    json!({"content_identifier": name.join(" ").trim_matches([',', ';', ':', '"'])}).to_string()
}

/// Answers `depth_qa_generator/backward`: something that the text says of the subject, and the question does not.
fn backward(input: &PreviewInput<'_>) -> String {
    let phrase = description(input).unwrap_or_else(|| VAGUE.to_owned());
    let relation = if is_chinese(&phrase) { "唯一的一个" } else { "the only one of which this is said" };
    let answer = json!({"identifier": phrase, "relation": relation});
    format!("Another thing can be said of it.\n\n```json\n{answer}\n```")
}

fn description(input: &PreviewInput<'_>) -> Option<String> {
    let (identifier, question, answer) =
        (input.text("identifier"), input.text("question"), input.text("answer"));
    let all = descriptions(input.text("text"));
    let name = named(question, identifier)?;
    let is_meant = |found: &&Description| found.phrase == identifier || same_words(&found.subject, &name);
    let subject = all.iter().find(is_meant).map(|found| &found.subject)?;
    let before = input.variables.get("replaced").and_then(|replaced| replaced.as_array());
    let before = before.into_iter().flatten().filter_map(|name| name.as_str());
    let gone: Vec<&str> = before.chain([identifier, subject, answer]).collect();
    let is_new = |phrase: &str| says_more(question, phrase) && !gone.iter().any(|name| names(phrase, name));
    let can_stand = |phrase: &str| is_new(phrase) && replaced(question, &name, phrase).is_some();
    let found = all.iter().find(|found| found.subject == *subject && can_stand(&found.phrase));
    found.map(|found| found.phrase.clone())
}

/// Whether a description has something to be found that the question does not say already.
fn says_more(question: &str, phrase: &str) -> bool {
    if is_chinese(phrase) {
        return !question.contains(phrase);
    }
    let asked = content_words(question);
    content_words(phrase).iter().filter(|word| !asked.contains(word)).count() >= 2
}

/// Answers `depth_qa_generator/superset`: it holds if the text says it.
fn superset(input: &PreviewInput<'_>) -> String {
    let known = content_words(input.text("text"));
    let superset = input.text("superset");
    let is_said = superset != VAGUE && content_words(superset).iter().all(|word| known.contains(word));
    let (word, analysis) =
        if is_said { ("valid", "The text says so.") } else { ("invalid", "The text does not say so.") };
    json!({"analysis": analysis, "new_query": word}).to_string()
}

/// Answers `depth_qa_generator/question`: the question with the description in the place of the name.
fn question(input: &PreviewInput<'_>) -> String {
    let question = input.text("question");
    let name = named(question, input.text("identifier"));
    let question = name.and_then(|name| replaced(question, &name, input.text("superset")));
    question.map_or_else(|| NOTHING.to_owned(), |question| json!({"new_query": question}).to_string())
}

#[cfg(test)]
mod tests;
