//! The fields of a request's JSON, read as pydantic reads them: the same values are taken, and what is wrong is told in
//! the same shape, all of it at once.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Refusal;

/// The object that a request is, and what is wrong with it so far.
#[derive(Debug)]
pub(crate) struct Fields {
    object: Map<String, Value>,
    faults: Vec<Value>,
}

impl Fields {
    /// The fields of this body.
    ///
    /// # Errors
    /// 422 when it is not a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self { object, faults: Vec::new() }),
            Ok(other) => Err(unprocessable(vec![json!({
                "type": "model_attributes_type",
                "loc": ["body"],
                "msg": "Input should be a valid dictionary or object to extract fields from",
                "input": short(&other),
            })])),
            Err(error) => Err(unprocessable(vec![json!({
                "type": "json_invalid",
                "loc": ["body", error.column()],
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": error.to_string()},
            })])),
        }
    }

    /// A text of at most this many characters; without `default` it must be there.
    pub(crate) fn text(&mut self, name: &str, most: usize, default: Option<&str>) -> String {
        let Some(value) = self.take(name, default.is_none()) else {
            return default.unwrap_or_default().to_owned();
        };
        self.text_in(value, &json!(["body", name]), most).unwrap_or_default()
    }

    /// A list of texts, at most this many of at most so many characters each.
    pub(crate) fn texts(&mut self, name: &str, most: usize, most_chars: usize) -> Vec<String> {
        let Some(value) = self.take(name, true) else { return Vec::new() };
        let Value::Array(items) = value else {
            self.fault("list_type", &json!(["body", name]), "Input should be a valid list", &value, None);
            return Vec::new();
        };
        if items.len() > most {
            let message =
                format!("List should have at most {most} items after validation, not {}", items.len());
            let context = json!({"field_type": "List", "max_length": most, "actual_length": items.len()});
            self.fault("too_long", &json!(["body", name]), &message, &Value::Null, Some(context));
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            // A hundred faults are enough to see what is wrong.
            if self.faults.len() >= 100 {
                break;
            }
            texts.extend(self.text_in(item, &json!(["body", name, at]), most_chars));
        }
        texts
    }

    /// A text, or a list of texts.
    pub(crate) fn text_or_texts(&mut self, name: &str, most: usize, most_chars: usize) -> Vec<String> {
        match self.object.get(name) {
            Some(Value::Array(_)) => self.texts(name, most, most_chars),
            _ => vec![self.text(name, most_chars, None)],
        }
    }

    /// A number from `least` to `most`, `default` when it is not there.
    pub(crate) fn count(&mut self, name: &str, default: usize, (least, most): (usize, usize)) -> usize {
        let Some(value) = self.take(name, false) else { return default.min(most) };
        self.count_in(&value, name, (least, most)).unwrap_or(default)
    }

    /// A number from 1 to `most`, `default` when it is not there, null or 0.
    pub(crate) fn count_or_default(&mut self, name: &str, default: usize, most: usize) -> usize {
        match self.object.get(name) {
            None | Some(Value::Null) => default.min(most),
            Some(_) => match self.count(name, default, (0, most)) {
                0 => default.min(most),
                count => count,
            },
        }
    }

    /// Yes or no, `default` when it is not there.
    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        let Some(value) = self.take(name, false) else { return default };
        let found = match &value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
            Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
                "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
                _ => None,
            },
            _ => None,
        };
        found.unwrap_or_else(|| {
            let message = "Input should be a valid boolean, unable to interpret input";
            self.fault("bool_parsing", &json!(["body", name]), message, &value, None);
            default
        })
    }

    /// One of these names, the first when it is not there.
    pub(crate) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let first = choices.first().map(|(_, choice)| *choice);
        let Some(value) = self.take(name, false) else { return first };
        let found = choices.iter().find(|(choice, _)| value.as_str() == Some(choice));
        if found.is_none() {
            let names: Vec<_> = choices.iter().map(|(choice, _)| format!("'{choice}'")).collect();
            let expected = names.join(" or ");
            let context = json!({"expected": expected});
            let message = format!("Input should be {expected}");
            self.fault("literal_error", &json!(["body", name]), &message, &value, Some(context));
        }
        found.map(|(_, choice)| *choice).or(first)
    }

    /// An object, empty when it is not there or null.
    pub(crate) fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name, false) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(object)) => object,
            Some(other) => {
                let message = "Input should be a valid dictionary";
                self.fault("dict_type", &json!(["body", name]), message, &other, None);
                Map::new()
            }
        }
    }

    /// Notes a fault of a field inside another.
    pub(crate) fn refuse(&mut self, within: &str, name: &str, message: &str) {
        self.fault("value_error", &json!(["body", within, name]), message, &Value::Null, None);
    }

    /// That nothing was wrong.
    ///
    /// # Errors
    /// 422 with everything that was.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.faults.is_empty() { Ok(()) } else { Err(unprocessable(self.faults)) }
    }

    fn take(&mut self, name: &str, is_required: bool) -> Option<Value> {
        let value = self.object.remove(name);
        if value.is_none() && is_required {
            self.fault("missing", &json!(["body", name]), "Field required", &Value::Null, None);
        }
        value
    }

    fn text_in(&mut self, value: Value, place: &Value, most: usize) -> Option<String> {
        match value {
            // Characters are counted only where there may be too many.
            Value::String(text) if text.len() <= most || text.chars().count() <= most => Some(text),
            Value::String(_) => {
                let message = format!("String should have at most {most} characters");
                let context = json!({"max_length": most});
                self.fault("string_too_long", place, &message, &Value::Null, Some(context));
                None
            }
            other => {
                self.fault("string_type", place, "Input should be a valid string", &other, None);
                None
            }
        }
    }

    fn count_in(&mut self, value: &Value, name: &str, (least, most): (usize, usize)) -> Option<usize> {
        let place = json!(["body", name]);
        let number = match value {
            Value::Number(number) => {
                number.as_i64().map_or_else(|| number.as_f64(), |whole| Some(whole as f64))
            }
            Value::String(text) => match text.trim().parse::<i64>() {
                Ok(number) => Some(number as f64),
                Err(_) => {
                    let message = "Input should be a valid integer, unable to parse string as an integer";
                    self.fault("int_parsing", &place, message, value, None);
                    return None;
                }
            },
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        };
        let Some(number) = number else {
            self.fault("int_type", &place, "Input should be a valid integer", value, None);
            return None;
        };
        if number.fract() != 0.0 {
            let message = "Input should be a valid integer, got a number with a fractional part";
            self.fault("int_from_float", &place, message, value, None);
            return None;
        }
        if number < least as f64 {
            let message = format!("Input should be greater than or equal to {least}");
            self.fault("greater_than_equal", &place, &message, value, Some(json!({"ge": least})));
            return None;
        }
        if number > most as f64 {
            let message = format!("Input should be less than or equal to {most}");
            self.fault("less_than_equal", &place, &message, value, Some(json!({"le": most})));
            return None;
        }
        Some(number as usize)
    }

    fn fault(&mut self, kind: &str, place: &Value, message: &str, input: &Value, context: Option<Value>) {
        let mut fault = json!({"type": kind, "loc": place, "msg": message, "input": short(input)});
        if let (Some(context), Some(fault)) = (context, fault.as_object_mut()) {
            fault.insert("ctx".to_owned(), context);
        }
        self.faults.push(fault);
    }
}

