//! Answers as records carry them.

use ragstill_core::{Record, kind_name};
use serde_json::Value;

/// The answer in a field, as a text: a number as it is written, of a list its first item, which is the preferred one.
///
/// # Errors
/// What stands there in place of an answer, when there is none or it is blank.
pub(crate) fn answer_text(value: &Value) -> Result<String, String> {
    let found = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => match items.first() {
            Some(first @ (Value::String(_) | Value::Number(_))) => return answer_text(first),
            Some(other) => return Err(format!("a list that begins with {}", kind_name(other))),
            None => return Err("an empty list".to_owned()),
        },
        other => return Err(kind_name(other).to_owned()),
    };
    if found.is_empty() { Err("an empty text".to_owned()) } else { Ok(found) }
}

/// The answers of a record that count as right, each once, the preferred one first: the answer itself, the others of its
/// list if it is one, and those of the list in `optional`.
///
/// # Errors
/// A sentence, when the field has no answer.
pub(crate) fn accepted_answers(
    record: &Record,
    field: &str,
    optional: Option<&str>,
) -> Result<Vec<String>, String> {
    let value = record.get(field).ok_or_else(|| format!("field `{field}` is missing"))?;
    let preferred = answer_text(value).map_err(|found| {
        format!("field `{field}` must be an answer: a text, a number or a list of them, found {found}")
    })?;
    let lists = [Some(value), optional.and_then(|field| record.get(field))];
    let others = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let mut answers = vec![preferred];
    for answer in others.filter(|item| !item.is_array()).filter_map(|item| answer_text(item).ok()) {
        if !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Record, RecordId};
    use serde_json::json;

    use super::{accepted_answers, answer_text};

    #[test]
    fn what_counts_as_right_is_listed_once() {
        let fields = json!({"a": ["1890", 1890, "4 March 1890", null, ["x"]], "o": ["1890", " in 1890 ", {}], "n": null, "t": "7"});
        let record = Record::new(RecordId::given("r"), fields.as_object().cloned().unwrap());
        let of = |field: &str, optional: Option<&str>| accepted_answers(&record, field, optional);
        assert_eq!(of("a", Some("o")).unwrap(), ["1890", "4 March 1890", "in 1890"]);
        assert_eq!(of("t", Some("n")).unwrap(), ["7"]);
        assert_eq!(of("t", Some("missing")).unwrap(), ["7"]);
        assert!(of("n", None).unwrap_err().ends_with("found null"));
        assert!(of("missing", None).unwrap_err().contains("is missing"));
    }

    #[test]
    fn numbers_are_texts_and_of_lists_the_first_counts() {
        for (value, text) in [
            (json!(" 1890 "), "1890"),
            (json!(1890), "1890"),
            (json!(-0.5), "-0.5"),
            (json!(["4 March 1890", "1890-03-04"]), "4 March 1890"),
            (json!([7, 8]), "7"),
        ] {
            assert_eq!(answer_text(&value).as_deref(), Ok(text));
        }
        for (value, fault) in [
            (json!(null), "null"),
            (json!(" "), "an empty text"),
            (json!([]), "an empty list"),
            (json!([null]), "a list that begins with null"),
            (json!([["a"]]), "a list that begins with a list"),
            (json!({"a": 1}), "an object"),
            (json!(true), "a boolean"),
        ] {
            assert_eq!(answer_text(&value).unwrap_err(), fault);
        }
    }
}
