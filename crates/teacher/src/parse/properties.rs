//! What holds for every reply.

use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::{Map, Value, json};

use super::tests::question_schema;
use super::{candidates, json as parse, prose, read, separate};

/// Any JSON value.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[a-z\"'“”{}\\[\\],:#/ \\\\\n`<>]{0,12}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..6).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(String, Value)>) -> Value {
    Value::Object(fields.into_iter().collect::<Map<_, _>>())
}

/// Any object or array.
fn container() -> impl Strategy<Value = Value> {
    value().prop_map(|value| if value.is_object() || value.is_array() { value } else { json!([value]) })
}

/// Any object, never empty.
fn any_object() -> impl Strategy<Value = Value> {
    (any::<String>(), value(), prop::collection::vec((any::<String>(), value()), 0..4)).prop_map(
        |(key, value, mut fields)| {
            fields.push((key, value));
            object(fields)
        },
    )
}

/// Text of the characters that matter to the parser, and of pieces of JSON.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[\\[\\]{}\"',:a1 \n]{1,3}",
        1 => prop::sample::select(vec![
            "```json\n", "```", "~~~", "//", "/*", "*/", "#", "<think>", "</think>", "\n", "“", "”", "’", "True", "null", "-1.5e3",
            "\"a\": ", "{\"a\": 1}", "[1]", "é", "\\\"", "\\u00e9", "\\", "\u{feff}", "\u{0}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn surroundings() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("", ""),
        ("\n ", "\n"),
        ("```json\n", "\n```"),
        ("```\n", "\n```\nDone."),
        ("~~~~js\n", "\n~~~~"),
        ("Here's what you asked for:\n", "\nLet me know!"),
        ("It is \"this\": ", ", isn't it?"),
        ("<think>{\"draft\": [1]} no…</think>", ""),
        ("{\"draft\": 1, or so\n</think>\n", ""),
        ("As [see above] in {x} and [0, 1):\n\n```JSON\n", "\n```\n[1]"),
    ])
}

/// Prints a value as a careless model would, without changing what it says.
fn sloppy(value: &Value, style: &mut impl FnMut() -> usize, out: &mut String) {
    let gap = |style: &mut dyn FnMut() -> usize| {
        ["", " ", "\n", " // it's \"x\", }\n", "/* [ */", "\t# '\n"][style() % 6]
    };
    match value {
        Value::Null => out.push_str(["null", "None"][style() % 2]),
        Value::Bool(true) => out.push_str(["true", "True"][style() % 2]),
        Value::Bool(false) => out.push_str(["false", "False"][style() % 2]),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => quote(text, style(), out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(["", " ", "\n"][style() % 3]);
                sloppy(item, style, out);
                out.push_str(if index + 1 < items.len() { "," } else { ["", ",", " ,\n"][style() % 3] });
                // A comment comes behind a comma, where it cannot be taken for a part of a string.
                out.push_str(if out.ends_with(',') { gap(style) } else { "" });
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, value)) in fields.iter().enumerate() {
                let identifier = key.starts_with(|c: char| c.is_ascii_alphabetic())
                    && key.chars().all(|c| c.is_ascii_alphanumeric());
                if identifier && style().is_multiple_of(2) {
                    out.push_str(key)
                } else {
                    quote(key, style(), out)
                }
                out.push_str([":", " : ", ":\n"][style() % 3]);
                sloppy(value, style, out);
                out.push_str(if index + 1 < fields.len() { "," } else { ["", ",", "\n,"][style() % 3] });
                out.push_str(if out.ends_with(',') { gap(style) } else { "" });
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, style: usize, out: &mut String) {
    let (open, close) = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')][style % 4];
    // Escapes for typographic quotes are not JSON's.
    let (open, close) = if text.contains(['“', '”', '‘', '’']) { ('"', '"') } else { (open, close) };
    out.push(open);
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => out.push(c),
            '\\' => out.push_str("\\\\"),
            c if c == close => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(close);
}

/// All strings in a value, keys too.
fn strings<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            out.push(key);
            strings(value, out);
        }),
        _ => {}
    }
}

