//! `/generate`.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json};
use axum::routing::post;
use ragstill_server::ServerConfig;
use ragstill_teacher::TeacherConfig;
use ragstill_testkit::{Config, FakeTeacher, Responder};
use serde_json::{Value, json};

use crate::answers::{teacher_at, with_teacher};

/// What ReaRAG's agent sends.
fn request() -> Value {
    json!({
        "inputs": "[gMASK]<sop><|user|>\nWho?<|assistant|>",
        "stream": false,
        "parameters": {
            "max_tokens": 1024, "top_p": 0.7, "temperature": 0.95, "stop": null, "skip_special_tokens": false
        },
    })
}

/// A server with raw completions, as vLLM has them; and what it was last asked.
async fn completions(status: StatusCode, answer: Value) -> (String, Arc<Mutex<Value>>) {
    let asked = Arc::new(Mutex::new(Value::Null));
    let router = Router::new().route(
        "/v1/completions",
        post({
            let asked = Arc::clone(&asked);
            async move |Json(body): Json<Value>| {
                *asked.lock().unwrap() = body;
                (status, Json(answer)).into_response()
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    (url, asked)
}

#[tokio::test]
async fn texts_are_continued_as_they_are_where_the_server_can() {
    let answer = json!({
        "choices": [{"text": " Ada.\n", "stop_reason": "<|user|>"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    });
    let (url, asked) = completions(StatusCode::OK, answer).await;
    let served = with_teacher(&teacher_at(url), ServerConfig::default()).await;
    let reply = served.post("/generate", &request()).await.with(200);
    let prompt = request()["inputs"].clone();
    let output = json!({"prompt": prompt, "stop_reason": "<|user|>", "generated_text": "Ada."});
    assert_eq!(reply, json!({"outputs": [output]}));
    assert_eq!(
        *asked.lock().unwrap(),
        json!({
            "max_tokens": 1024, "top_p": 0.7, "temperature": 0.95, "skip_special_tokens": false,
            "model": "fake-teacher", "prompt": prompt,
        })
    );
    // As a stream, and several at once.
    let reply = served.post("/generate", &json!({"inputs": "x", "stream": true})).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "{\"text\":\"Ada.\"}\n"));
    assert_eq!(reply.headers["content-type"], "application/x-ndjson");
    let several = served.post("/generate", &json!({"inputs": ["x", "y"]})).await.with(200);
    assert_eq!(
        (&several["outputs"][0]["prompt"], &several["outputs"][1]["prompt"]),
        (&json!("x"), &json!("y"))
    );
    served.until("ragstill_teacher_tokens_total{kind=\"completion\"}", 12.0).await;
}

#[tokio::test]
async fn a_server_without_completions_is_asked_in_a_chat() {
    let teacher = FakeTeacher::start(Config::default().responder(Responder::echo()));
    let served = with_teacher(&teacher_at(teacher.url()), ServerConfig::default()).await;
    for _ in 0..2 {
        let reply = served.post("/generate", &request()).await.with(200);
        assert_eq!(reply["outputs"][0]["generated_text"], request()["inputs"]);
        assert_eq!(reply["outputs"][0]["stop_reason"], Value::Null);
    }
}

#[tokio::test]
async fn what_cannot_be_generated_is_told() {
    let refusal = json!({"object": "error", "message": "the prompt is too long", "code": 400});
    let (url, _) = completions(StatusCode::BAD_REQUEST, refusal).await;
    let served = with_teacher(&teacher_at(url), ServerConfig::default()).await;
    let detail = served.post("/generate", &request()).await.refused(400);
    assert!(detail.contains("the prompt is too long"), "{detail}");
    let body = json!({"inputs": "x", "parameters": {"model": "other", "prompt": "y"}});
    let reply = served.post("/generate", &body).await.with(422);
    assert_eq!(reply["detail"].as_array().unwrap().len(), 2);
    for body in [json!({}), json!({"inputs": 7}), json!({"inputs": "x", "parameters": []})] {
        assert_eq!(served.post("/generate", &body).await.status, 422, "{body}");
    }
    let (url, _) = completions(StatusCode::OK, json!({"text": "?"})).await;
    let served = with_teacher(&teacher_at(url), ServerConfig::default()).await;
    assert!(served.post("/generate", &request()).await.refused(502).contains("not a completion"));
    let served = with_teacher(&TeacherConfig::default(), ServerConfig::default()).await;
    assert!(served.post("/generate", &request()).await.refused(501).contains("built-in teacher"));
}
