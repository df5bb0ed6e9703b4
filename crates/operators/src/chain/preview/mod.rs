//! What the built-in teacher thinks, finds and answers in a chain.
//!
//! It knows nothing. A question that describes what it asks about (`How deep is the lake that …?`) is taken apart: first the thing is
//! searched for, then the question is asked again with its name. A query is answered with the sentence that shares most with it
//! and holds what is asked for: an amount, a year, a person.

mod ask;
mod find;
mod value;

use ragstill_teacher::extractive::PreviewInput;
use ragstill_teacher::parse::{Action, Step};
use serde_json::Value;

use self::ask::{Described, described, key_words, plain_answer};
use self::value::Wanted;
use super::observation::declines;

/// How many bad observations in all make it give up.
const PATIENCE: usize = 3;

/// A search that was made.
struct Search<'a> {
    query: &'a str,
    observation: &'a str,
}

/// Answers `chain/step` and `chain/rearag`.
pub(super) fn step(input: &PreviewInput<'_>) -> String {
    let question = input.text("question").trim();
    let steps = input.variables.get("steps").and_then(Value::as_array);
    let text =
        |step: &'_ Value, name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let owned: Vec<(String, String)> =
        steps.into_iter().flatten().map(|step| (text(step, "query"), text(step, "observation"))).collect();
    let searches: Vec<Search<'_>> =
        owned.iter().map(|(query, observation)| Search { query, observation }).collect();
    let (thought, action) = next(question, &searches);
    let number = u32::try_from(searches.len()).unwrap_or(u32::MAX).saturating_add(1);
    Step { number: None, thought, action }.render(number)
}

fn next(question: &str, searches: &[Search<'_>]) -> (String, Action) {
    let described = described(question);
    let Some(last) = searches.last() else {
        return match &described {
            Some(described) => (
                format!(
                    "The question is about something that it does not name: {}. Before anything else I have to find out what that is.",
                    described.text
                ),
                search(&described.query()),
            ),
            None => (
                "I do not know this yet. Let me search for what the question asks.".to_owned(),
                search(question),
            ),
        };
    };
    let name = described.as_ref().and_then(|described| {
        let query = described.query();
        let found = searches.iter().filter(|search| !declines(search.observation));
        // The search for its name may have been made in other words.
        let found = found.take_while(|search| search.query == query || !search.query.ends_with('?'));
        found.filter_map(|search| find::name_in(search.observation)).next()
    });
    let goal = goal(question, described.as_ref(), name.as_deref());
    if declines(last.observation) {
        let bad = searches.iter().filter(|search| declines(search.observation)).count();
        let other = [key_words(&goal, false), key_words(&goal, true)];
        let fresh = other.into_iter().find(|query| {
            !query.is_empty() && !searches.iter().any(|search| search.query.eq_ignore_ascii_case(query))
        });
        return match fresh.filter(|_| bad < PATIENCE) {
            Some(query) => (
                "Wait, that search did not find what I asked for. Fewer and other words may lead to the right text.".to_owned(),
                search(&query),
            ),
            None => ("None of the searches has found it, so I have to stop here.".to_owned(), finish("not found")),
        };
    }
    if let Some(name) = name.as_deref()
        && !searches.iter().any(|search| search.query == goal)
        && goal != described.as_ref().map(Described::query).unwrap_or_default()
    {
        return (
            format!("So what the question is about is {name}. What is left to find out: {goal}"),
            search(&goal),
        );
    }
    let answer = plain_answer(&goal, last.observation);
    let fact = find::sentence_of(last.observation).trim_end_matches('.');
    (format!("The search has found this: {fact}. That answers the question."), finish(&answer))
}

/// What is asked, by its name where that is known; or, before it is, what it is called.
fn goal(question: &str, described: Option<&Described<'_>>, name: Option<&str>) -> String {
    match (described, name) {
        (Some(described), Some(name)) => described.named(name),
        (Some(described), None) => described.query(),
        (None, _) => question.to_owned(),
    }
}

fn search(query: &str) -> Action {
    Action::Search { query: shortened(query) }
}

fn finish(answer: &str) -> Action {
    Action::Finish { answer: shortened(answer) }
}

/// As much of a text as an action takes.
fn shortened(text: &str) -> String {
    let text: String = text.chars().take(1_000).collect();
    let text = text.trim();
    if text.is_empty() { "?".to_owned() } else { text.to_owned() }
}

/// Answers `chain/long_answer`.
pub(super) fn long_answer(input: &PreviewInput<'_>) -> String {
    let query = input.text("query");
    let passages: Vec<&str> = match input.variables.get("passages") {
        Some(Value::Array(passages)) => passages.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let no_answer = input.text("no_answer");
    find::answer(query, &passages).unwrap_or_else(|| {
        let about = passages.first().map(|passage| find::title(passage)).filter(|title| !title.is_empty());
        about.map_or_else(
            || no_answer.to_owned(),
            |about| format!("{no_answer} They are about something else: {about}."),
        )
    })
}

/// Answers `chain/short_answer`.
pub(super) fn short_answer(input: &PreviewInput<'_>) -> String {
    let searches = input.variables.get("searches").and_then(Value::as_array);
    let text =
        |search: &Value, name: &str| search.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let good = searches.into_iter().flatten().rev().find(|search| !declines(&text(search, "result")));
    match good {
        Some(search) => {
            let (query, result) = (text(search, "query"), text(search, "result"));
            // A search in key words asks what the question asks.
            let asked = if Wanted::of(&query) == Wanted::Anything {
                input.text("question").to_owned()
            } else {
                query
            };
            plain_answer(&asked, &result)
        }
        None => "not found".to_owned(),
    }
}

#[cfg(test)]
mod tests;