/// A value to be shown again: not one that is long.
fn short(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > 100 => Value::Null,
        Value::Array(_) | Value::Object(_) => Value::Null,
        other => other.clone(),
    }
}

fn unprocessable(faults: Vec<Value>) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, Value::Array(faults))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
    use serde_json::{Value, json};

    use super::Fields;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (0_u32..200).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[0-9]{1,3}|true|no|on".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,5}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_body_is_too_much(body in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Fields::parse(&body);
        }

        #[test]
        fn a_value_is_taken_within_its_limits_or_is_a_fault(value in value()) {
            let body = json!({"value": value}).to_string();
            let read = || Fields::parse(body.as_bytes()).unwrap();

            let mut fields = read();
            let count = fields.count("value", 5, (1, 100));
            assert!((1..=100).contains(&count));
            if fields.finish().is_err() {
                assert_eq!(count, 5);
            }

            let mut fields = read();
            let text = fields.text("value", 8, None);
            assert!(text.chars().count() <= 8);
            assert_eq!(fields.finish().is_ok(), value.as_str().is_some_and(|text| text.chars().count() <= 8));

            let mut fields = read();
            let texts = fields.texts("value", 2, 8);
            assert!(texts.len() <= 2);
            let given = value.as_array().map(Vec::len);
            assert!(fields.finish().is_err() || given == Some(texts.len()));

            let mut fields = read();
            let _ = fields.flag("value", false);
            let _ = fields.choice("value", &[("a", 1), ("b", 2)]);
            let _ = fields.object("value");
            let _ = fields.finish();
        }
    }

    #[test]
    fn what_is_long_is_not_quoted() {
        let mut fields = Fields::parse(json!({"n": "x".repeat(10_000)}).to_string().as_bytes()).unwrap();
        fields.count("n", 1, (1, 2));
        assert!(format!("{:?}", fields.finish().unwrap_err()).len() < 500);
    }
}
