//! `/v1/answer`.

use std::sync::Arc;
use std::time::Duration;

use ragstill_server::{Answerer, ServerConfig};
use ragstill_teacher::{Prompts, Stop, TeacherConfig};
use ragstill_testkit::{Config, FakeTeacher, Fault, Latency, Responder, Running};
use serde_json::{Value, json};

use crate::support::{Served, lakes};

pub fn teacher_at(url: String) -> TeacherConfig {
    TeacherConfig {
        url: vec![url],
        model: Some("fake-teacher".to_owned()),
        max_attempts: 1,
        ..TeacherConfig::default()
    }
}

pub async fn with_teacher(teacher: &TeacherConfig, config: ServerConfig) -> Served {
    let answerer = Answerer::new(teacher, &Prompts::built_in(), &config, &Stop::default()).unwrap();
    Served::start(config, lakes(), Some(answerer), None).await
}

async fn with_fake(teacher: &Running) -> Served {
    with_teacher(&teacher_at(teacher.url()), ServerConfig::default()).await
}

fn says(content: &'static str) -> Running {
    FakeTeacher::start(Config::default().responder(Responder::fixed(content)))
}

#[tokio::test]
async fn the_built_in_teacher_answers_from_the_passages() {
    let served = with_teacher(&TeacherConfig::default(), ServerConfig::default()).await;
    let question = "When was the Forth Bridge opened?";
    let long = served.post("/v1/answer", &json!({"question": question})).await.with(200);
    assert_eq!(long["answer"], "The Forth Bridge was opened on 4 March 1890.");
    assert_eq!((&long["form"], &long["model"]), (&json!("long"), &json!("extractive-1")));
    assert_eq!((&long["passages"][0]["id"], &long["passages"][0]["used"]), (&json!("c"), &json!(true)));
    let short = served.post("/v1/answer", &json!({"question": question, "form": "short", "top_n": 1})).await;
    let short = short.with(200);
    assert_eq!(short["answer"], "4 March 1890");
    assert_eq!(short["passages"].as_array().unwrap().len(), 1);
    let none = served.post("/v1/answer", &json!({"question": "zzz?", "form": "short"})).await.with(200);
    assert_eq!((&none["answer"], &none["passages"]), (&json!("I don't know"), &json!([])));
}

