//! Faults of servers and connections: what is temporary is asked again, what is not is a reject, nothing is lost.

use std::time::{Duration, Instant};

use ragstill_testkit::{Fault, Latency, RetryAfter};

use crate::support::{
    Running, Sandbox, asks_for_question, fake_teacher, json_lines, read_json, requests, same_files,
};

const DOCUMENTS: usize = 24;

/// A teacher that fails this way the first time it is asked each third question.
fn failing_once(fault: Fault) -> Running {
    fake_teacher(|config| {
        config.inject(move |request| {
            let struck = request.attempt() == 0 && request.key().value() % 3 == 0;
            struck.then_some(fault)
        })
    })
}

#[test]
fn isolated_faults_leave_no_trace_in_the_results() {
    let sandbox = Sandbox::with_corpus(DOCUMENTS);
    let sound = fake_teacher(|config| config);
    sandbox.run_rare(&sound, "sound", &[]).exits(0);
    let faults = [
        Fault::TooManyRequests(RetryAfter::Absent),
        Fault::TooManyRequests(RetryAfter::Seconds(1)),
        Fault::TooManyRequests(RetryAfter::HttpDate(1)),
        Fault::ServerError,
        Fault::Unavailable(RetryAfter::Seconds(1)),
        Fault::Dropped,
        Fault::DroppedInBody,
        Fault::MalformedJson,
        Fault::NoChoices,
        Fault::HtmlPage,
        Fault::SlowBody(Duration::from_millis(400)),
    ];
    // At once: each run waits more than it works.
    std::thread::scope(|scope| {
        for (number, fault) in faults.into_iter().enumerate() {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let teacher = failing_once(fault);
                let out = format!("faulty-{number}");
                sandbox.run_rare(&teacher, &out, &[]).exits(0);
                let struck = teacher.stats().faults.values().sum::<u64>();
                assert!(struck > 5, "{} struck {struck} times only", fault.name());
                same_files(&sandbox.path("sound"), &sandbox.path(&out));
                let again = if matches!(fault, Fault::SlowBody(_)) { 0 } else { struck };
                let status = read_json(&sandbox.path(&out).join("run.json"));
                assert_eq!(status["requests"]["retried"], again, "{}", fault.name());
                assert_eq!(requests(&teacher), 2 * DOCUMENTS as u64 + again);
            });
        }
    });
}

#[test]
fn the_wait_that_the_server_asks_for_is_kept() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = failing_once(Fault::TooManyRequests(RetryAfter::Seconds(2)));
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let log = teacher.log();
    let mut waits = 0;
    for first in log.iter().filter(|entry| entry.status == Some(429)) {
        let second = log.iter().find(|entry| entry.key == first.key && entry.attempt == 1).unwrap();
        assert!(second.arrived >= first.ended + Duration::from_secs(2), "{first:?}, then {second:?}");
        waits += 1;
    }
    assert!(waits > 0);
}

#[test]
fn random_faults_of_all_kinds_lose_nothing() {
    let sandbox = Sandbox::with_corpus(60);
    let sound = fake_teacher(|config| config);
    sandbox.run_rare(&sound, "sound", &[]).exits(0);
    let teacher = fake_teacher(|config| {
        config
            .latency(Latency::LongTail { median: Duration::from_millis(5), p99: Duration::from_millis(80) })
            .fault(Fault::TooManyRequests(RetryAfter::Absent), 0.05)
            .fault(Fault::ServerError, 0.03)
            .fault(Fault::Dropped, 0.02)
            .fault(Fault::DroppedInBody, 0.02)
            .fault(Fault::MalformedJson, 0.02)
            .fault(Fault::HtmlPage, 0.02)
    });
    sandbox.run_rare(&teacher, "faulty", &["--concurrency", "16"]).exits(0);
    let stats = teacher.stats();
    assert!(stats.faults.len() >= 4, "{:?}", stats.faults);
    assert_eq!(stats.answered_again, [], "what was answered is not asked again");
    same_files(&sandbox.path("sound"), &sandbox.path("faulty"));
}

