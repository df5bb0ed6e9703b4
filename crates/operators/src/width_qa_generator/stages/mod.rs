//! The stages, one file each: what is asked for, and what of the answer can be used.

mod merge;
mod origin;
mod verify;

pub(super) use merge::{Merge, Merged};
pub(super) use origin::Origin;
pub(super) use verify::Verify;

use serde_json::Value;

/// The names of the prompts.
pub(super) mod prompts {
    pub(crate) use super::merge::PROMPT as MERGE;
    pub(crate) use super::origin::PROMPT as ORIGIN;
    pub(crate) use super::verify::PROMPT as VERIFY;
}

/// What a stage makes of usable answers: its result, or why there is none.
pub(super) type Stage<T> = ragstill_teacher::Result<Result<T, String>>;

/// The one item that a reply is to have, in a list or by itself.
///
/// # Errors
/// When there is none, or several.
fn only(reply: &Value) -> Result<&Value, String> {
    match reply {
        Value::Array(items) => match &items[..] {
            [item] => Ok(item),
            _ => Err(format!("one item was asked for, found {}", items.len())),
        },
        item => Ok(item),
    }
}

/// The places in an item's `index`: each of the `count` that were asked about once, in any order. What else a model writes
/// there is no place.
///
/// # Errors
/// When it is not so.
fn places(item: &Value, count: usize) -> Result<Vec<usize>, String> {
    let given = match item.get("index") {
        Some(Value::Array(given)) => given.as_slice(),
        _ => return Err("`index` is no list".to_owned()),
    };
    let places: Option<Vec<usize>> =
        given.iter().map(|place| place.as_u64().and_then(|place| usize::try_from(place).ok())).collect();
    let places = places.ok_or("`index` has something in it that is no place")?;
    let mut sorted = places.clone();
    sorted.sort_unstable();
    if sorted.into_iter().eq(0..count) {
        Ok(places)
    } else {
        Err(format!("`index` must have each of 0 to {} once", count.saturating_sub(1)))
    }
}

/// A text of an item, its white space as single spaces.
fn text(item: &Value, name: &str) -> Result<String, String> {
    let found = item.get(name).and_then(Value::as_str).unwrap_or_default();
    let words: Vec<&str> = found.split_whitespace().collect();
    if words.is_empty() { Err(format!("`{name}` is not there or blank")) } else { Ok(words.join(" ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{only, places};

    #[test]
    fn places_are_those_that_were_asked_about() {
        let read = |index: Value| places(&json!({"index": index}), 2);
        assert_eq!((read(json!([0, 1])), read(json!([1, 0]))), (Ok(vec![0, 1]), Ok(vec![1, 0])));
        for wrong in [
            json!([0]),
            json!([0, 0]),
            json!([0, 1, 2]),
            json!([1, 2]),
            json!([-1, 0]),
            json!([0.5, 1]),
            json!(["0", "1"]),
            json!([]),
            json!(0),
            json!(null),
            json!([0, 1, 1]),
            json!([0, 18446744073709551615_u64]),
            json!({"0": 1}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        assert!(places(&json!({}), 2).is_err());
    }

    #[test]
    fn one_item_was_asked_for() {
        assert!(only(&json!([{}])).is_ok() && only(&json!({})).is_ok());
        assert!(only(&json!([])).is_err() && only(&json!([{}, {}])).is_err());
    }
}