#[tokio::test]
async fn a_teacher_sees_the_passages_as_data_and_its_numbers_are_checked() {
    let seen = Arc::new(std::sync::Mutex::new(String::new()));
    let responder = Responder::new({
        let seen = Arc::clone(&seen);
        move |request| {
            *seen.lock().unwrap() = request.prompt().to_owned();
            "<think>Hm.</think>Here:\n```json\n{\"answer\": \"Twice.\", \"used\": [2, 9, -1, 0]}\n```"
                .to_owned()
        }
    });
    let teacher = FakeTeacher::start(Config::default().responder(responder));
    let served = with_fake(&teacher).await;
    let reply =
        served.post("/v1/answer", &json!({"question": "How often does a lake mix?", "top_n": 2})).await;
    let reply = reply.with(200);
    assert_eq!(reply["answer"], "Twice.");
    let used: Vec<_> = reply["passages"].as_array().unwrap().iter().map(|found| &found["used"]).collect();
    assert_eq!(used, [&json!(false), &json!(true)]);
    assert!(reply["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    let prompt = seen.lock().unwrap().clone();
    let first = reply["passages"][0]["contents"].as_str().unwrap();
    assert!(prompt.contains(&format!("<passage 1>\n{first}\n</passage 1>")), "{prompt}");
    assert!(prompt.ends_with("<question>\nHow often does a lake mix?\n</question>"), "{prompt}");
    assert!(served.metric("ragstill_teacher_tokens_total{kind=\"prompt\"}").await > 0.0);
}

#[tokio::test]
async fn a_teacher_that_writes_nothing_readable_is_asked_again_and_then_told_of() {
    let teacher = says("I would rather not say.");
    let served = with_fake(&teacher).await;
    let detail = served.post("/v1/answer", &json!({"question": "Which lake?"})).await.refused(502);
    assert!(detail.contains("no answer that can be read, 3 times"), "{detail}");
    assert_eq!(teacher.stats().requests, 3);
}

#[tokio::test]
async fn a_teacher_that_fails_is_told_of() {
    let teacher = says("{\"answer\": \"x\", \"used\": []}");
    let served = with_fake(&teacher).await;
    let ask = async || served.post("/v1/answer", &json!({"question": "Which lake?"})).await;
    for (fault, status) in [(Fault::HtmlPage, 502), (Fault::ServerError, 503), (Fault::Dropped, 503)] {
        teacher.set(Config::default().fault(fault, 1.0)).unwrap();
        ask().await.refused(status);
    }
    teacher.go_down();
    let reply = ask().await;
    let detail = reply.refused(503);
    // Without the advice that a run gets.
    assert!(detail.contains("cannot reach") && !detail.contains("command"), "{detail}");
    // Searches do not need it.
    assert_eq!(served.post("/search", &json!({"query": "lake"})).await.status, 200);
    teacher.come_up().unwrap();
    teacher.set(Config::default().responder(Responder::fixed("{\"answer\": \"x\", \"used\": []}"))).unwrap();
    assert_eq!(ask().await.with(200)["answer"], "x");
}

#[tokio::test]
async fn without_a_teacher_there_are_no_answers() {
    let served = Served::of(lakes()).await;
    let detail = served.post("/v1/answer", &json!({"question": "Which lake?"})).await.refused(501);
    assert!(detail.contains("--teacher"), "{detail}");
    let detail = served.post("/generate", &json!({"inputs": "Lakes"})).await.refused(501);
    assert!(detail.contains("--teacher"), "{detail}");
    // What is wrong is told all the same.
    assert_eq!(served.post("/v1/answer", &json!({"question": " "})).await.status, 400);
    let reply = served.post("/v1/answer", &json!({"question": "x", "form": "medium"})).await.with(422);
    assert_eq!(reply["detail"][0]["msg"], "Input should be 'long' or 'short'");
}

#[tokio::test]
async fn questions_beyond_the_most_are_sent_away() {
    let slow = Config::default()
        .latency(Latency::Fixed(Duration::from_secs(60)))
        .responder(Responder::fixed("{\"answer\": \"x\", \"used\": []}"));
    let teacher = FakeTeacher::start(slow);
    let config = ServerConfig { max_answers: 2, answer_timeout_seconds: 120.0, ..ServerConfig::default() };
    let served = Arc::new(with_teacher(&teacher_at(teacher.url()), config).await);
    let held: Vec<_> = (0..2)
        .map(|_| {
            let served = Arc::clone(&served);
            let body: Value = json!({"question": "Which lake?"});
            tokio::spawn(async move { served.post("/v1/answer", &body).await.status })
        })
        .collect();
    served.until("ragstill_searches_total", 2.0).await;
    let reply = served.post("/v1/answer", &json!({"question": "Which lake?"})).await;
    assert!(reply.refused(503).contains("Too many questions"));
    held.iter().for_each(tokio::task::JoinHandle::abort);
    // Whoever goes away gives the turn back.
    served.until("ragstill_requests_in_flight", 1.0).await;
    teacher.set(Config::default().responder(Responder::fixed("{\"answer\": \"x\", \"used\": []}"))).unwrap();
    assert_eq!(served.post("/v1/answer", &json!({"question": "Which lake?"})).await.status, 200);
}

#[tokio::test]
async fn a_teacher_is_looked_for_before_anybody_is_served() {
    let answerer = |teacher: &TeacherConfig| {
        Answerer::new(teacher, &Prompts::built_in(), &ServerConfig::default(), &Stop::default())
    };
    let teacher = says("x");
    answerer(&teacher_at(teacher.url())).unwrap().probe().await.unwrap();
    teacher.go_down();
    let error = answerer(&teacher_at(teacher.url())).unwrap().probe().await.unwrap_err().to_string();
    assert!(error.contains("cannot reach"), "{error}");
    answerer(&TeacherConfig::default()).unwrap().probe().await.unwrap();
    let nameless = TeacherConfig { model: None, ..teacher_at(teacher.url()) };
    assert!(answerer(&nameless).unwrap_err().to_string().contains("--model"));
}
