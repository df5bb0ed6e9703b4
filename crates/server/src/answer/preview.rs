//! What the built-in teacher answers: the sentence that shares most words with the question, or a name or number of it.

use ragstill_teacher::extractive::{Facts, PreviewInput, content_words};
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

/// The sentence that shares most content words with the question, and the position of its passage.
fn best_sentence(input: &PreviewInput<'_>) -> Option<(usize, String)> {
    let words = content_words(input.text("question"));
    let passages = input.variables.get("passages").and_then(Value::as_array)?;
    let mut best: Option<(usize, usize, String)> = None;
    for (at, passage) in passages.iter().enumerate() {
        let facts = Facts::of(passage.as_str().unwrap_or_default());
        let Some(sentence) = facts.sentence_about(&words) else { continue };
        let own = content_words(sentence);
        let shared = words.iter().filter(|word| own.contains(word)).count();
        if shared > 0 && best.as_ref().is_none_or(|(most, ..)| shared > *most) {
            best = Some((shared, at, sentence.to_owned()));
        }
    }
    best.map(|(_, at, sentence)| (at, sentence))
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
            "passages": ["Lakes mix in spring.", "It is long. The Forth Bridge was opened on 4 March 1890."],
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
