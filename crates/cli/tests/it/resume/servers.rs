//! Several servers of one model.

use std::time::Duration;

use ragstill_testkit::{Config, Latency};

use crate::support::{
    MODEL, Running, Sandbox, fake_teacher, requests, same_files, stored_answers, wait_until,
};

fn args(teachers: &[&Running], out: &str) -> Vec<String> {
    let mut args: Vec<String> =
        ["run", "rare", "--input", "docs", "--out", out, "--model", MODEL, "--concurrency", "8", "--teacher"]
            .map(String::from)
            .to_vec();
    args.extend(teachers.iter().map(|teacher| teacher.url()));
    args
}

fn slow(config: Config) -> Config {
    config.latency(Latency::Fixed(Duration::from_millis(15)))
}

#[test]
fn the_load_is_shared() {
    let sandbox = Sandbox::with_corpus(40);
    let (one, two) = (fake_teacher(slow), fake_teacher(slow));
    sandbox.ragstill(&args(&[&one, &two], "out")).exits(0);
    assert_eq!(requests(&one) + requests(&two), 80);
    assert!(requests(&one) >= 25 && requests(&two) >= 25, "{} and {}", requests(&one), requests(&two));
    // Which of them answered does not show, and an answer of one is an answer of the other.
    sandbox.ragstill(&args(&[&one], "alone")).exits(0);
    same_files(&sandbox.path("out"), &sandbox.path("alone"));
    two.reset();
    sandbox.ragstill(&args(&[&two], "out")).exits(0);
    assert_eq!(requests(&two), 0);
}

#[test]
fn a_slow_server_gets_less() {
    let sandbox = Sandbox::with_corpus(40);
    let fast = fake_teacher(slow);
    let slower = fake_teacher(|config| config.latency(Latency::Fixed(Duration::from_millis(400))));
    sandbox.ragstill(&args(&[&slower, &fast], "out")).exits(0);
    assert!(requests(&slower) >= 1);
    assert!(requests(&slower) * 2 < requests(&fast), "{} and {}", requests(&slower), requests(&fast));
}

#[test]
fn one_that_is_down_from_the_start_does_not_matter() {
    let sandbox = Sandbox::with_corpus(30);
    let (dead, alive) = (fake_teacher(slow), fake_teacher(slow));
    dead.go_down();
    sandbox.ragstill(&args(&[&dead, &alive], "out")).exits(0).says(&["records     30", "rejects     0"]);
    assert_eq!(requests(&alive), 60);
}

#[test]
fn one_that_goes_down_under_way_does_not_matter() {
    let sandbox = Sandbox::with_corpus(60);
    let (dying, alive) = (fake_teacher(slow), fake_teacher(slow));
    let running = sandbox.spawn(&args(&[&dying, &alive], "out"));
    wait_until("both have work", || requests(&dying) > 10 && requests(&alive) > 10);
    dying.go_down();
    running.ends_within(Duration::from_secs(60)).exits(0).says(&["records     60", "rejects     0"]);
    assert_eq!(stored_answers(&sandbox.path("out")).len(), 120);
    assert_eq!(alive.stats().answered_again, []);
}
