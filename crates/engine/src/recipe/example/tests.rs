use ragstill_core::{Example, ExampleKind, Record, RecordId};
use serde_json::{Value, json};

use super::{ExampleSpec, Examples, View};

fn specs() -> Vec<ExampleSpec> {
    serde_json::from_value(json!([
        {"kind": "conversation", "turns": [
            {"role": "user", "text": "{{ question }}\n{% for i in order %}[{{ loop.index }}] {{ text if i == 0 else negs[i - 1] }}\n{% endfor %}"},
            {"role": "assistant", "text": "{{ reasoning }}"}]},
        {"kind": "triplet", "query": "{{ question }}", "positives": "[text]", "negatives": "negs"},
        {"kind": "task", "question": "{{ question }}", "answers": "[reasoning] + negs", "metadata": {"hops": "order | length"}}
    ]))
    .unwrap()
}

fn fields() -> Vec<String> {
    ["question", "text", "negs", "order", "reasoning", "history", "mask"].map(String::from).to_vec()
}

fn record() -> Record {
    let fields = json!({"question": "Q <&> \"?\"", "text": "</p> it's", "negs": ["n'1", "n\"2"], "order": [2, 0, 1], "reasoning": "R",
        "history": [{"who": "user", "said": "{{ a }}"}, {"who": "assistant", "said": "b"}], "mask": true});
    Record::new(RecordId::given("r"), fields.as_object().cloned().unwrap())
}

fn view(examples: &Examples) -> View {
    view_of(examples, &record())
}

fn view_of(examples: &Examples, record: &Record) -> View {
    examples.view(record.to_json_line().as_bytes()).unwrap()
}

fn faults(specs: Value) -> String {
    let specs: Vec<ExampleSpec> = serde_json::from_value(specs).unwrap();
    let faults = Examples::compile(&specs, &fields()).unwrap_err();
    faults.into_iter().map(|(_, fault)| fault).collect::<Vec<_>>().join("\n")
}

#[test]
fn texts_come_through_unchanged() {
    let examples = Examples::compile(&specs(), &fields()).unwrap();
    let made = examples.of(&view(&examples), &[ExampleKind::Conversation]).unwrap();
    let [Example::Conversation(conversation)] = &made[..] else { panic!("a conversation") };
    assert_eq!(conversation.turns[0].text, "Q <&> \"?\"\n[1] n\"2\n[2] </p> it's\n[3] n'1\n");
    assert_eq!(conversation.turns.iter().map(|turn| turn.train).collect::<Vec<_>>(), [false, true]);
    let made = examples.of(&view(&examples), &[ExampleKind::Triplet, ExampleKind::Task]).unwrap();
    let [Example::Triplet(triplet), Example::Task(task)] = &made[..] else { panic!("a triplet and a task") };
    assert_eq!(triplet.positives, ["</p> it's"]);
    assert_eq!(triplet.negatives, ["n'1", "n\"2"]);
    assert_eq!(task.answers, ["R", "n'1", "n\"2"]);
    assert_eq!(Value::Object(task.metadata.clone()), json!({"hops": 3}));
}

#[test]
fn turns_for_each_item_with_what_may_be_left_out() {
    let specs: Vec<ExampleSpec> = serde_json::from_value(json!([{"kind": "conversation", "turns": [
        {"role": "system", "text": "{% for n in negs %}<{{ ('=' ~ n) | droppable }}>{% endfor %}"},
        {"each": "history", "turns": [{"role": "{{ item.who }}", "text": "{{ item.said }} {{ text }}", "train": false}]},
        {"role": "user", "text": "{{ question }}", "train": "mask and order[0] == 2"},
        {"role": "assistant", "text": "{{ reasoning }}"}
    ]}]))
    .unwrap();
    let examples = Examples::compile(&specs, &fields()).unwrap();
    let made = examples.of(&view(&examples), &[ExampleKind::Conversation]).unwrap();
    let [Example::Conversation(conversation)] = &made[..] else { panic!("a conversation") };
    let turns: Vec<_> =
        conversation.turns.iter().map(|turn| (turn.role.as_str(), turn.text.as_str(), turn.train)).collect();
    let expected = [
        ("system", "<=n'1><=n\"2>", false),
        ("user", "{{ a }} </p> it's", false),
        ("assistant", "b </p> it's", false),
        ("user", "Q <&> \"?\"", true),
        ("assistant", "R", true),
    ];
    assert_eq!(turns, expected);
    assert_eq!(conversation.turns[0].droppable, [1..5, 7..11]);
}

