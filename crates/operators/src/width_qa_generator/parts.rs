//! The tasks that become one.

use ragstill_core::{Record, RecordId, kind_name};
use serde_json::{Value, json};

use super::config::WidthQaGeneratorConfig;
use crate::question::accepted_answers;

/// The most tasks of one question.
const MOST: usize = 8;

/// One of the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its question.
    pub question: String,
    /// What it is about.
    pub identifier: String,
    /// The answers that count as right, at least one, the preferred one first.
    pub answers: Vec<String>,
}

impl Part {
    /// Its preferred answer.
    pub(super) fn answer(&self) -> &str {
        self.answers.first().map_or("", String::as_str)
    }
}

/// The tasks in a record's pair; none where it is null.
///
/// # Errors
/// A sentence, when there are not two or more of them, or one lacks a part.
pub(super) fn parts(record: &Record, config: &WidthQaGeneratorConfig) -> Result<Option<Vec<Part>>, String> {
    let field = &config.input_pair_key;
    let items = match record.get(field) {
        Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(other) => {
            return Err(format!("field `{field}` must be a list of tasks, found {}", kind_name(other)));
        }
        None => return Err(format!("field `{field}` is missing")),
    };
    if !(2..=MOST).contains(&items.len()) {
        return Err(format!("field `{field}` must have 2 to {MOST} tasks, found {}", items.len()));
    }
    let parts = (1..).zip(items).map(|(number, item)| {
        part(item, config).map_err(|fault| format!("task {number} of `{field}`: {fault}"))
    });
    parts.collect::<Result<Vec<_>, _>>().map(Some)
}

fn part(item: &Value, config: &WidthQaGeneratorConfig) -> Result<Part, String> {
    let Value::Object(fields) = item else {
        return Err(format!("it must be an object, found {}", kind_name(item)));
    };
    let task = Record::new(RecordId::given("task"), fields.clone());
    let text = |field: &str| match task.text(field)?.trim() {
        "" => Err(format!("field `{field}` is empty")),
        text => Ok(text.to_owned()),
    };
    Ok(Part {
        question: text(&config.input_question_key)?,
        identifier: text(&config.input_identifier_key)?,
        answers: accepted_answers(&task, &config.input_answer_key, Some(&config.input_optional_key))?,
    })
}

/// The tasks as prompts see them, each with its place.
pub(super) fn to_json(parts: &[Part]) -> Value {
    let task = |(index, part): (usize, &Part)| json!({"index": index, "question": part.question, "identifier": part.identifier, "answer": part.answer()});
    parts.iter().enumerate().map(task).collect()
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Record, RecordId};
    use serde_json::{Value, json};

    use super::{WidthQaGeneratorConfig, parts};

    fn read(pair: Value) -> Result<usize, String> {
        let record = Record::new(RecordId::given("r"), json!({"pair": pair}).as_object().cloned().unwrap());
        parts(&record, &WidthQaGeneratorConfig::default()).map(|parts| parts.map_or(0, |parts| parts.len()))
    }

    #[test]
    fn pairs_are_two_whole_tasks_or_none() {
        let task =
            |answer: Value| json!({"question": " Q? ", "identifier": "X", "answer": answer, "more": 1});
        assert_eq!(read(json!(null)), Ok(0));
        assert_eq!(read(json!([task(json!("a")), task(json!(7)), task(json!(["b", "c"]))])), Ok(3));
        for (pair, fault) in [
            (json!([]), "found 0"),
            (json!([task(json!("a"))]), "found 1"),
            (json!("x"), "found a string"),
            (json!([task(json!("a")), 7]), "task 2 of `pair`: it must be an object, found a number"),
            (
                json!([task(json!(null)), task(json!("a"))]),
                "task 1 of `pair`: field `answer` must be an answer",
            ),
            (json!([task(json!("a")), {"question": "Q", "answer": "a"}]), "field `identifier` is missing"),
            (
                json!([task(json!("a")), {"question": "", "identifier": "X", "answer": "a"}]),
                "field `question` is empty",
            ),
        ] {
            let found = read(pair).unwrap_err();
            assert!(found.contains(fault), "{found}");
        }
        let none = Record::new(RecordId::given("r"), serde_json::Map::new());
        assert!(parts(&none, &WidthQaGeneratorConfig::default()).unwrap_err().contains("missing"));
    }
}
