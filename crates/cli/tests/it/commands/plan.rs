//! `ragstill plan`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::without_digits;
use crate::support::{Running, Sandbox, fake_teacher, json_lines, rare_args, requests, stored_answers};

/// The forecast for a run: the line of the run with another command.
fn plan(sandbox: &Sandbox, teacher: &Running, more: &[&str]) -> Value {
    let outcome = sandbox.ragstill(&plan_args(teacher, &[&["--json"], more].concat())).exits(0);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn plan_args(teacher: &Running, more: &[&str]) -> Vec<String> {
    let mut args = rare_args(teacher, "out", more);
    args[0] = "plan".to_owned();
    args
}

/// What a forecast says of each prompt: answers in the store, and requests to send.
fn by_prompt(forecast: &Value) -> BTreeMap<String, (u64, u64)> {
    let lines = forecast["lines"].as_array().unwrap();
    let number = |line: &Value, name: &str| line[name].as_u64().unwrap();
    lines
        .iter()
        .map(|line| {
            let prompt = line["prompt"].as_str().unwrap().to_owned();
            (prompt, (number(line, "stored"), number(line, "requests")))
        })
        .collect()
}

const QUESTION: &str = "doc2query/question";
const REASONING: &str = "reason_distill/reasoning";

#[test]
fn says_what_a_run_then_asks_and_asks_nothing() {
    let sandbox = Sandbox::with_corpus(14);
    let teacher = fake_teacher(|config| config);
    let expected = |counts: [(u64, u64); 2]| {
        BTreeMap::from([(QUESTION.to_owned(), counts[0]), (REASONING.to_owned(), counts[1])])
    };
    let forecast = plan(&sandbox, &teacher, &[]);
    assert_eq!(by_prompt(&forecast), expected([(0, 14), (0, 14)]));
    assert_eq!((requests(&teacher), sandbox.path("out").exists()), (0, false), "nothing was sent or made");

    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    for answer in stored_answers(&sandbox.path("out")).into_values() {
        *asked.entry(answer.prompt).or_default() += 1;
    }
    assert_eq!((asked[QUESTION], asked[REASONING]), (14, 14));
    let usage: Value = serde_json::from_str(&sandbox.read("out/usage.json")).unwrap();
    let actual = usage["by_prompt"][QUESTION]["prompt_tokens"].as_f64().unwrap();
    let planned = forecast["lines"][0]["prompt_tokens"].as_f64().unwrap();
    assert!((planned / actual - 1.0).abs() < 0.1, "{planned} tokens planned, {actual} counted by the server");

    // A half-finished run, and one with new documents.
    teacher.reset();
    assert_eq!(by_prompt(&plan(&sandbox, &teacher, &[])), expected([(14, 0), (14, 0)]));
    sandbox.run_rare(&teacher, "half", &["--limit", "6"]).exits(0);
    teacher.reset();
    let out = ["--out", "half"];
    let args: Vec<String> = plan_args(&teacher, &["--json"])
        .into_iter()
        .map(|arg| if arg == "out" { out[1].into() } else { arg })
        .collect();
    let forecast: Value = serde_json::from_str(&sandbox.ragstill(&args).exits(0).stdout).unwrap();
    assert_eq!(by_prompt(&forecast), expected([(6, 8), (6, 8)]));
    assert_eq!(requests(&teacher), 0);
    sandbox.run_rare(&teacher, "half", &[]).exits(0);
    assert_eq!(requests(&teacher), 16);
}

#[test]
fn a_running_run_can_be_looked_into() {
    let sandbox = Sandbox::with_corpus(10);
    let teacher = fake_teacher(|config| {
        config.latency(ragstill_testkit::Latency::Fixed(std::time::Duration::from_millis(200)))
    });
    let running = sandbox.spawn(&rare_args(&teacher, "out", &["--concurrency", "2"]));
    crate::support::wait_until("some answers", || teacher.stats().answered >= 4);
    let (stored, to_ask) = by_prompt(&plan(&sandbox, &teacher, &[]))[QUESTION];
    assert!(stored >= 2 && stored + to_ask == 10, "{stored} stored, {to_ask} to ask");
    running.ends_within(std::time::Duration::from_secs(60)).exits(0);
}

#[test]
fn the_table_for_people() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    let outcome = sandbox.ragstill(&plan_args(&teacher, &[])).exits(0);
    insta::assert_snapshot!("plan_without_a_price", without_digits(&outcome.stdout));
    let priced = ["--set", "teachers.default.price={input: 400, output: 1600}", "--max-cost", "2"];
    let outcome = sandbox.ragstill(&plan_args(&teacher, &priced)).exits(0);
    insta::assert_snapshot!("plan_beyond_the_budget", without_digits(&outcome.stdout));
    assert_eq!(outcome.stderr, "");
}

#[test]
fn rows_whose_later_steps_nobody_can_guess() {
    let sandbox = Sandbox::new();
    // The built-in teacher, which stands in, finds no sentence in the second.
    sandbox.write("docs/rows.jsonl", "{\"text\": \"The deep lake turns over in autumn, because its surface cools down.\"}\n{\"text\": \"?\"}\n");
    let teacher = fake_teacher(|config| config);
    let forecast = plan(&sandbox, &teacher, &[]);
    assert_eq!(forecast["rows"], 2);
    assert_eq!(by_prompt(&forecast)[QUESTION].1, 2, "{forecast}");
    assert_eq!(by_prompt(&forecast)[REASONING].1, 1, "{forecast}");
    assert_eq!(forecast["partly_known"], 1);
    sandbox
        .ragstill(&plan_args(&teacher, &[]))
        .exits(0)
        .says(&["Not counted: the later steps of 1 row, which hang on answers that nobody can guess."]);
}

#[test]
fn finds_the_mistakes_that_a_run_would_find() {
    let sandbox = Sandbox::with_corpus(4);
    sandbox.write("docs/zz.jsonl", "{\"title\": \"no text\"}\n");
    let teacher = fake_teacher(|config| config);
    sandbox
        .ragstill(&plan_args(&teacher, &[]))
        .exits(2)
        .complains(&["docs/zz.jsonl:1: which column holds the text is not clear; name it with --text-field"]);
    sandbox
        .ragstill(&plan_args(&teacher, &["--set", "doc2query.max_atempts=2"]))
        .exits(2)
        .complains(&["did you mean `max_attempts`?"]);
    assert_eq!(requests(&teacher), 0);
    assert!(json_lines(&sandbox.path("docs/zz.jsonl")).len() == 1, "the input is as it was");
}