#[test]
fn examples_are_made_of_the_records_that_they_are_for() {
    let specs: Vec<ExampleSpec> = serde_json::from_value(json!([
        {"kind": "triplet", "when": "history", "query": "{{ question }}", "positives": "[text]", "negatives": "negs"},
        {"kind": "task", "when": "mask and not history", "question": "{{ reasoning.x }}", "answers": "history"},
        {"kind": "conversation", "when": "reasoning is none or order | length > 2", "turns": [{"role": "user", "text": "x"}]},
    ]))
    .unwrap();
    let examples = Examples::compile(&specs, &fields()).unwrap();
    let all = [ExampleKind::Triplet, ExampleKind::Task, ExampleKind::Conversation];
    let kinds = |record: &Record| -> Vec<_> {
        examples.of(&view_of(&examples, record), &all).unwrap().iter().map(Example::kind).collect()
    };
    // What stands in an example that is not made is not looked at: of this record the task would fail.
    assert_eq!(kinds(&record()), [ExampleKind::Triplet, ExampleKind::Conversation]);
    for nothing in [json!(null), json!([]), json!(""), json!(false), json!(0)] {
        let mut without = record();
        without.set("history", nothing.clone());
        without.set("mask", nothing.clone());
        assert_eq!(kinds(&without), [ExampleKind::Conversation], "{nothing}");
    }
    let mut short = record();
    short.set("order", json!([]));
    assert_eq!(kinds(&short), [ExampleKind::Triplet]);
    short.set("order", json!(7));
    let fault = examples.of(&view_of(&examples, &short), &all).unwrap_err();
    assert!(fault.starts_with("record r: "), "{fault}");
    let again: Vec<ExampleSpec> = serde_json::from_value(serde_json::to_value(&specs).unwrap()).unwrap();
    assert_eq!(again, specs);
}

#[test]
fn faults_are_all_listed() {
    let text = faults(json!([
        {"kind": "conversation", "turns": [
            {"role": "user", "text": "{{ qestion }} {{ nothing_like_it }}"},
            {"role": "assistant", "text": "{% if %}"},
            {"role": "assistent", "text": "x"},
            {"role": "user", "each": "history"},
            {"each": "history"},
            {"role": "user", "text": "{{ item }}"},
        ]},
        {"kind": "task", "question": "q", "answers": "anwers", "when": "histroy"},
        {"kind": "triplet", "query": "q", "positives": "[]", "negatives": "[]", "when": "mask and"},
        {"kind": "triplet", "query": "q", "positives": "[]", "negatives": "[]", "when": ""}
    ]));
    for part in [
        "did you mean `question`",
        "nothing_like_it",
        "cannot be compiled",
        "there is no role `assistent`; did you mean `assistant`?",
        "`turn 4` must have either",
        "`turn 5` has `each` and no `turns`",
        "`turn 6` uses the field `item`",
        "`answers` uses the field `anwers`",
        "`when` uses the field `histroy`, which no record has; did you mean `history`?",
        "`when` cannot be compiled",
        "`when` is blank",
    ] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with('`')).count(), 11, "{text}");
}

/// The text of the only turn that this template makes of these fields.
fn text_of(template: &str, fields: &Value) -> Result<String, String> {
    let names: Vec<String> = fields.as_object().unwrap().keys().cloned().collect();
    let specs = json!([{"kind": "conversation", "turns": [{"role": "user", "text": template}]}]);
    let specs: Vec<ExampleSpec> = serde_json::from_value(specs).unwrap();
    let examples = Examples::compile(&specs, &names).unwrap();
    let record = Record::new(RecordId::given("r"), fields.as_object().cloned().unwrap());
    let view = examples.view(record.to_json_line().as_bytes()).unwrap();
    let made = examples.of(&view, &[ExampleKind::Conversation])?;
    let [Example::Conversation(conversation)] = &made[..] else { panic!("a conversation") };
    Ok(conversation.turns[0].text.clone())
}

