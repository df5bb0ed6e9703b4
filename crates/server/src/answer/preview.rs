//! What the built-in teacher answers: the sentence that shares most words with the question, or a name or number of it.

use std::collections::BTreeSet;

use ragstill_teacher::extractive::{PreviewInput, content_words, sentences};
use serde_json::{Value, json};

/// Answers `answer/long`.
pub(super) fn long(input: &PreviewInput<'_>) -> String {
    match best_sentence(input) {
        Some((passage, sentence)) => json!({"answer": sentence, "used": [passage + 1]}),
        None => json!({"answer": "The passages that were found do not say.", "used": []}),
    }
    .to_string()
}

/// Answers `answer/short`.
pub(super) fn short(input: &PreviewInput<'_>) -> String {
    match best_sentence(input) {
        Some((passage, sentence)) => {
            let answer = what_is_new(&sentence, input.text("question"));
            json!({"answer": answer, "used": [passage + 1]})
        }
        None => json!({"answer": "I don't know", "used": []}),
    }
    .to_string()
}

/// The sentence that shares most content words with the question, and the position of its passage. Where a number is
/// asked for, one that has none must share more.
fn best_sentence(input: &PreviewInput<'_>) -> Option<(usize, String)> {
    let question = input.text("question");
    let words: BTreeSet<String> = content_words(question).into_iter().collect();
    let asked = question.trim_start().to_lowercase();
    let wants_number =
        ["when", "how many", "how much", "how long"].iter().any(|start| asked.starts_with(start));
    let passages = input.variables.get("passages").and_then(Value::as_array)?;
    let mut best: Option<(usize, usize, String)> = None;
    for (at, passage) in passages.iter().enumerate() {
        let passage = passage.as_str().unwrap_or_default();
        // The first line may be a title; and what ends in no stop is a heading.
        let text = passage.split_once('\n').filter(|(line, _)| !ends(line)).map_or(passage, |(_, text)| text);
        for sentence in sentences(text).into_iter().filter(|sentence| ends(sentence)) {
            let own: BTreeSet<String> = content_words(&sentence).into_iter().collect();
            let shared = words.intersection(&own).count();
            let fits = wants_number && sentence.contains(|c: char| c.is_ascii_digit());
            let points = 2 * shared + usize::from(fits);
            if shared > 0 && best.as_ref().is_none_or(|(most, ..)| points > *most) {
                best = Some((points, at, sentence));
            }
        }
    }
    best.map(|(_, at, sentence)| (at, sentence))
}

/// Whether a text ends as sentences do.
fn ends(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '。', '"', '”', ')'])
}

/// The first run of names and numbers of a sentence that the question does not have, or the sentence.
fn what_is_new(sentence: &str, question: &str) -> String {
    let asked = question.to_lowercase();
    let mut run: Vec<&str> = Vec::new();
    for (at, word) in sentence.split_whitespace().enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let begins = bare.chars().next();
        // Any word may begin a sentence with a capital.
        let is_name = at > 0 && begins.is_some_and(char::is_uppercase);
        let is_number = begins.is_some_and(|c| c.is_ascii_digit());
        if (is_name || is_number) && !asked.contains(&bare.to_lowercase()) {
            run.push(bare);
            if word.ends_with([',', ';', '.', ':']) {
                break;
            }
        } else if !run.is_empty() {
            break;
        }
    }
    if run.is_empty() { sentence.to_owned() } else { run.join(" ") }
}

#[cfg(test)]
mod tests {
    use ragstill_teacher::extractive::PreviewInput;
    use serde_json::{Value, json};

    use super::{long, short};

    fn ask(preview: fn(&PreviewInput<'_>) -> String, variables: Value) -> Value {
        let Value::Object(variables) = variables else { unreachable!() };
        serde_json::from_str(&preview(&PreviewInput { variables: &variables, sample: 0 })).unwrap()
    }

    #[test]
    fn the_sentence_that_fits_best_and_what_is_new_in_it() {
        let variables = json!({
            "question": "When was the Forth Bridge opened?",
            "passages": ["Lakes mix in spring.", "The Forth Bridge opened\nIt is long. The Forth Bridge was opened on 4 March 1890."],
        });
        let answer = ask(long, variables.clone());
        assert_eq!(answer, json!({"answer": "The Forth Bridge was opened on 4 March 1890.", "used": [2]}));
        assert_eq!(ask(short, variables), json!({"answer": "4 March 1890", "used": [2]}));
    }

    #[test]
    fn nothing_that_fits_is_said_to_be_nothing() {
        let variables = json!({"question": "Who?", "passages": []});
        assert_eq!(ask(long, variables.clone())["used"], json!([]));
        assert_eq!(ask(short, variables)["answer"], "I don't know");
    }
}
