//! Progress and summaries, for people and for programs.

use std::time::Duration;

use ragstill_testkit::{Latency, Refusal};
use serde_json::Value;

use crate::support::{Outcome, Sandbox, fake_teacher, read_json, rejects_some};

/// The events of a run; every line of standard output must be one.
fn events(outcome: &Outcome) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    outcome.stdout.lines().map(parse).collect()
}

#[test]
fn events_end_with_what_the_run_did() {
    let sandbox = Sandbox::with_corpus(18);
    // Long enough for an event under way.
    let teacher =
        fake_teacher(|config| rejects_some(config).latency(Latency::Fixed(Duration::from_millis(700))));
    let outcome = sandbox.run_rare(&teacher, "out", &["--json"]).exits(0);
    assert_eq!(outcome.stderr, "", "a program reads everything from standard output");
    let events = events(&outcome);
    let (last, progress) = events.split_last().unwrap();
    assert!(progress.len() >= 2, "{progress:?}");
    for event in progress {
        assert_eq!(event["event"], "progress");
        for number in
            ["rows", "total", "records", "rejects", "in_flight", "retried", "cost", "tokens_per_second"]
        {
            assert!(event[number].is_number(), "{number} in {event}");
        }
    }
    assert!(
        progress.iter().any(|event| event["phase"] == "running" && event["in_flight"].as_u64() > Some(0))
    );
    let rows: Vec<_> = progress.iter().map(|event| event["rows"].as_u64()).collect();
    assert!(rows.is_sorted(), "{rows:?}");
    assert_eq!((&last["event"], &last["status"]), (&Value::from("done"), &Value::from("complete")));
    assert_eq!((&last["records"], &last["rejects"]), (&Value::from(16), &Value::from(2)));
    // The last event is what the directory says too.
    let mut status = read_json(&sandbox.path("out/run.json"));
    status.as_object_mut().unwrap().insert("event".into(), "done".into());
    assert_eq!(*last, status);
}

#[test]
fn a_run_that_stops_says_so_in_its_last_event() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = fake_teacher(|config| config.refuse(Refusal::PaymentRequired));
    let outcome = sandbox.run_rare(&teacher, "out", &["--json"]).exits(1);
    let events = events(&outcome);
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["status"]), (&Value::from("done"), &Value::from("failed")));
    assert!(last["reason"].as_str().unwrap().contains("no money"), "{last}");
    outcome.complains(&["error: the account has no money or quota left"]);
}

#[test]
fn the_summary_for_people() {
    let sandbox = Sandbox::with_corpus(18);
    let teacher = fake_teacher(rejects_some);
    let outcome = sandbox.run_rare(&teacher, "out", &[]).exits(0);
    assert_eq!(outcome.stderr, "", "a short run has nothing to say on the way");
    // Times, and tokens that hang on how the prompts are put.
    let text: String = outcome
        .stdout
        .lines()
        .map(|line| match line.trim_start() {
            start if start.starts_with("tokens") || start.starts_with("rare:") => super::without_digits(line),
            _ => line.to_owned(),
        } + "\n")
        .collect();
    insta::assert_snapshot!("summary", text);
}

#[test]
fn lines_now_and_then_where_there_is_no_terminal() {
    let sandbox = Sandbox::with_corpus(4);
    let teacher = fake_teacher(|config| config.latency(Latency::Fixed(Duration::from_millis(2800))));
    let outcome = sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let lines: Vec<_> = outcome.stderr.lines().collect();
    assert!(!lines.is_empty() && lines.len() <= 10, "{lines:?}");
    assert!(lines[0].contains("/4 rows, ") && lines[0].contains(" in flight, "), "{lines:?}");
    assert!(lines[0].contains("4 in flight"), "{lines:?}");
}
