//! `kill -9` at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ragstill_testkit::{Latency, RequestKey};

use crate::support::{
    Sandbox, SplitMix, fake_teacher, rare_args, rejects_some, requests, same_files, stored_answers,
    wait_until,
};

const DOCUMENTS: usize = 60;
/// Questions and reasonings for all but the seven documents that no question can be asked about, and three attempts at
/// each of those.
const REQUESTS: u64 = 53 * 2 + 7 * 3;
const KILLS: u64 = 6;

/// A run that is killed at random moments and then left to its end.
fn killed_again_and_again(seed: u64) {
    let sandbox = Sandbox::with_corpus(DOCUMENTS);
    let teacher = fake_teacher(|config| {
        let latency =
            Latency::LongTail { median: Duration::from_millis(20), p99: Duration::from_millis(120) };
        rejects_some(config).seed(seed).latency(latency)
    });
    let args = rare_args(&teacher, "out", &["--concurrency", "12"]);
    let out = sandbox.path("out");
    let mut draws = SplitMix(seed);
    let mut stored = BTreeSet::new();
    for kill in 0..KILLS {
        // A number of requests is a moment that does not depend on how fast the machine is; the rest is chance.
        let after = draws.below(2 * REQUESTS / KILLS - 8);
        let then = Duration::from_micros(draws.below(15_000));
        let running = sandbox.spawn(&args);
        wait_until("so many requests", || requests(&teacher) >= after);
        std::thread::sleep(then);
        running.kill();
        wait_until("the server notices", || teacher.stats().in_flight == 0);
        assert_none_again(&teacher.log(), &stored, &format!("seed {seed}, kill {kill}"));
        let now: BTreeSet<RequestKey> = stored_answers(&out).into_keys().collect();
        assert!(now.is_superset(&stored), "seed {seed}, kill {kill}: stored answers are gone");
        stored = now;
        teacher.reset();
    }
    assert!(stored.len() > 5, "the kills came too early to prove anything: {} answers", stored.len());

    sandbox.ragstill(&args).exits(0);
    assert_none_again(&teacher.log(), &stored, &format!("seed {seed}, the last run"));
    assert_eq!(requests(&teacher), REQUESTS - stored.len() as u64);

    teacher.reset();
    sandbox.run_rare(&teacher, "never-killed", &["--concurrency", "12"]).exits(0);
    assert_eq!(requests(&teacher), REQUESTS);
    same_files(&out, &sandbox.path("never-killed"));
    assert_eq!(sandbox.read("out/rejects.jsonl").lines().count(), 7);
}

#[track_caller]
fn assert_none_again(log: &[ragstill_testkit::LogEntry], stored: &BTreeSet<RequestKey>, when: &str) {
    let mut asked: BTreeMap<RequestKey, u32> = BTreeMap::new();
    for entry in log {
        *asked.entry(entry.key).or_default() += 1;
    }
    let twice: Vec<_> = asked.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{when}: asked twice in one run: {twice:?}");
    let again: Vec<_> = asked.keys().filter(|key| stored.contains(key)).collect();
    assert!(again.is_empty(), "{when}: asked again although stored: {again:?}");
}

#[test]
fn at_random_moments_1() {
    killed_again_and_again(1);
}

#[test]
fn at_random_moments_2() {
    killed_again_and_again(20);
}

#[test]
fn at_random_moments_3() {
    killed_again_and_again(300);
}

#[test]
fn while_the_last_files_are_written() {
    // No request says when that is: the moments are spread over a run whose answers are all stored.
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(rejects_some);
    sandbox.run_rare(&teacher, "whole", &[]).exits(0);
    let whole = stored_answers(&sandbox.path("whole")).len();
    let args = rare_args(&teacher, "out", &[]);
    sandbox.ragstill(&args).exits(0);
    teacher.reset();
    let mut draws = SplitMix(7);
    for _ in 0..10 {
        let running = sandbox.spawn(&args);
        std::thread::sleep(Duration::from_millis(draws.below(250)));
        running.kill();
        // Whole or as before: never cut off.
        same_files(&sandbox.path("out"), &sandbox.path("whole"));
    }
    sandbox.ragstill(&args).exits(0).says(&["0 answered now"]);
    same_files(&sandbox.path("out"), &sandbox.path("whole"));
    assert_eq!(stored_answers(&sandbox.path("out")).len(), whole);
    assert_eq!(requests(&teacher), 0);
}
