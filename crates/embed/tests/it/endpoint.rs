//! Models behind an address.

use axum::http::StatusCode;
use ragstill_embed::{EmbedOptions, open};
use ragstill_retrieve::{EmbedErrorKind, Embedder, Side};
use ragstill_teacher::ApiKey;

use crate::server::{Request, Server, right, vector};

/// Options that need no question to be asked at the beginning.
fn known() -> EmbedOptions {
    EmbedOptions { model: Some("tiny".into()), dimension: Some(3), ..EmbedOptions::default() }
}

fn opened(server: &Server, options: &EmbedOptions) -> Box<dyn Embedder> {
    open(&server.url(), options).unwrap()
}

fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn texts_go_out_in_batches_and_vectors_come_back_in_order() {
    let server = Server::start(|_, request| right(request));
    let embedder = opened(&server, &EmbedOptions { batch: 7, ..EmbedOptions::default() });
    assert_eq!((embedder.name(), embedder.dimension()), ("tiny", 3));
    let texts = many(100);
    let vectors = embedder.embed(&borrowed(&texts), Side::Passage).unwrap();
    let expected: Vec<f32> = texts.iter().flat_map(|text| vector(text)).collect();
    assert_eq!(vectors, expected);
    let requests = server.requests();
    assert_eq!(requests.len(), 1 + 15, "one to learn the dimension, and fifteen batches");
    assert!(requests[1..].iter().all(|request| request.texts().len() <= 7));
    assert_eq!(requests[1].body["encoding_format"], "float");
    assert!(requests[1].body.get("model").is_none(), "the server has only one");
    assert!(embedder.embed(&[], Side::Query).unwrap().is_empty());
    assert_eq!(server.requests().len(), 16);
}

