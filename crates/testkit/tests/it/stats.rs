//! The counts agree with what was sent.

use std::time::{Duration, Instant};

use ragstill_testkit::{Config, FakeTeacher, Latency, Outcome, Responder};
use serde_json::{Value, json};

use crate::client::{Client, chat_body, eventually};

#[test]
fn keys_answered_again_are_listed() {
    let teacher = FakeTeacher::start(Config::default());
    let mut client = Client::connect(teacher.address());
    let before = Instant::now();
    assert_eq!(teacher.stats().first_request, None);
    for prompt in ["a", "b", "a", "c", "a"] {
        client.chat(prompt).unwrap();
    }
    let stats = teacher.stats();
    assert_eq!((stats.requests, stats.answered), (5, 5));
    assert_eq!((stats.distinct_keys, stats.answered_keys), (3, 3));
    assert_eq!(stats.answered_again.len(), 1);
    assert_eq!((stats.in_flight, stats.max_in_flight), (0, 1));
    assert!(stats.first_request.unwrap() >= before);
}

#[test]
fn a_client_that_leaves_is_not_answered() {
    let config = Config::default().latency(Latency::Fixed(Duration::from_secs(60))).keep_log(true);
    let teacher = FakeTeacher::start(config);
    let mut client = Client::connect(teacher.address());
    client.send("POST", "/v1/chat/completions", &[], &chat_body("hello"));
    eventually(|| teacher.stats().in_flight == 1);
    drop(client);
    eventually(|| teacher.stats().abandoned == 1);
    let stats = teacher.stats();
    assert_eq!((stats.in_flight, stats.answered, stats.answered_keys), (0, 0, 0));
    assert_eq!((teacher.log()[0].outcome, teacher.log()[0].status), (Outcome::Abandoned, None));
}

#[test]
fn other_processes_read_the_same_counts() {
    let teacher = FakeTeacher::start(Config::default().keep_log(true).model("fancy"));
    let mut client = Client::connect(teacher.address());
    for prompt in ["a", "a", "b"] {
        client.chat(prompt).unwrap();
    }
    let stats = client.get("/stats").json();
    assert_eq!(stats["requests"], 3);
    assert_eq!(stats["by_status"], json!({ "200": 3 }));
    let again = teacher.stats().answered_again[0];
    assert_eq!(stats["answered_again"], json!([again.to_string()]));
    assert!(stats["first_request_unix_ms"].as_f64().unwrap() > 1.7e12);

    let log: Vec<Value> =
        client.get("/log").text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(log.len(), 3);
    assert_eq!(
        (&log[1]["attempt"], &log[1]["outcome"], &log[1]["status"]),
        (&json!(1), &json!("answered"), &json!(200))
    );
    assert_eq!(log[0]["key"], again.to_string());
    assert!(log[2]["arrived_us"].as_u64() >= log[1]["ended_us"].as_u64());

    assert_eq!(client.get("/v1/models").json()["data"][0]["id"], "fancy");
    client.send("POST", "/reset", &[], "");
    assert_eq!(client.receive().unwrap().status, 200);
    assert_eq!(client.get("/stats").json()["requests"], 0);
    assert!(teacher.log().is_empty());
}

#[test]
fn a_responder_sees_the_request_and_usage_follows_its_size() {
    let teacher = FakeTeacher::start(Config::default().responder(Responder::echo()));
    let prompt = "é \"quoted\"\n".repeat(50);
    let response = Client::connect(teacher.address()).chat(&prompt).unwrap();
    assert_eq!(response.content(), prompt);
    let usage = response.json()["usage"].take();
    assert_eq!(usage["completion_tokens"], prompt.len().div_ceil(4));
    assert!(usage["prompt_tokens"].as_u64() > usage["completion_tokens"].as_u64());
}

#[test]
fn counts_are_right_under_load() {
    let teacher = FakeTeacher::start(Config::default().latency(Latency::Fixed(Duration::from_millis(2))));
    std::thread::scope(|scope| {
        for worker in 0..16 {
            let address = teacher.address();
            scope.spawn(move || {
                let mut client = Client::connect(address);
                for n in 0..50 {
                    assert_eq!(client.chat(&format!("{worker} {n}")).unwrap().status, 200);
                }
            });
        }
    });
    let stats = teacher.stats();
    assert_eq!(
        (stats.requests, stats.answered, stats.distinct_keys, stats.answered_keys),
        (800, 800, 800, 800)
    );
    assert!(stats.answered_again.is_empty());
    assert!((2..=16).contains(&stats.max_in_flight), "{}", stats.max_in_flight);
}
