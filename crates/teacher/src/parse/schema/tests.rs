use serde_json::{Value, json};

use super::Schema;

/// What a check says: nothing if the value fits.
fn says(schema: &Value, value: &Value) -> String {
    Schema::compile(schema).unwrap().check(value).map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn types_are_told_apart() {
    let values = [json!(null), json!(true), json!(1), json!(1.5), json!("x"), json!([]), json!({})];
    let fitting = [
        ("null", vec![0]),
        ("boolean", vec![1]),
        ("integer", vec![2]),
        ("number", vec![2, 3]),
        ("string", vec![4]),
        ("array", vec![5]),
        ("object", vec![6]),
    ];
    for (name, expected) in fitting {
        let schema = Schema::compile(&json!({ "type": name })).unwrap();
        let fits: Vec<_> = (0..values.len()).filter(|index| schema.check(&values[*index]).is_ok()).collect();
        assert_eq!(fits, expected, "{name}");
    }
    assert_eq!(says(&json!({"type": "integer"}), &json!(2.0)), "");
    assert_eq!(says(&json!({"type": ["string", "null"]}), &json!(null)), "");
    assert_eq!(
        says(&json!({"type": ["string", "null"]}), &json!([])),
        "$: expected a string or null, found an array"
    );
}

#[test]
fn faults_name_their_place() {
    let pair = json!({"type": "object", "properties": {"R": {"type": "string"}}, "required": ["R"]});
    let schema = json!({
        "title": "pairs", "description": "any",
        "properties": {"pairs": {"items": pair, "minItems": 1, "maxItems": 2}, "a key": {"const": null}},
        "additionalProperties": false,
    });
    for (value, message) in [
        (json!({}), ""),
        (json!([]), ""),
        (json!({"pairs": [{"R": "x", "more": 1}]}), ""),
        (json!({"pairs": [{"R": "x"}, {"R": 2}]}), "$.pairs[1].R: expected a string, found a number"),
        (json!({"pairs": [{}]}), "$.pairs[0].R: missing"),
        (json!({"pairs": []}), "$.pairs: expected at least 1 item, found 0"),
        (json!({"pairs": [1, 1, 1]}), "$.pairs: expected at most 2 items, found 3"),
        (json!({"a key": 0}), "$[`a key`]: expected `null`, found `0`"),
        (json!({"more": 0}), "$.more: a field that was not asked for"),
    ] {
        assert_eq!(says(&schema, &value), message, "{value}");
    }
}

#[test]
fn lengths_count_characters_and_blanks_count_nothing() {
    let schema = json!({"minLength": 2, "maxLength": 3});
    for (text, message) in [
        ("éé", ""),
        ("😀😀😀", ""),
        (" é", ""),
        ("é", "$: expected at least 2 characters, found 1"),
        ("éééé", "$: expected at most 3 characters, found 4"),
        ("", "$: blank"),
        (" \n\u{3000}", "$: blank"),
    ] {
        assert_eq!(says(&schema, &json!(text)), message, "{text:?}");
    }
    assert_eq!(says(&json!({"maxLength": 3}), &json!("   ")), "");
    assert_eq!(says(&json!({"minLength": 0}), &json!(" ")), "");
}

#[test]
fn numbers_compare_by_value() {
    let schema = json!({"minimum": 0, "maximum": 2.5});
    for (value, message) in [
        (json!(0), ""),
        (json!(-0.0), ""),
        (json!(2.5), ""),
        (json!("7"), ""),
        (json!(-1), "$: expected at least 0, found -1"),
        (json!(3), "$: expected at most 2.5, found 3"),
    ] {
        assert_eq!(says(&schema, &value), message, "{value}");
    }
    // Two integers that are one as floating point numbers.
    assert_ne!(says(&json!({ "maximum": u64::MAX - 1 }), &json!(u64::MAX)), "");
    assert_ne!(says(&json!({ "const": i64::MAX - 1 }), &json!(i64::MAX)), "");
}

#[test]
fn choices_compare_as_json_schema_does() {
    let schema = json!({"enum": ["valid", 1, [1.0], {"a": 1, "b": 2}]});
    for value in [json!("valid"), json!(1.0), json!([1]), json!({"b": 2, "a": 1.0})] {
        assert_eq!(says(&schema, &value), "", "{value}");
    }
    for value in [json!("Valid"), json!(true), json!([1, 1]), json!({"a": 1}), json!({"a": 1, "c": 2})] {
        assert_ne!(says(&schema, &value), "", "{value}");
    }
    assert_eq!(
        says(&json!({"enum": ["valid", "invalid"]}), &json!("maybe")),
        "$: expected `\"valid\" or \"invalid\"`, found `\"maybe\"`"
    );
}

#[test]
fn a_mistake_in_a_schema_is_told_with_its_place() {
    for (schema, message) in [
        (json!(true), "schema $: expected an object, found a boolean"),
        (json!({"typo": 1}), "schema $.typo: unknown keyword; known: type, "),
        (json!({"$ref": "#"}), "schema $[`$ref`]: unknown keyword"),
        (json!({"type": "text"}), "schema $.type: unknown type `text`; known: null, "),
        (json!({"type": ["string", 1]}), "schema $.type[1]: expected a string, found a number"),
        (json!({"type": ["string", "text"]}), "schema $.type[1]: unknown type `text`"),
        (json!({"type": []}), "schema $.type: an empty list"),
        (json!({"type": null}), "schema $.type: expected a list, found null"),
        (json!({"enum": []}), "schema $.enum: an empty list"),
        (json!({"enum": "x"}), "schema $.enum: expected a list"),
        (json!({"enum": [1], "const": 1}), "schema $.const: give `enum` or `const`"),
        (json!({"properties": []}), "schema $.properties: expected an object, found an array"),
        (json!({"properties": {"a": {"b": 1}}}), "schema $.properties.a.b: unknown keyword"),
        (json!({"items": {"items": 1}}), "schema $.items.items: expected an object, found a number"),
        (json!({"items": [{}]}), "schema $.items: expected an object, found an array"),
        (json!({"required": "a"}), "schema $.required: expected a list, found a string"),
        (json!({"required": [1]}), "schema $.required[0]: expected a string"),
        (json!({"required": ["a"], "additionalProperties": false}), "schema $: requires `a`, which"),
        (json!({"additionalProperties": {}}), "schema $.additionalProperties: expected `true` or `false`"),
        (json!({"minLength": -1}), "schema $.minLength: expected a whole number"),
        (json!({"maxItems": 1.5}), "schema $.maxItems: expected a whole number"),
        (json!({"minItems": 2, "maxItems": 1}), "schema $: `minItems` is greater than `maxItems`"),
        (json!({"items": {"minLength": 2, "maxLength": 1}}), "schema $.items: `minLength` is greater"),
        (json!({"minimum": "0"}), "schema $.minimum: expected a number, found a string"),
        (json!({"minimum": 2, "maximum": 1.5}), "schema $: `minimum` is greater than `maximum`"),
    ] {
        let error = Schema::compile(&schema).unwrap_err().to_string();
        assert!(error.starts_with(message), "{schema} said {error}");
    }
}
