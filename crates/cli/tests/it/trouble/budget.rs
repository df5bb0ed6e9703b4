//! `--max-cost` is hard.

use std::path::Path;
use std::time::Duration;

use ragstill_testkit::Latency;
use rusqlite::Connection;

use crate::support::{Running, Sandbox, fake_teacher, read_json, requests, same_files, stored_answers};

const PRICED: [&str; 4] = [
    "--set",
    "teachers.default.price={input: 100, output: 1000}",
    "--set",
    "teachers.default.sampling={max_tokens: 400}",
];

/// What the answers in a run's store cost at [`PRICED`], in US dollars.
fn cost(run: &Path) -> f64 {
    let store = Connection::open(run.join("answers.sqlite")).unwrap();
    let sums = "SELECT sum(prompt_tokens) * 100e-6 + sum(completion_tokens) * 1000e-6 FROM answers";
    store.query_row(sums, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_limit_is_never_passed_and_a_higher_one_goes_on() {
    let sandbox = Sandbox::with_corpus(40);
    let teacher = fake_teacher(|config| config.latency(Latency::Fixed(Duration::from_millis(10))));
    let run = |teacher: &Running, out: &str, limit: &str| {
        let args = [&PRICED[..], &["--concurrency", "8", "--max-cost", limit]].concat();
        sandbox.run_rare(teacher, out, &args)
    };
    let out = sandbox.path("out");
    run(&teacher, "out", "5")
        .exits(1)
        .complains(&["error: the budget of $5.0000 is reached", "a higher --max-cost goes on from here"]);
    let paid = stored_answers(&out);
    assert_eq!(teacher.stats().answered, paid.len() as u64, "every answer that was paid for is counted");
    let spent = cost(&out);
    // The worst a request can cost is some $0.9: the limit is used up to that, and never passed.
    assert!((4.0..=5.0).contains(&spent), "{spent} of 5 spent");
    let status = read_json(&sandbox.path("out/run.json"));
    assert!((status["requests"]["cost"].as_f64().unwrap() - spent).abs() < 1e-9, "{status}");

    // What earlier runs into the directory spent counts too.
    run(&teacher, "out", "5").exits(1).complains(&["the budget of $5.0000 is reached"]);
    assert!(cost(&out) <= 5.0);
    let paid = stored_answers(&out);

    teacher.reset();
    run(&teacher, "out", "100").exits(0);
    assert!(teacher.log().iter().all(|entry| !paid.contains_key(&entry.key)), "nothing is paid for twice");
    assert_eq!(requests(&teacher) + paid.len() as u64, 80);
    // Whatever the price is now, what was paid then was paid.
    let cheap = ["--set", "teachers.default.price={input: 0, output: 0}", "--max-cost", "0.5", "--seed", "3"];
    sandbox.run_rare(&teacher, "out", &cheap).exits(1).complains(&["the budget of $0.5000 is reached"]);
    assert_eq!(requests(&teacher) + paid.len() as u64, 80);

    let usage = read_json(&sandbox.path("out/usage.json"));
    assert!((usage["total"]["cost"].as_f64().unwrap() - cost(&out)).abs() < 1e-9, "{usage}");

    run(&teacher, "at-once", "100").exits(0);
    same_files(&out, &sandbox.path("at-once"));
}

#[test]
fn a_limit_below_the_first_request_asks_nothing() {
    let sandbox = Sandbox::with_corpus(8);
    let teacher = fake_teacher(|config| config);
    let args = [&PRICED[..], &["--max-cost", "0.01"]].concat();
    sandbox
        .run_rare(&teacher, "out", &args)
        .exits(1)
        .complains(&["the budget of $0.0100 is reached: $0.0000 spent", "the next request could cost $"]);
    assert_eq!(requests(&teacher), 0);
}
