//! Any text as a model's reply: no panic, no invented text, no value from text that breaks off, and what
//! `serde_json` reads is read as it reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ragstill_teacher::parse::{Candidate, candidates, json, read};
use serde_json::Value;

fuzz_target!(|text: &str| {
    if let Err(error) = json(text, None) {
        assert!(error.to_string().chars().count() < 250, "{error}");
    }
    ranges_are_apart(text);
    strings_are_pieces(text);
    agrees_with_serde_json(text);
    no_prefix_is_a_value(text);
});

fn ranges_are_apart(text: &str) {
    let mut ranges: Vec<_> = candidates(text).map(|found| found.range).collect();
    ranges.sort_by_key(|range| range.start);
    assert!(ranges.iter().all(|range| range.start < range.end && text.get(range.clone()).is_some()));
    assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
}

/// Without escapes, every string of a value is a piece of the text that the value was read from.
fn strings_are_pieces(text: &str) {
    for Candidate { range, value } in candidates(text) {
        let source = &text[range];
        if let (Ok(value), false) = (value, source.contains('\\')) {
            assert_pieces(&value, source);
        }
    }
}

fn assert_pieces(value: &Value, source: &str) {
    match value {
        Value::String(text) => assert!(source.contains(text.as_str()), "{text:?}"),
        Value::Array(items) => items.iter().for_each(|item| assert_pieces(item, source)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            assert!(source.contains(key.as_str()), "{key:?}");
            assert_pieces(value, source);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn agrees_with_serde_json(text: &str) {
    let Ok(theirs) = serde_json::from_str::<Value>(text) else { return };
    match read(text) {
        Ok(ours) => assert!(same(&ours, &theirs), "{ours} is not {theirs}"),
        // `serde_json` takes the last of two equal keys, and rounds integers beyond 64 bits.
        Err(error) => assert!(
            error.expected.starts_with("a key that") || error.expected.ends_with("64 bits can hold"),
            "{error}"
        ),
    }
}

/// Equal, but for the last bits of a floating point number, which `serde_json` rounds faster than exactly.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() && theirs.is_f64() => {
            let (ours, theirs) = (ours.as_f64().unwrap_or(f64::NAN), theirs.as_f64().unwrap_or(f64::NAN));
            (ours - theirs).abs() <= ours.abs() * 4.0 * f64::EPSILON + f64::MIN_POSITIVE
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => ours == theirs,
    }
}

/// What breaks off is refused, with all that is in it. Text with tags is another matter: a tag may divide it.
fn no_prefix_is_a_value(text: &str) {
    let text = text.trim();
    let is_object = candidates(text).any(|found| found.range == (0..text.len()) && found.value.is_ok());
    if text.len() > 300 || text.contains('<') || !is_object {
        return;
    }
    for (end, _) in text.char_indices() {
        assert!(json(&text[..end], None).is_err(), "{:?}", &text[..end]);
    }
}
