//! What the server refuses however often it is asked, and the rate limit.

use std::time::{Duration, Instant};

use ragstill_testkit::{Config, FakeTeacher, Outcome, RateLimit, Refusal};
use serde_json::json;

use crate::client::{Client, Response, chat_body, eventually};

fn refused(refusal: Refusal, body: &str) -> Response {
    let teacher = FakeTeacher::start(Config::default().refuse(refusal).keep_log(true));
    let response = Client::connect(teacher.address()).post_chat(body).unwrap();
    eventually(|| teacher.stats().in_flight == 0);
    let refused = response.status != 200;
    assert_eq!(teacher.stats().answered, u64::from(!refused));
    assert_eq!(teacher.log()[0].outcome == Outcome::Refused, refused);
    response
}

#[test]
fn refusals_have_their_status_and_code() {
    let hello = chat_body("hello");
    for (refusal, status, code) in [
        (Refusal::Unauthorized, 401, json!("invalid_api_key")),
        (Refusal::PaymentRequired, 402, json!(null)),
        (Refusal::QuotaExhausted, 429, json!("insufficient_quota")),
    ] {
        let response = refused(refusal, &hello);
        assert_eq!((response.status, response.error_code()), (status, code));
        assert_eq!(response.header("retry-after"), None);
    }
}

#[test]
fn another_model_is_not_found() {
    let other = json!({ "model": "gpt-9", "messages": [] }).to_string();
    let response = refused(Refusal::UnknownModel, &other);
    assert_eq!((response.status, response.error_code()), (404, json!("model_not_found")));
    assert!(response.json()["error"]["message"].as_str().unwrap().contains("gpt-9"));
    assert_eq!(refused(Refusal::UnknownModel, &chat_body("hello")).status, 200);
}

#[test]
fn a_server_without_structured_output_says_so() {
    let structured = json!({ "model": "m", "messages": [], "response_format": { "type": "json_object" } });
    let response = refused(Refusal::NoStructuredOutput, &structured.to_string());
    assert_eq!(response.status, 400);
    assert_eq!(response.json()["error"]["param"], "response_format");
    assert_eq!(refused(Refusal::NoStructuredOutput, &chat_body("hello")).status, 200);
}

#[test]
fn the_right_key_opens() {
    let teacher = FakeTeacher::start(Config::default().refuse(Refusal::UnauthorizedUnless("s3cret".into())));
    let mut client = Client::connect(teacher.address());
    for (header, status) in
        [("authorization: Bearer s3cret", 200), ("Authorization: Bearer wrong", 401), ("x-none: 1", 401)]
    {
        client.send("POST", "/v1/chat/completions", &[header], &chat_body("hello"));
        assert_eq!(client.receive().unwrap().status, status, "{header}");
    }
}

#[test]
fn bodies_that_are_no_chat_requests_are_bad_requests() {
    let teacher = FakeTeacher::start(Config::default());
    let mut client = Client::connect(teacher.address());
    for body in ["", "hello", "{}", "[1]"] {
        let response = client.post_chat(body).unwrap();
        assert_eq!(response.status, 400, "{body:?}");
        assert_eq!(response.json()["error"]["type"], "invalid_request_error");
    }
    let streamed = json!({ "model": "m", "messages": [], "stream": true }).to_string();
    assert_eq!(client.post_chat(&streamed).unwrap().status, 400);
    assert_eq!(teacher.stats().by_status, [(400, 5)].into());
}

#[test]
fn unknown_places_and_methods_are_told_apart() {
    let teacher = FakeTeacher::start(Config::default());
    let mut client = Client::connect(teacher.address());
    assert_eq!(client.get("/v2/chat").status, 404);
    assert_eq!(client.get("/v1/chat/completions").status, 405);
    client.send("POST", "/v1/models", &[], "");
    assert_eq!(client.receive().unwrap().status, 405);
}

#[test]
fn a_rate_limit_holds_and_says_when_to_come_back() {
    let limit = RateLimit { per_second: 20.0, burst: 5 };
    let teacher = FakeTeacher::start(Config::default().rate_limit(limit));
    let mut client = Client::connect(teacher.address());
    let start = Instant::now();
    let (mut passed, mut refused) = (0_u32, 0_u32);
    while start.elapsed() < Duration::from_millis(500) {
        let response = client.chat(&format!("prompt {}", passed + refused)).unwrap();
        assert_eq!(response.header("x-ratelimit-limit-requests"), Some("5"));
        assert!(response.header("x-ratelimit-reset-requests").unwrap().ends_with("ms"));
        let remaining: u32 = response.header("x-ratelimit-remaining-requests").unwrap().parse().unwrap();
        if response.status == 200 {
            passed += 1;
            assert!(remaining < 5);
        } else {
            refused += 1;
            assert_eq!((response.status, remaining), (429, 0));
            assert_eq!(response.header("retry-after"), Some("1"));
        }
    }
    let elapsed = start.elapsed().as_secs_f64();
    let allowed = 5.0 + 20.0 * elapsed;
    assert!(f64::from(passed) <= allowed, "{passed} passed in {elapsed} s");
    assert!(f64::from(passed) >= 0.6 * allowed, "{passed} passed in {elapsed} s");
    assert!(refused > 0);
    let stats = teacher.stats();
    assert_eq!(stats.by_status, [(200, passed.into()), (429, refused.into())].into());
    assert_eq!((stats.answered, stats.faults.len()), (u64::from(passed), 0));
}
