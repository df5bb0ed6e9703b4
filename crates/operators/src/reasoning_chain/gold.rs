//! The answers that count as right, as data sets have them.

use ragstill_core::{Record, kind_name};
use serde_json::Value;

/// Where else than in the configured field answers stand: FlashRAG, DPR's NQ and TriviaQA, MuSiQue, others.
const OTHERS: [&str; 6] =
    ["golden_answers", "answers", "answer_aliases", "aliases", "possible_answers", "short_answers"];

/// Keys under which an object holds answers: SQuAD's `text`, TriviaQA's `value` and `aliases`, Search-R1's `target`.
const WITHIN: [&str; 6] = ["text", "value", "aliases", "normalized_value", "target", "ground_truth"];

/// The accepted answers of a record, the field `key` first, each once: a text, a number, a list of them, or what HotpotQA,
/// MuSiQue, NQ, TriviaQA and FlashRAG have.
///
/// # Errors
/// A sentence, when there are none.
pub(crate) fn accepted_answers(record: &Record, key: &str) -> Result<Vec<String>, String> {
    let mut answers = Vec::new();
    let fields = std::iter::once(key).chain(OTHERS.into_iter().filter(|other| *other != key));
    for value in fields.filter_map(|field| record.get(field)) {
        collect(value, &mut answers);
    }
    if answers.is_empty() {
        return Err(match record.get(key) {
            Some(value) => {
                format!("field `{key}` must be an answer or a list of answers, found {}", found(value))
            }
            None => {
                format!("there is no answer to compare with: no field `{key}`, nor `{}`", OTHERS.join("`, `"))
            }
        });
    }
    Ok(answers)
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "a list without any",
        Value::String(_) => "a blank text",
        other => kind_name(other),
    }
}

fn collect(value: &Value, answers: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => add(text, answers),
        Value::Bool(yes) => add(if *yes { "yes" } else { "no" }, answers),
        Value::Number(number) => add(&number.to_string(), answers),
        Value::Array(items) => items.iter().for_each(|item| collect(item, answers)),
        Value::Object(fields) => {
            WITHIN.iter().filter_map(|name| fields.get(*name)).for_each(|value| collect(value, answers));
        }
    }
}

fn add(text: &str, answers: &mut Vec<String>) {
    let text = text.trim();
    if !text.is_empty() && !answers.iter().any(|answer| answer == text) {
        answers.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Record, RecordId};
    use serde_json::{Value, json};

    use super::accepted_answers;

    fn answers(fields: Value) -> Result<Vec<String>, String> {
        accepted_answers(&Record::new(RecordId::given("r"), fields.as_object().cloned().unwrap()), "answer")
    }

    #[test]
    fn shapes_of_data_sets() {
        for (row, expected) in [
            // HotpotQA, MuSiQue, NQ (open), FlashRAG, DPR, SQuAD, TriviaQA, Search-R1.
            (json!({"answer": "Arthur's Magazine", "type": "comparison"}), &["Arthur's Magazine"][..]),
            (
                json!({"answer": "Green", "answer_aliases": ["Steve Hillage", "Green"]}),
                &["Green", "Steve Hillage"],
            ),
            (
                json!({"answer": ["14 December 1972 UTC", "December 1972"]}),
                &["14 December 1972 UTC", "December 1972"],
            ),
            (json!({"golden_answers": ["a", "b"]}), &["a", "b"]),
            (json!({"answers": ["a"]}), &["a"]),
            (json!({"answers": {"text": ["a"], "answer_start": [3]}}), &["a"]),
            (json!({"answer": {"value": "A", "aliases": ["B"], "type": "WikipediaEntity"}}), &["A", "B"]),
            (json!({"answer": {"target": ["a"]}}), &["a"]),
            (json!({"answer": 1905}), &["1905"]),
            (json!({"answer": true}), &["yes"]),
            (json!({"answer": null, "answers": ["a"]}), &["a"]),
        ] {
            assert_eq!(answers(row.clone()).unwrap(), expected, "{row}");
        }
        assert!(
            answers(json!({"question": "q"}))
                .unwrap_err()
                .contains("no field `answer`, nor `golden_answers`")
        );
        assert!(answers(json!({"answer": []})).unwrap_err().contains("found a list without any"));
        assert!(answers(json!({"answer": " "})).unwrap_err().contains("found a blank text"));
    }
}
