//! The whole road from a reply to a value: tables of messy replies, and of hostile ones.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ParseError, Schema, candidates, json as parse, read, separate};

/// The value of a reply whose answer counts without a schema.
fn accepts(cases: &[(&str, Value)]) {
    for (text, value) in cases {
        assert_eq!(parse(text, None).as_ref(), Ok(value), "{text}");
    }
}

/// Refusals, each with a part of its message.
fn refuses(cases: &[(&str, &str)]) {
    for (text, part) in cases {
        let error = parse(text, None).expect_err(text).to_string();
        assert!(error.contains(part), "{text}\n  said {error}\n  not  {part}");
    }
}

#[test]
fn standard_json_is_itself() {
    accepts(&[
        ("{}", json!({})),
        ("[]", json!([])),
        (" \n{ } \n", json!({})),
        ("\u{feff}{\"a\": 1}", json!({"a": 1})),
        (
            r#"{"a": [1, -2, 0.5, -0.0, 1e3, 2E-2], "b": {"c": null}}"#,
            json!({"a": [1, -2, 0.5, -0.0, 1e3, 2e-2], "b": {"c": null}}),
        ),
        (r#"[true, false, null, "", " "]"#, json!([true, false, null, "", " "])),
        (r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#, json!(["\"\\/\u{8}\u{c}\n\r\té😀"])),
        (r#"[18446744073709551615, -9223372036854775808]"#, json!([u64::MAX, i64::MIN])),
        (r#"{"": 0, "a b": 1, "é": 2}"#, json!({"": 0, "a b": 1, "é": 2})),
        (
            r##"["{", "}", "[", "]", ",", ":", "//", "/*", "#", "```"]"##,
            json!(["{", "}", "[", "]", ",", ":", "//", "/*", "#", "```"]),
        ),
    ]);
}

#[test]
fn what_models_do_to_json_is_understood() {
    accepts(&[
        ("{\"a\": 1,}", json!({"a": 1})),
        ("[1, 2, ]", json!([1, 2])),
        ("{\"a\": [{\"b\": 1,},],}", json!({"a": [{"b": 1}]})),
        ("{'a': 'b'}", json!({"a": "b"})),
        ("{'a': \"it's\", \"b\": 'the \"x\"'}", json!({"a": "it's", "b": "the \"x\""})),
        (r"{'a': 'it\'s'}", json!({"a": "it's"})),
        ("{'query': 'Where is Yuma's library?'}", json!({"query": "Where is Yuma's library?"})),
        (
            "{'function': 'search', 'parameters': {'query': 'Who wrote 'Emma'?'}}",
            json!({"function": "search", "parameters": {"query": "Who wrote 'Emma'?"}}),
        ),
        (r#"{"a": "He said "yes" at once."}"#, json!({"a": "He said \"yes\" at once."})),
        (r#"{"a": "He said "yes"", "b": 1}"#, json!({"a": "He said \"yes\"", "b": 1})),
        (r#"{"a": ""Yes" it is"}"#, json!({"a": "\"Yes\" it is"})),
        ("{“a”: “b”, ‘c’: ‘d’s’}", json!({"a": "b", "c": "d’s"})),
        ("{\"a\": \"“b”, ‘c’\"}", json!({"a": "“b”, ‘c’"})),
        ("{\"a\": \"one\ntwo\r\n\tthree\"}", json!({"a": "one\ntwo\r\n\tthree"})),
        ("{a: 1, b_2: 2, $c: 3, d-e: 4, größe: 5}", json!({"a": 1, "b_2": 2, "$c": 3, "d-e": 4, "größe": 5})),
        ("{true: None, None: True}", json!({"true": null, "None": true})),
        ("{'a': True, 'b': False, 'c': None}", json!({"a": true, "b": false, "c": null})),
        ("{\"a\": 1, // one\n \"b\": 2 # two\n}", json!({"a": 1, "b": 2})),
        ("{ /* none */ \"a\" /* key */ : /* value */ \"x\" /* end */ }", json!({"a": "x"})),
        ("{\"a\": \"http://x.org/#y\", // a \"link\"\n \"b\": 1}", json!({"a": "http://x.org/#y", "b": 1})),
        ("[ # a list\n 1,\n // two\n 2 ]", json!([1, 2])),
        ("[+1, +0.5]", json!([1, 0.5])),
        ("{\u{a0}\"a\"\u{2009}:\u{3000}1}", json!({"a": 1})),
    ]);
}

#[test]
fn values_are_found_in_what_surrounds_them() {
    accepts(&[
        ("Sure! Here it is: {\"a\": 1} I hope it helps.", json!({"a": 1})),
        ("```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("```JSON5\n{a: 1}\n```", json!({"a": 1})),
        ("```\n[1]\n```", json!([1])),
        ("~~~json\n[1]\n~~~", json!([1])),
        ("````\n[1]\n````", json!([1])),
        ("```json {\"a\": 1}```", json!({"a": 1})),
        ("```json\n{\"a\": 1}", json!({"a": 1})),
        ("> ```json\n> {\"a\": 1}\n> ```", json!({"a": 1})),
        ("Draft: {\"a\": 0}\nFinal:\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("```python\nx = [0]\n```\nso\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("```json\n{\"a\": 1}```\n{\"a\": 2}", json!({"a": 1})),
        ("```json\n{\"a\": x}\n```\nAgain:\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("```json\n{\"a\": \"cut\n```\nAgain:\n```json\n[1]\n```", json!([1])),
        ("{say: he said “so.” ok} {\"b\": 0}\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("{\"a\": {\"b\": …\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("{\"code\": \"```python\\nx = [0]\\n```\"}", json!({"code": "```python\nx = [0]\n```"})),
        (
            "```json\n{\"code\": \"\n```python\nx = [0]\n```\n\"}\n```",
            json!({"code": "\n```python\nx = [0]\n```\n"}),
        ),
        ("```json\n{\"code\": \"\n```\nx = [0]\n```\n\"}\n```", json!({"code": "\n```\nx = [0]\n```\n"})),
        ("From {placeholder} and [see above] over [0, 1) as in [#1]: {\"a\": 1}", json!({"a": 1})),
        ("As {hard: to} say {\"a\": 1}", json!({"a": 1})),
        ("\\frac{a}{b}, f(x) = {x > 0}, {{ name }}: [[1]]", json!([[1]])),
        ("<answer>{\"a\": 1}</answer>", json!({"a": 1})),
        ("{\"a\": 1}\n{\"a\": 2}", json!({"a": 1})),
        ("{\"a\": 1}}", json!({"a": 1})),
        ("<think>{\"a\": 0}</think>{\"a\": 1}", json!({"a": 1})),
        ("Maybe {\"a\": 0}?\n</think>\n\n```json\n{\"a\": 1}\n```", json!({"a": 1})),
        ("{\"a\": \"<think>x</think>\"}", json!({"a": "<think>x</think>"})),
    ]);
}

#[test]
fn what_needs_a_guess_is_refused() {
    refuses(&[
        ("[1 2]", "no JSON"),
        ("{\"a\": 1 \"b\": 2}", "expected `,` or `}`, found `\"b\": 2}`"),
        ("{\"a\" 1}", "breaks off"),
        ("{\"a\": }", "byte 6: expected a value, found `}`"),
        ("{\"a\": 1,, \"b\": 2}", "expected a key or `}`"),
        ("{\"a\": , \"b\": 2}", "expected a value"),
        ("[\"a\",, \"b\"]", "expected a value"),
        ("[,]", "no JSON"),
        ("{\"a\"}", "expected `:` after the key"),
        ("{\"a\": \"x\", \"a\": \"y\"}", "byte 11: expected a key that the object does not have yet"),
        ("{\"a\": b}", "expected a value, found `b}`"),
        ("{\"a\": NaN}", "expected a value"),
        ("{\"a\": -Infinity}", "expected a digit"),
        ("{\"a\": 1e999}", "64 bits"),
        ("{\"a\": 123456789012345678901}", "64 bits"),
        ("{\"a\": 007}", "leading zero"),
        ("{\"a\": .5}", "expected a value"),
        ("{\"a\": 5.}", "expected a digit"),
        ("{\"a\": 1_000}", "expected `,` or `}`"),
        ("{\"a\": 0x10}", "expected `,` or `}`"),
        ("{\"a\": undefined}", "expected a value"),
        ("{\"a\": TRUE}", "expected a value"),
        ("{\"a\": (1, 2)}", "expected a value"),
        ("{'a': __import__('os').system('true')}", "expected a value"),
        ("{\"a\": f\"x\"}", "expected a value"),
        ("{\"a\": \"x\" + \"y\"}", "backslash"),
        ("{\"a\": \"x\" \"y\"}", "backslash"),
        ("{\"a\": \"\"\"x\"\"\"}", "backslash"),
        ("{\"a\": \"He said \"yes\", and left\"}", "backslash"),
        ("{\"a\": \"He said \"yes\", then: \"no\" again\"}", "backslash"),
        ("{\"a\": \"the set {\"x\"} is small\", \"b\": 1}", "backslash"),
        (r#"{"a": "\alpha"}"#, "byte 7: expected an escape that JSON knows"),
        (r#"{"a": "\ud83d"}"#, "byte 7: expected an escape that JSON knows"),
        ("{\"a\": \"\u{0}\"}", "no raw control character"),
        ("{\"a\": \"x}", "breaks off at byte 9: expected the end of a string, found the end"),
        ("[\"a\": 1]", "expected `,` or `]`"),
        ("{“a\": 1}", "breaks off"),
        ("{\"a\": \"end with \"}\" or so\"}", "backslash"),
        ("{`a`: 1}", "no JSON"),
        ("{\"a\": [#1]}", "expected white space before a comment"),
        ("{# what it is\n\"a\": {\"b\": 1}}", "expected white space before a comment"),
    ]);
}

#[test]
fn what_breaks_off_is_refused_with_all_that_is_in_it() {
    refuses(&[
        ("{", "breaks off at byte 1: expected a key or `}`, found the end of the text"),
        ("Here: [", "breaks off"),
        ("{\"a\": [1, 2], \"b\": {\"c\": 1}", "breaks off at byte 27: expected `,` or `}`"),
        ("{\"a\": [1, 2], \"b\": \"c", "the end of a string"),
        ("{\"a\": {\"b\": 1}", "breaks off"),
        ("```json\n{\"a\": {\"b\": 1}\n```\n", "expected `,` or `}`, found `````"),
        ("```json\n{\"a\": [\"b\"], \"c\": \"d\n```\n", "the end of a string"),
        ("{\"a\": x, \"b\": {\"c\": 1}", "expected a value, found `x, "),
        ("[{\"a\": 1}, {\"b\": 2}, ", "breaks off"),
        ("{\"a\": 1 /* and {\"b\": 2}", "expected `*/`"),
        ("{\"a\": 1 // and {\"b\": 2}", "breaks off"),
        ("{\"a\": \"cut off </think> [1] ", "breaks off"),
    ]);
}

#[test]
fn a_reply_without_json_is_told_from_one_that_was_cut_off() {
    refuses(&[
        ("", "the reply has no answer: it is empty"),
        ("<think>hm</think> ", "it is empty after its reasoning"),
        ("<think>hm {\"a\": 1}", "ended inside its reasoning"),
        ("Sorry, I cannot do that.", "begins `Sorry, I cannot do that.`"),
        ("42", "begins `42`"),
        ("\"text\"", "begins `\"text\"`"),
        ("a\nb\u{1b}[0m", r"begins `a\nb\u{1b}[0m`"),
    ]);
    for (text, truncated) in
        [("<think>", true), ("{\"a\": \"", true), ("{\"a\": x}", false), ("none", false), ("", false)]
    {
        assert_eq!(parse(text, None).map_err(|error| error.is_truncated()), Err(truncated), "{text}");
    }
}

/// What a question writer asks for.
pub(super) fn question_schema() -> Schema {
    let text = json!({"type": "string", "minLength": 1});
    Schema::compile(&json!({
        "type": "object",
        "properties": {"hard_query": {
            "type": "object",
            "properties": {"question": text, "scenario": text},
            "required": ["question", "scenario"],
        }},
        "required": ["hard_query"],
    }))
    .unwrap()
}

#[test]
fn the_first_value_that_fits_the_schema_is_the_answer() {
    let answer = json!({"hard_query": {"question": "q", "scenario": "s"}});
    for text in [
        format!("{answer}"),
        format!("By [1] and {{\"hard_query\": {{}}}}: {answer} or {{\"hard_query\": 1}}"),
        format!("```json\n{{\"question\": \"q\"}}\n```\n{answer}"),
        format!("{{\"a\": x}} {answer}"),
        format!("<think>{{\"hard_query\": 0}}</think>[{{}}]\n```\n{answer:#}\n```"),
    ] {
        assert_eq!(parse(&text, Some(&question_schema())), Ok(answer.clone()), "{text}");
    }
}

#[test]
fn a_misfit_tells_where_and_which() {
    for (text, message) in [
        (
            r#"{"hard_query": {"question": null, "scenario": "s"}}"#,
            "the JSON does not fit: $.hard_query.question: expected a string, found null",
        ),
        (
            r#"See [1]. {"hard_query": {"question": "q", "scenario": " \n"}}"#,
            "the JSON does not fit: $.hard_query.scenario: blank (candidate 2 of 2)",
        ),
        (
            r#"See [1]. {"hard_query": {"question": "q"#,
            "the JSON breaks off at byte 39: expected the end of a string, found the end of the text (candidate 2 of 2)",
        ),
    ] {
        let error = parse(text, Some(&question_schema())).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn positions_hold_in_the_reply_without_its_reasoning() {
    let text = "<think>é</think>\nSo: {\"ä\": x}";
    let Err(ParseError::Json { error, .. }) = parse(text, None) else { panic!("refused otherwise") };
    assert_eq!(&separate(text).text[error.at..], "x}");
}

#[test]
fn candidates_tell_their_place_and_order() {
    let text = "[1] é {\"a\": x}\n```\n[2]\n```\n~~~json\n[3]\n~~~ [4]";
    let found: Vec<_> = candidates(text).map(|found| (&text[found.range], found.value.ok())).collect();
    let expected = [
        ("[3]", Some(json!([3]))),
        ("[2]", Some(json!([2]))),
        ("[1]", Some(json!([1]))),
        ("{\"a\": x}", None),
        ("[4]", Some(json!([4]))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(128)).is_ok());
    refuses(&[
        (&nested(129), "128 levels"),
        (&nested(100_000), "128 levels"),
        (&"[".repeat(100_000), "128 levels"),
        (&"{\"a\":".repeat(100_000), "128 levels"),
    ]);
}

/// Replies made to take quadratic time.
#[test]
fn hostile_replies_take_linear_time() {
    let units = [
        "{",
        "[",
        "\"",
        "'",
        "“",
        "`",
        "~",
        "<",
        "#",
        "/*",
        "[\"",
        "{\"",
        "{'",
        "{\"{",
        "[\"\\x",
        "{\"a\":",
        "{\"a\":[",
        "{\"a\" ",
        "[0,",
        "[1 ",
        "{\"a\":x ",
        "{\"a\":x}",
        "{\"a\":x```",
        "```\n{\"\n",
        "```\n{\"\n```\n",
        "``` ",
        "{#",
        "[ #",
        "{/*",
        "[\"a\"/*",
        "[\"a\"#",
        "\"/*\"*/",
        "[\"a\" ",
        "<think>",
        "<think></think>",
        "\n<think></think>",
        "{\"\n<think></think>\n",
        "</think>",
        "\n</think>",
        "x<think>",
        "</",
        "<think",
        "<think ",
        "{\"a\":\"</think>",
        "[-",
        "{a",
        "\\",
        "{\"\\",
        "[\"\n```\n",
        "{'it's ",
        "{\"a\":'b} ",
        "[tru ",
        "\u{feff}[",
        "{\"\\ud83d",
        "{é:",
        "[1e",
        "{a:1}{",
    ];
    for unit in units {
        for (before, after) in [("", ""), ("```json\n{\"a\": x, [", "\n```\n\"]}")] {
            let text = format!("{before}{}{after}", unit.repeat(200_000 / unit.len()));
            let start = Instant::now();
            assert!(parse(&text, Some(&question_schema())).is_err(), "{unit:?}");
            let taken = start.elapsed();
            // A fifth of a second is the aim, the rest is for a busy machine; quadratic time is a minute.
            assert!(taken < Duration::from_secs(5), "{before:?} {unit:?} took {taken:?}");
        }
    }
}

#[test]
fn messages_are_short_and_printable() {
    let long = "\u{1b}".repeat(10_000);
    let schema = Schema::compile(&json!({
        "additionalProperties": false, "properties": {"a": {"enum": [1, "x".repeat(10_000)]}}
    }))
    .unwrap();
    for text in [
        long.clone(),
        format!("{{\"a\": {long}}}"),
        format!("{{{}: 1}}", "k".repeat(10_000)),
        format!("{{\"a\": \"{}\"}}", "y".repeat(10_000)),
        format!("{{\"a\": \"{}", "y".repeat(10_000)),
        "{\"x\n\u{202e}\": 1}".to_owned(),
    ] {
        let message = parse(&text, Some(&schema)).unwrap_err().to_string();
        assert!(message.chars().count() < 250, "{message}");
        assert!(!message.contains(|c: char| c.is_control() || c == '\u{202e}'), "{message:?}");
    }
}