/// Text with quotations as people write them: opened before a word, closed behind one, in pairs.
fn quotations() -> impl Strategy<Value = String> {
    let plain = "[(]?[a-z]{1,3}( [a-z]{1,3}){0,2}[.,:!)}\\]]{0,2}";
    let quoted = "[({\\[]?\"[(]?[a-z]{1,3}( [a-z]{1,3}){0,2}[.,:!)}\\]]{0,2}\"[.,:!)}\\]]{0,2}";
    prop::collection::vec(prop_oneof![plain, quoted], 1..5).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn what_was_printed_comes_back(value in container(), (before, after) in surroundings(), pretty: bool) {
        let printed = if pretty { format!("{value:#}") } else { value.to_string() };
        let text = format!("{before}{printed}{after}");
        prop_assert_eq!(parse(&text, None), Ok(value), "{}", text);
    }

    #[test]
    fn what_was_printed_carelessly_comes_back(value in container(), styles in prop::collection::vec(0..60_usize, 1..30)) {
        let mut styles = styles.iter().copied().cycle();
        let mut text = String::new();
        sloppy(&value, &mut || styles.next().unwrap_or_default(), &mut text);
        prop_assert_eq!(parse(&text, None), Ok(value), "{}", text);
    }

    #[test]
    fn strings_are_pieces_of_the_reply(text in hostile_text()) {
        let text = text.replace('\\', "");
        for found in candidates(&text) {
            let Ok(value) = found.value else { continue };
            let mut said = Vec::new();
            strings(&value, &mut said);
            for piece in said {
                prop_assert!(text[found.range.clone()].contains(piece), "{:?} of {:?}", piece, text);
            }
        }
    }

    #[test]
    fn no_reply_is_too_strange(text in prop_oneof![hostile_text(), any::<String>()]) {
        let separated = separate(&text);
        prop_assert!(separated.text.len() <= text.len());
        prop_assert_eq!(prose(&text), separated.text.clone());
        if let Err(error) = parse(&text, Some(&question_schema())) {
            prop_assert!(error.to_string().chars().count() < 250);
        }
        let mut end = 0;
        let mut places: Vec<_> = candidates(&separated.text).map(|found| found.range).collect();
        places.sort_by_key(|place| place.start);
        for place in places {
            prop_assert!(place.start >= end && place.end > place.start && separated.text.get(place.clone()).is_some());
            end = place.end;
        }
    }

    #[test]
    fn json_means_what_serde_json_reads(text in hostile_text()) {
        let Ok(theirs) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
        match read(&text) {
            Ok(ours) => prop_assert_eq!(ours, theirs),
            // `serde_json` takes the last of two equal keys.
            Err(error) => prop_assert!(error.expected.starts_with("a key that"), "{}: {}", text, error),
        }
    }

    #[test]
    fn unescaped_quotations_come_back_or_are_refused(fields in prop::collection::vec(quotations(), 1..4), pairs: bool) {
        let intended = if pairs { json!([{"a": fields}]) } else { json!(fields) };
        // What a model writes that forgets the backslashes.
        let text = intended.to_string().replace("\\\"", "\"");
        if let Ok(value) = parse(&text, None) {
            prop_assert_eq!(value, intended, "{}", text);
        }
    }

    #[test]
    fn reasoning_is_separated_whatever_it_says(why in hostile_text(), answer in "[a-z \"{}]{0,20}") {
        let why = why.replace("</", "");
        let text = format!("<think>{why}</think>{answer}");
        let separated = separate(&text);
        prop_assert!(separated.closed);
        prop_assert_eq!(separated.text, answer.trim());
        prop_assert_eq!(separated.reasoning.unwrap_or_default(), why.trim());
    }
}

proptest! {
    // Each case is as many texts as it has characters.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_prefix_of_an_object_is_a_value(value in any_object(), (before, after) in surroundings(), pretty: bool) {
        let after = after.trim_end_matches("[1]");
        let printed = if pretty { format!("{value:#}") } else { value.to_string() };
        for (end, _) in printed.char_indices() {
            let prefix = &printed[..end];
            prop_assert!(parse(prefix, None).is_err(), "{}", prefix);
            prop_assert!(read(prefix).is_err(), "{}", prefix);
            // In its surroundings too; what follows must not complete it.
            let text = format!("{before}{prefix}{after}");
            prop_assert!(parse(&text, None).is_err(), "{}", text);
        }
    }
}