/// Runs against a teacher that fails this way at one question for good; returns why its record was rejected.
#[track_caller]
fn reason_of_lasting(fault: Fault, more: &[&str]) -> String {
    let sandbox = Sandbox::with_corpus(8);
    let marked = "series 1002 ";
    let teacher = fake_teacher(|config| {
        config.inject(move |request| {
            (asks_for_question(request) && request.prompt().contains(marked)).then_some(fault)
        })
    });
    sandbox.run_rare(&teacher, "out", more).exits(0);
    assert_eq!(json_lines(&sandbox.path("out/records.jsonl")).len(), 7);
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(rejects[0]["record"]["text"].as_str().unwrap().contains(marked));
    rejects[0]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn lasting_faults_of_one_request_are_a_reject_with_the_reason() {
    let few: &[&str] = &["--set", "teachers.default.max_attempts=2"];
    let small: &[&str] = &["--set", "teachers.default.max_response_mb=1"];
    let short: &[&str] = &["--set", "teachers.default.timeout_seconds=0.4"];
    let short_and_few = [few, short].concat();
    let rows: [(Fault, &[&str], &str); 9] = [
        (Fault::NullContent, &[], "none of 3 answers could be used"),
        (Fault::EmptyContent, &[], "none of 3 answers could be used"),
        (
            Fault::ServerError,
            few,
            "the server failed (HTTP 500: The server had an error while processing your request.) (sent 2 times)",
        ),
        (Fault::Dropped, few, "broke"),
        (Fault::MalformedJson, few, "the response is not a chat completion"),
        (Fault::HtmlPage, few, "it starts `<!DOCTYPE html>"),
        (
            Fault::OversizedBody(3 << 20),
            small,
            "the response is larger than 1 MB; a higher `max_response_mb` allows it",
        ),
        (
            Fault::SlowBody(Duration::from_secs(20)),
            &short_and_few,
            "no answer within 0.4 s; a slower model needs a higher `timeout_seconds`",
        ),
        (Fault::Hang, &short_and_few, "no answer within 0.4 s"),
    ];
    std::thread::scope(|scope| {
        for (fault, more, expected) in rows {
            scope.spawn(move || {
                let reason = reason_of_lasting(fault, more);
                assert!(reason.contains(expected), "{}: {reason}", fault.name());
            });
        }
    });
}

#[test]
fn several_bad_requests_among_good_ones_are_rejects() {
    let sandbox = Sandbox::with_corpus(60);
    let teacher = fake_teacher(|config| {
        config.latency(Latency::Fixed(Duration::from_millis(60))).inject(|request| {
            let bad = ["series 1000 ", "series 1001 ", "series 1002 ", "series 1003 ", "series 1004 "];
            let struck = asks_for_question(request) && bad.iter().any(|mark| request.prompt().contains(mark));
            struck.then_some(Fault::ServerError)
        })
    });
    let args = ["--concurrency", "4", "--set", "teachers.default.max_attempts=2"];
    sandbox.run_rare(&teacher, "out", &args).exits(0).says(&["records     55", "rejects     5"]);
}

#[test]
fn a_teacher_that_goes_down_stops_the_run_and_the_same_command_goes_on() {
    let sandbox = Sandbox::with_corpus(60);
    let teacher = fake_teacher(|config| config.latency(Latency::Fixed(Duration::from_millis(25))));
    let args = ["--concurrency", "4", "--set", "teachers.default.max_attempts=2"];
    let running = sandbox.spawn(&crate::support::rare_args(&teacher, "out", &args));
    crate::support::wait_until("half of the answers", || teacher.stats().answered >= 50);
    teacher.go_down();
    let start = Instant::now();
    running.ends_within(Duration::from_secs(60)).exits(1).complains(&[
        "error: the teacher is down: cannot reach",
        "every answer so far is stored; run the same command again when the teacher is back",
    ]);
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(json_lines(&sandbox.path("out/rejects.jsonl")).len(), 0, "no record is blamed for it");

    let stored = crate::support::stored_answers(&sandbox.path("out"));
    assert!(stored.len() >= 46, "{} answers stored", stored.len());
    teacher.come_up().unwrap();
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &args).exits(0).says(&["records     60"]);
    assert!(teacher.log().iter().all(|entry| !stored.contains_key(&entry.key)));
    assert_eq!(requests(&teacher) + stored.len() as u64, 120);
}

#[test]
fn a_teacher_that_only_fails_stops_the_run() {
    let sandbox = Sandbox::with_corpus(40);
    let teacher = fake_teacher(|config| config.fault(Fault::ServerError, 1.0));
    let args = ["--concurrency", "4", "--set", "teachers.default.max_attempts=2"];
    sandbox.run_rare(&teacher, "out", &args).exits(1).complains(&[
        "error: the teacher is down: the server failed (HTTP 500",
        "it has not answered a single request",
    ]);
    let status = read_json(&sandbox.path("out/run.json"));
    assert!(status["pending"].as_u64().unwrap() >= 37, "records are left for later, not rejected: {status}");
    // Others are sent while one waits to be sent again, but not all of them twice.
    assert!(requests(&teacher) < 70, "{} requests", requests(&teacher));
}

#[test]
fn a_proxy_of_the_environment_does_not_stand_before_a_server_on_this_machine() {
    let sandbox = Sandbox::with_corpus(2);
    let teacher = fake_teacher(|config| config);
    let args = crate::support::rare_args(&teacher, "out", &[]);
    let nobody = "http://127.0.0.1:9";
    sandbox.ragstill_with_env(&args, &[("HTTP_PROXY", nobody), ("http_proxy", nobody)]).exits(0);
    assert_eq!(requests(&teacher), 4);
}