#[test]
fn prefixes_names_and_keys_are_sent() {
    let server = Server::start(|_, request| right(request));
    let options = EmbedOptions {
        query_prefix: Some("query: ".into()),
        passage_prefix: Some("passage: ".into()),
        api_key: ApiKey::new("sk-secret"),
        normalize: Some(true),
        ..known()
    };
    let embedder = opened(&server, &options);
    assert!(server.requests().is_empty(), "everything is known");
    let found = embedder.embed(&["lake"], Side::Query).unwrap();
    embedder.embed(&["lake"], Side::Passage).unwrap();
    let length = found.iter().map(|x| x * x).sum::<f32>().sqrt();
    assert!((length - 1.0).abs() < 1e-5);
    let requests = server.requests();
    assert_eq!(requests[0].texts(), ["query: lake"]);
    assert_eq!(requests[1].texts(), ["passage: lake"]);
    assert_eq!(requests[0].body["model"], "tiny");
    assert_eq!(requests[0].headers["authorization"], "Bearer sk-secret");
    assert_eq!(embedder.name(), r#"tiny [query "query: "] [passage "passage: "] [length 1]"#);
    assert!(!format!("{embedder:?}").contains("sk-secret"));
}

#[test]
fn what_can_pass_is_tried_again() {
    let server = Server::start(|number, request| match number {
        0 => (StatusCode::TOO_MANY_REQUESTS, "slow down".into()),
        1 => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        2 => (StatusCode::OK, "<html>".into()),
        _ => right(request),
    });
    let found = opened(&server, &known()).embed(&["lake"], Side::Query).unwrap();
    assert_eq!(found, vector("lake"));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_cannot_is_not() {
    for (status, part) in [
        (StatusCode::UNAUTHORIZED, "does not accept the API key"),
        (StatusCode::NOT_FOUND, "check both, and that it serves embeddings"),
        (StatusCode::BAD_REQUEST, "starts \"lake\""),
    ] {
        let server = Server::start(move |_, _| (status, r#"{"error":{"message":"no: sk-secret"}}"#.into()));
        let options = EmbedOptions { api_key: ApiKey::new("sk-secret"), ..known() };
        let error = opened(&server, &options).embed(&["lake"], Side::Query).unwrap_err();
        assert_eq!(error.kind(), EmbedErrorKind::Permanent);
        assert!(error.to_string().contains(part) && !error.to_string().contains("sk-secret"), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_server_that_is_down_is_a_temporary_error() {
    let server = Server::start(|_, _| (StatusCode::INTERNAL_SERVER_ERROR, "boom".into()));
    let options = EmbedOptions { max_attempts: 2, ..known() };
    let error = opened(&server, &options).embed(&["lake"], Side::Query).unwrap_err();
    assert_eq!(error.kind(), EmbedErrorKind::Temporary);
    assert!(error.to_string().contains("boom") && error.to_string().contains("sent 2 times"), "{error}");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = EmbedOptions { max_attempts: 1, ..EmbedOptions::default() };
    let error = open(&format!("http://{nobody}"), &options).unwrap_err();
    assert!(error.to_string().starts_with("the embedding server is down: cannot reach"), "{error}");
    let slow = Server::start(|_, request| {
        std::thread::sleep(std::time::Duration::from_secs(2));
        right(request)
    });
    let options = EmbedOptions { max_attempts: 1, timeout_seconds: 0.05, ..known() };
    let error = opened(&slow, &options).embed(&["lake"], Side::Query).unwrap_err();
    assert!(error.to_string().contains("no answer within 0.05 s"), "{error}");
}

fn at_most(request: &Request, most: usize) -> (StatusCode, String) {
    if request.texts().len() > most {
        return (
            StatusCode::UNPROCESSABLE_ENTITY,
            format!(r#"{{"error":"batch size > maximum allowed batch size {most}"}}"#),
        );
    }
    right(request)
}

#[test]
fn a_server_that_takes_fewer_texts_is_asked_with_fewer() {
    let server = Server::start(|_, request| at_most(request, 8));
    let embedder = opened(&server, &EmbedOptions { concurrency: 1, ..known() });
    let texts = many(64);
    let expected: Vec<f32> = texts.iter().flat_map(|text| vector(text)).collect();
    assert_eq!(embedder.embed(&borrowed(&texts), Side::Passage).unwrap(), expected);
    let before = server.requests().len();
    assert_eq!(embedder.embed(&borrowed(&texts), Side::Passage).unwrap(), expected);
    assert_eq!(server.requests().len() - before, 8, "by now it is known");
}

#[test]
fn a_text_that_is_refused_is_named() {
    let server = Server::start(|_, request| {
        if request.texts().contains(&"text 37") {
            return (StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"must have less than 512 tokens"}"#.into());
        }
        right(request)
    });
    let error = opened(&server, &known()).embed(&borrowed(&many(64)), Side::Passage).unwrap_err().to_string();
    for part in ["must have less than 512 tokens", "number 37", "\"text 37\"", "cut smaller"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn another_dimension_is_refused() {
    let server = Server::start(|number, request| {
        let (status, body) = right(request);
        if number == 0 { (status, body) } else { (status, body.replace(",0.5]", "]")) }
    });
    let embedder = opened(&server, &EmbedOptions::default());
    let error = embedder.embed(&["lake"], Side::Query).unwrap_err();
    assert!(error.to_string().contains("text 0 has 2 numbers where 3 were expected"), "{error}");
    assert_eq!(error.kind(), EmbedErrorKind::Permanent);
    let wrong = EmbedOptions { dimension: Some(4), ..EmbedOptions::default() };
    let error = open(&Server::start(|_, request| right(request)).url(), &wrong).unwrap_err();
    assert!(error.to_string().contains("3 numbers where 4"), "{error}");
    assert_eq!(server.requests().len(), 2, "it is not asked again");
}

#[test]
fn a_server_without_a_name_for_its_model() {
    let server = Server::start(|_, request| {
        let (status, body) = right(request);
        (status, body.replace(r#""model":"tiny","#, ""))
    });
    let error = open(&server.url(), &EmbedOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with("model: the server at"), "{error}");
}

#[tokio::test]
async fn it_can_be_used_within_a_runtime_of_one_thread() {
    let server = Server::start(|_, request| right(request));
    let embedder = opened(&server, &EmbedOptions::default());
    assert_eq!(embedder.embed(&["lake"], Side::Query).unwrap(), vector("lake"));
    drop(embedder);
}

#[test]
fn many_threads_ask_at_once() {
    let server = Server::start(|_, request| right(request));
    let embedder = opened(&server, &EmbedOptions { concurrency: 2, ..known() });
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let embedder = &embedder;
            scope.spawn(move || {
                for number in 0..20 {
                    let text = format!("{thread} and {number}");
                    assert_eq!(embedder.embed(&[&text], Side::Query).unwrap(), vector(&text));
                }
            });
        }
    });
}
