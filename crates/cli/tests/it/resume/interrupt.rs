//! Ctrl-C: once to finish what is in flight, twice to stop at once.

use std::time::{Duration, Instant};

use ragstill_testkit::{Config, Latency, Responder};

use crate::support::{
    MODEL, Sandbox, fake_teacher, json_lines, rare_args, read_json, rejects_some, requests, same_files,
    stored_answers, wait_until,
};

fn slow(config: Config, milliseconds: u64) -> Config {
    rejects_some(config).latency(Latency::Fixed(Duration::from_millis(milliseconds)))
}

#[test]
fn once_finishes_what_is_in_flight() {
    let sandbox = Sandbox::with_corpus(60);
    let teacher = fake_teacher(|config| slow(config, 200));
    let args = rare_args(&teacher, "out", &["--concurrency", "10"]);
    let running = sandbox.spawn(&args);
    wait_until("the second wave is in flight", || {
        let stats = teacher.stats();
        stats.answered > 10 && stats.in_flight == 10
    });
    running.interrupt();
    let outcome = running.ends_within(Duration::from_secs(20)).exits(1);
    let outcome = outcome.complains(&[
        "stopping: requests in flight are finished and saved; the same command goes on from there",
        "interrupt again to stop now",
    ]);
    assert!(outcome.stdout.contains("interrupted; the same command goes on from here"), "{}", outcome.stdout);

    let stats = teacher.stats();
    assert_eq!((stats.abandoned, stats.in_flight), (0, 0), "nothing in flight was given up");
    let stored = stored_answers(&sandbox.path("out"));
    assert_eq!(
        stats.answered + stats.faults.values().sum::<u64>(),
        stored.len() as u64,
        "all of it was stored"
    );
    assert!(stored.len() < 60, "{} answers: it did not stop", stored.len());
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["status"], "interrupted");
    assert_eq!(status["rows"], 60);
    let done = status["records"].as_u64().unwrap() + status["rejects"].as_u64().unwrap();
    assert_eq!(done + status["pending"].as_u64().unwrap(), 60, "{status}");
    // What is finished is there to be looked at.
    assert_eq!(
        json_lines(&sandbox.path("out/records.jsonl")).len() as u64,
        status["records"].as_u64().unwrap()
    );

    teacher.reset();
    sandbox.ragstill(&args).exits(0);
    assert!(teacher.log().iter().all(|entry| !stored.contains_key(&entry.key)));
    assert_eq!(read_json(&sandbox.path("out/run.json"))["status"], "complete");
    sandbox.run_rare(&teacher, "whole", &["--concurrency", "10"]).exits(0);
    same_files(&sandbox.path("out"), &sandbox.path("whole"));
}

#[test]
fn twice_stops_at_once() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| {
        // The first documents are answered at once, so that there is something to lose; the others not in an hour.
        slow(config, 0)
            .inject(|request| (request.key().value() % 4 != 0).then_some(ragstill_testkit::Fault::Hang))
    });
    let args = rare_args(&teacher, "out", &["--concurrency", "30"]);
    let running = sandbox.spawn(&args);
    wait_until("all are asked", || requests(&teacher) >= 30);
    wait_until("some are stored", || !stored_answers(&sandbox.path("out")).is_empty());
    running.interrupt();
    // It waits for the answers in flight, which do not come.
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    running.interrupt();
    running.ends_within(Duration::from_secs(5)).exits(1).complains(&[
        "stopped; every answer that is stored is safe, and the same command goes on from there",
    ]);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());

    let stored = stored_answers(&sandbox.path("out"));
    assert!(!stored.is_empty());
    teacher.set(Config::default().model(MODEL).keep_log(true).responder(Responder::rare())).unwrap();
    teacher.reset();
    sandbox.ragstill(&args).exits(0).says(&["records     30"]);
    assert!(teacher.log().iter().all(|entry| !stored.contains_key(&entry.key)));
}

#[test]
fn being_asked_to_end_is_like_one_interrupt() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| slow(config, 150));
    let running = sandbox.spawn(&rare_args(&teacher, "out", &["--concurrency", "3"]));
    wait_until("some are answered", || teacher.stats().answered > 3);
    running.terminate();
    running.ends_within(Duration::from_secs(20)).exits(1);
    assert_eq!(teacher.stats().abandoned, 0);
    assert_eq!(read_json(&sandbox.path("out/run.json"))["status"], "interrupted");
}