#[test]
fn whatever_a_name_stands_for_is_written_as_a_template_writes_it() {
    let fields = json!({"s": "<é>\n", "n": 3, "x": 0.1, "big": u64::MAX, "b": true, "none": null, "list": ["a", {"k": "v"}],
        "deep": {"a": {"b": " t "}, "é": 1}, "true": "a field", "item": "an item"});
    for name in ["s", "n", "x", "big", "b", "list", "deep", "deep.a", "deep.a.b", "true", "none", "item"] {
        // In a filter that changes nothing it is no mere name.
        let plain = text_of(&format!("{{{{ {name} }}}}"), &fields).unwrap();
        assert_eq!(plain, text_of(&format!("{{{{ {name} | default }}}}"), &fields).unwrap(), "{name}");
    }
    assert_eq!(text_of("{{deep.a.b}}", &fields).unwrap(), " t ");
    for missing in ["{{ deep.x }}", "{{ s.x.y }}", "{{ n.x }}"] {
        let why = text_of(missing, &fields).unwrap_err();
        assert!(why.starts_with("record r: its example cannot be made: "), "{missing}: {why}");
    }
}

#[test]
fn fields_that_are_used_in_any_way_are_read() {
    let fields = json!({"text": "from the record", "mask": false, "unused": [1]});
    let branch = "{% if mask %}{% set text = 'set' %}{% endif %}{{ text }}";
    assert_eq!(text_of(branch, &fields).unwrap(), "from the record");
    let called = "{% macro m() %}{{ text }}{% endmacro %}{{ m() }}";
    assert_eq!(text_of(called, &fields).unwrap(), "from the record");
}

#[test]
fn turns_that_call_a_tool() {
    let made = |chain: Value| {
        let turns = json!([{"each": "chain", "turns": [
            {"role": "{{ item.role }}", "text": "{{ item.text }}", "call": "item.call | default(none)"}
        ]}]);
        let specs: Vec<ExampleSpec> =
            serde_json::from_value(json!([{"kind": "conversation", "turns": turns}])).unwrap();
        let examples = Examples::compile(&specs, &["chain".to_owned()]).unwrap();
        let record = Record::new(RecordId::given("r"), json!({"chain": chain}).as_object().cloned().unwrap());
        let made = examples.of(&view_of(&examples, &record), &[ExampleKind::Conversation])?;
        let [Example::Conversation(conversation)] = &made[..] else { panic!("a conversation") };
        Ok::<_, String>(conversation.turns.iter().map(|turn| json!(turn.call)).collect::<Vec<_>>())
    };
    let call = json!({"thought": "hm", "name": "search", "arguments": {"query": "q \"x\""}});
    let chain = json!([
        {"role": "user", "text": "q"},
        {"role": "assistant", "text": "a", "call": call},
        {"role": "observation", "text": "o", "call": null},
        {"role": "assistant", "text": "a", "call": {"name": "finish", "arguments": {}}},
    ]);
    let expected =
        [json!(null), call, json!(null), json!({"thought": "", "name": "finish", "arguments": {}})];
    assert_eq!(made(chain).unwrap(), expected);
    let why =
        made(json!([{"role": "user", "text": "q", "call": {"name": "x", "arguments": {}}}])).unwrap_err();
    assert!(why.contains("turn 1 is the user's and calls a tool"), "{why}");
    let why = made(json!([{"role": "assistant", "text": "q", "call": {"name": "x"}}])).unwrap_err();
    assert!(why.contains("must give an object with `name`") && why.contains("arguments"), "{why}");
}

#[test]
fn lines_that_are_no_records_are_told() {
    let examples = Examples::compile(&specs(), &fields()).unwrap();
    for (line, why) in [
        (&b"[1]"[..], "invalid type"),
        (b"", "EOF"),
        (b"{\"question\": 1}", "it has no `record_id`"),
        (b"{\"record_id\": 1}", "it has no `record_id`"),
        (b"{\"record_id\": \"a\"} x", "trailing characters"),
        (b"{\"record_id\": \"a\", \"question\": \"\xff\"}", "unicode"),
        (b"{\"record_id\": \"a\", \"other\": [1,}", "expected value"),
    ] {
        let told = examples.view(line).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}
