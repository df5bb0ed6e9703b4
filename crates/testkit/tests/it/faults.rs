//! Every fault does on the wire what its name says.

use std::time::{Duration, Instant, SystemTime};

use ragstill_testkit::{
    Config, FakeTeacher, Fault, Latency, Outcome, Reasoning, Responder, RetryAfter, Running,
};

use crate::client::{Broken, Client, Response, eventually};

const CONTENT: &str = "The wing stalls.";

fn always(fault: Fault) -> Running {
    FakeTeacher::start(
        Config::default().fault(fault, 1.0).responder(Responder::fixed(CONTENT)).keep_log(true),
    )
}

/// The one response of a server that always has this fault; it is counted as that, and not as answered.
fn spoiled(fault: Fault) -> Response {
    let teacher = always(fault);
    let response = Client::connect(teacher.address()).chat("hello").unwrap();
    eventually(|| teacher.stats().in_flight == 0);
    let stats = teacher.stats();
    assert_eq!((stats.requests, stats.answered, stats.abandoned), (1, 0, 0));
    assert_eq!(stats.by_status, [(response.status, 1)].into());
    assert_eq!(stats.faults, [(fault.name(), 1)].into());
    assert_eq!(teacher.log()[0].outcome, Outcome::Faulted);
    response
}

#[test]
fn too_many_requests_with_seconds() {
    let response = spoiled(Fault::TooManyRequests(RetryAfter::Seconds(7)));
    assert_eq!((response.status, response.header("retry-after")), (429, Some("7")));
    assert_eq!(response.error_code(), "rate_limit_exceeded");
}

#[test]
fn too_many_requests_with_a_date() {
    let response = spoiled(Fault::TooManyRequests(RetryAfter::HttpDate(30)));
    let date = httpdate::parse_http_date(response.header("retry-after").unwrap()).unwrap();
    let wait = date.duration_since(SystemTime::now()).unwrap();
    assert!((Duration::from_secs(20)..=Duration::from_secs(31)).contains(&wait), "{wait:?}");
}

#[test]
fn too_many_requests_without_advice() {
    let response = spoiled(Fault::TooManyRequests(RetryAfter::Absent));
    assert_eq!((response.status, response.header("retry-after")), (429, None));
}

#[test]
fn server_errors() {
    let response = spoiled(Fault::ServerError);
    assert_eq!(response.status, 500);
    assert_eq!(response.json()["error"]["type"], "server_error");
    let response = spoiled(Fault::Unavailable(RetryAfter::Seconds(2)));
    assert_eq!((response.status, response.header("retry-after")), (503, Some("2")));
    assert_eq!(spoiled(Fault::Unavailable(RetryAfter::Absent)).header("retry-after"), None);
}

#[test]
fn a_dropped_connection_sends_nothing() {
    let teacher = always(Fault::Dropped);
    assert_eq!(Client::connect(teacher.address()).chat("hello").unwrap_err(), Broken::BeforeAnyByte);
    eventually(|| teacher.stats().in_flight == 0);
    let stats = teacher.stats();
    assert_eq!((stats.answered, stats.abandoned, stats.by_status.len()), (0, 0, 0));
    assert_eq!(stats.faults, [("drop", 1)].into());
    assert_eq!(teacher.log()[0].status, None);
}

#[test]
fn a_connection_dropped_in_the_body_sends_half_of_it() {
    let teacher = always(Fault::DroppedInBody);
    match Client::connect(teacher.address()).chat("hello").unwrap_err() {
        Broken::InBody { got, promised } => assert_eq!(got, promised / 2),
        other => panic!("{other:?}"),
    }
    eventually(|| teacher.stats().in_flight == 0);
    let stats = teacher.stats();
    assert_eq!((stats.answered, stats.abandoned), (0, 0));
    assert_eq!(stats.faults, [("drop-body", 1)].into());
}

#[test]
fn a_hanging_server_keeps_the_connection_and_says_nothing() {
    let teacher = always(Fault::Hang);
    let mut client = Client::connect(teacher.address());
    client.read_timeout(Duration::from_millis(100));
    assert_eq!(client.chat("hello").unwrap_err(), Broken::TimedOut);
    assert_eq!(teacher.stats().in_flight, 1);
    drop(client);
    eventually(|| teacher.stats().abandoned == 1);
    assert_eq!(teacher.stats().in_flight, 0);
}

#[test]
fn malformed_json_is_whole_on_the_wire_and_no_json() {
    let response = spoiled(Fault::MalformedJson);
    assert_eq!(response.status, 200);
    assert!(response.text().starts_with("{\"id\":"));
    assert!(serde_json::from_slice::<serde_json::Value>(&response.body).is_err());
}

#[test]
fn completions_without_what_is_needed() {
    let body = spoiled(Fault::NoChoices).json();
    assert_eq!(body["object"], "chat.completion");
    assert!(body.get("choices").is_none());
    let message = spoiled(Fault::NullContent).json()["choices"][0]["message"].take();
    assert!(message.get("content").is_some_and(serde_json::Value::is_null));
    assert_eq!(spoiled(Fault::EmptyContent).content(), "");
}

#[test]
fn truncated_content_is_its_first_half() {
    let response = spoiled(Fault::Truncated);
    assert_eq!(response.content(), CONTENT[..CONTENT.len() / 2]);
    assert_eq!(response.json()["choices"][0]["finish_reason"], "length");
}

