//! Answers as the rows of a data set have them.

use std::borrow::Cow;

use ragstill_core::kind_name;
use serde_json::Value;

/// The text of a field with one answer: a string as it is, a number or a boolean as JSON writes it, `null` as an empty one.
///
/// # Errors
/// What stands there, for a list or an object: which of several answers is meant cannot be known, and the best of them
/// would flatter who gave more.
pub fn answer_text(value: &Value) -> Result<Cow<'_, str>, String> {
    match value {
        Value::Null => Ok(Cow::Borrowed("")),
        Value::String(text) => Ok(Cow::Borrowed(text)),
        Value::Bool(_) | Value::Number(_) => Ok(Cow::Owned(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(format!(
            "must be one answer (a string, a number, a boolean or null), found {}",
            kind_name(value)
        )),
    }
}

/// The texts of a field with the answers that count as right: one, or a list of them, each as [`answer_text`] has it.
/// Those that are `null` are left out.
///
/// # Errors
/// What stands there, for an object or a list in the list.
pub fn answer_texts(value: &Value) -> Result<Vec<Cow<'_, str>>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => {
            items.iter().filter(|item| !item.is_null()).map(|item| truth(item, " in it")).collect()
        }
        one => Ok(vec![truth(one, "")?]),
    }
}

fn truth<'a>(value: &'a Value, place: &str) -> Result<Cow<'a, str>, String> {
    answer_text(value)
        .map_err(|_| format!("must be an answer or a list of answers, found {}{place}", kind_name(value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{answer_text, answer_texts};

    #[test]
    fn one_answer() {
        for (value, expected) in [
            (json!("a "), "a "),
            (json!(12), "12"),
            (json!(1.5), "1.5"),
            (json!(true), "true"),
            (json!(null), ""),
        ] {
            assert_eq!(answer_text(&value).unwrap(), expected);
        }
        assert_eq!(
            answer_text(&json!(["a"])).unwrap_err(),
            "must be one answer (a string, a number, a boolean or null), found a list"
        );
    }

    #[test]
    fn answers_that_count() {
        for (value, expected) in [
            (json!("a"), &["a"][..]),
            (json!(["a", 2, null, "", false]), &["a", "2", "", "false"]),
            (json!([]), &[]),
            (json!(null), &[]),
            (json!(7), &["7"]),
        ] {
            assert_eq!(answer_texts(&value).unwrap(), expected);
        }
        assert_eq!(
            answer_texts(&json!([["a"]])).unwrap_err(),
            "must be an answer or a list of answers, found a list in it"
        );
        assert_eq!(
            answer_texts(&json!({"target": "a"})).unwrap_err(),
            "must be an answer or a list of answers, found an object"
        );
    }
}