#[test]
fn nonsense_is_not_the_answer() {
    let content = spoiled(Fault::Nonsense).content();
    assert!(content.len() > 100 && !content.contains(CONTENT), "{content}");
}

#[test]
fn a_slow_body_dribbles_and_is_an_answer_all_the_same() {
    let over = Duration::from_millis(400);
    let teacher = always(Fault::SlowBody(over));
    let start = Instant::now();
    let response = Client::connect(teacher.address()).chat("hello").unwrap();
    assert_eq!(response.content(), CONTENT);
    assert!(response.body_at - start >= over);
    assert!(response.body_at - response.head_at >= over / 2, "the head came with the body");
    eventually(|| teacher.stats().answered == 1);
}

#[test]
fn a_slow_body_begins_when_the_latency_ends() {
    let (latency, over) = (Duration::from_millis(300), Duration::from_millis(300));
    let config = Config::default().latency(Latency::Fixed(latency)).fault(Fault::SlowBody(over), 1.0);
    let teacher = FakeTeacher::start(config);
    let start = Instant::now();
    let response = Client::connect(teacher.address()).chat("hello").unwrap();
    assert!(response.head_at - start >= latency);
    assert!(response.body_at - start >= latency + over);
}

#[test]
fn an_oversized_body_streams_as_many_bytes_as_told() {
    let bytes = 20 << 20;
    let response = spoiled(Fault::OversizedBody(bytes));
    assert_eq!(response.header("content-length"), None);
    assert_eq!(response.content().len() as u64, bytes);
}

#[test]
fn a_client_that_hangs_up_on_an_oversized_body_is_abandoned() {
    let teacher = always(Fault::OversizedBody(1 << 40));
    let mut client = Client::connect(teacher.address());
    client.send("POST", "/v1/chat/completions", &[], &crate::client::chat_body("hello"));
    std::thread::sleep(Duration::from_millis(50));
    drop(client);
    eventually(|| teacher.stats().abandoned == 1);
}

#[test]
fn a_web_page_is_no_completion() {
    let response = spoiled(Fault::HtmlPage);
    assert_eq!(response.status, 200);
    assert!(response.header("content-type").unwrap().starts_with("text/html"));
    assert!(response.text().starts_with("<!DOCTYPE html>"));
}

#[test]
fn refusals_come_at_once_and_failures_after_the_latency() {
    let latency = Duration::from_millis(700);
    let elapsed = |fault| {
        let config = Config::default().latency(Latency::Fixed(latency)).fault(fault, 1.0);
        let teacher = FakeTeacher::start(config);
        let mut client = Client::connect(teacher.address());
        let start = Instant::now();
        let _ = client.chat("hello");
        start.elapsed()
    };
    assert!(elapsed(Fault::TooManyRequests(RetryAfter::Absent)) < latency);
    assert!(elapsed(Fault::Unavailable(RetryAfter::Absent)) < latency);
    assert!(elapsed(Fault::ServerError) >= latency);
    assert!(elapsed(Fault::Dropped) >= latency);
}

#[test]
fn a_retry_goes_through_and_both_attempts_are_seen() {
    let config = Config::default()
        .inject(|request| (request.attempt() == 0).then_some(Fault::ServerError))
        .responder(Responder::new(|request| format!("attempt {}", request.attempt())));
    let teacher = FakeTeacher::start(config);
    let mut client = Client::connect(teacher.address());
    assert_eq!(client.chat("hello").unwrap().status, 500);
    assert_eq!(client.chat("hello").unwrap().content(), "attempt 1");
    let stats = teacher.stats();
    assert_eq!((stats.requests, stats.answered, stats.distinct_keys), (2, 1, 1));
    assert!(stats.answered_again.is_empty());
}

#[test]
fn two_servers_of_one_seed_fail_alike() {
    let statuses = |seed| {
        let config = Config::default()
            .seed(seed)
            .fault(Fault::TooManyRequests(RetryAfter::Absent), 0.3)
            .fault(Fault::ServerError, 0.3);
        let teacher = FakeTeacher::start(config);
        let mut client = Client::connect(teacher.address());
        (0..60).map(|n| client.chat(&format!("prompt {}", n / 2)).unwrap().status).collect::<Vec<_>>()
    };
    let first = statuses(1);
    assert_eq!(first, statuses(1));
    assert_ne!(first, statuses(2));
    for status in [200, 429, 500] {
        assert!(first.contains(&status), "{status} is missing in {first:?}");
    }
}

#[test]
fn reasoning_is_where_it_is_told() {
    let message = |place| {
        let config = Config::default().reasoning(place).responder(Responder::fixed(CONTENT));
        let teacher = FakeTeacher::start(config);
        Client::connect(teacher.address()).chat("hello").unwrap().json()["choices"][0]["message"].take()
    };
    let content = message(Reasoning::ThinkTags)["content"].as_str().unwrap().to_owned();
    assert!(content.starts_with("<think>") && content.ends_with(&format!("</think>\n\n{CONTENT}")));
    for (place, field) in
        [(Reasoning::ReasoningContent, "reasoning_content"), (Reasoning::ReasoningField, "reasoning")]
    {
        let message = message(place);
        assert_eq!(message["content"], CONTENT);
        assert!(message[field].as_str().is_some_and(|text| !text.is_empty()));
    }
}
