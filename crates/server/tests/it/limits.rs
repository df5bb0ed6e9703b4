//! What is too much.

use std::time::Duration;

use ragstill_server::ServerConfig;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Gate, Gated, Served, collection, lakes};

fn small() -> ServerConfig {
    ServerConfig {
        max_body: 2000,
        max_queries: 3,
        max_query_chars: 20,
        max_top_n: 5,
        max_response: 3000,
        max_memory: 20_000,
        ..ServerConfig::default()
    }
}

#[tokio::test]
async fn requests_beyond_a_limit_are_refused_with_the_limit() {
    let served = Served::with(small(), lakes()).await;
    let message = async |path: &str, body: serde_json::Value| {
        let reply = served.post(path, &body).await.with(422);
        reply["detail"][0]["msg"].as_str().unwrap().to_owned()
    };
    let long = "ü".repeat(21);
    assert_eq!(message("/search", json!({"query": long})).await, "String should have at most 20 characters");
    let most = json!({"query": "ü".repeat(20)});
    assert_eq!(served.post("/search", &most).await.with(200), json!([]));
    assert_eq!(
        message("/search", json!({"query": "lake", "top_n": 6})).await,
        "Input should be less than or equal to 5"
    );
    assert_eq!(
        message("/retrieve", json!({"queries": ["a", "b", "c", "d"]})).await,
        "List should have at most 3 items after validation, not 4"
    );
    assert_eq!(
        message("/batch_search", json!({"query": ["a", long]})).await,
        "String should have at most 20 characters"
    );
    // The default is no more than what may be asked for.
    assert_eq!(
        served.post("/search", &json!({"query": "lake"})).await.with(200).as_array().unwrap().len(),
        3
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let served = Served::with(small(), lakes()).await;
    let body = json!({"query": "lake", "x": "y".repeat(2000)}).to_string();
    let detail = served.post_text("/search", body.clone()).await.refused(413);
    assert_eq!(detail, "The request is larger than 2000 bytes");
    // In chunks, without a length.
    let address = served.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    stream.write_all(chunk.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 413"), "{response}");
    assert_eq!(served.post("/search", &json!({"query": "lake"})).await.status, 200);
}

#[tokio::test]
async fn a_response_that_would_be_too_large_is_refused() {
    let text = "word ".repeat(200);
    let served = Served::with(small(), collection(&[("a", &text), ("b", &text), ("c", &text)])).await;
    assert_eq!(served.post("/search", &json!({"query": "word", "top_n": 2})).await.status, 200);
    let detail = served.post("/search", &json!({"query": "word", "top_n": 3})).await.refused(413);
    assert!(detail.contains("more than 3000 bytes; ask for fewer"), "{detail}");
    let body = json!({"queries": ["word", "word", "word"], "topk": 1});
    assert_eq!(served.post("/retrieve", &body).await.status, 413);
}

#[tokio::test]
async fn memory_for_requests_ends_and_is_given_back() {
    // Room for one request of the largest size and its response, and not for two.
    let config = ServerConfig { max_memory: 5000, ..small() };
    let served = Served::with(config, lakes()).await;
    let address = served.url.strip_prefix("http://").unwrap();
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // All but the last byte.
        let head = "POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n";
        stream.write_all(format!("{head}{}", " ".repeat(1999)).as_bytes()).await.unwrap();
        slow.push(stream);
    }
    // They hold all there is once both have been read.
    loop {
        let reply = served.post("/search", &json!({"query": "lake"})).await;
        if reply.status == 503 {
            assert!(reply.refused(503).contains("try again"));
            assert_eq!(reply.headers["retry-after"], "1");
            break;
        }
    }
    assert!(served.metric("ragstill_refused_total{reason=\"memory\"}").await >= 1.0);
    drop(slow);
    // The one that asks is in flight itself.
    served.until("ragstill_requests_in_flight", 1.0).await;
    assert_eq!(served.post("/search", &json!({"query": "lake"})).await.status, 200);
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_given_up() {
    let gate = Gate::default();
    let config = ServerConfig { timeout_seconds: 0.05, search_threads: 1, ..ServerConfig::default() };
    let served = Served::with(config, Gated::collection(&gate)).await;
    let detail = served.post("/search", &json!({"query": "x"})).await.refused(504);
    assert_eq!(detail, "The request was not answered within 0.05 s");
    // Nobody searches for one that was given up while it waited.
    assert_eq!(served.post("/search", &json!({"query": "y"})).await.status, 504);
    gate.open();
    served.until("ragstill_search_threads_busy", 0.0).await;
    served.until("ragstill_queued_queries", 0.0).await;
    assert_eq!(gate.searches(), 1);
    served.until("ragstill_refused_total{reason=\"timeout\"}", 2.0).await;
}

#[tokio::test]
async fn connections_beyond_the_most_wait_for_room() {
    let config = ServerConfig { max_connections: 2, ..ServerConfig::default() };
    let served = Served::with(config, lakes()).await;
    let address = served.url.strip_prefix("http://").unwrap().to_owned();
    let idle = TcpStream::connect(&address).await.unwrap();
    // Holds the second place, for the client keeps its connection.
    served.until("ragstill_connections", 2.0).await;
    let mut third = TcpStream::connect(&address).await.unwrap();
    third.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut response = String::new();
    let early = tokio::time::timeout(Duration::from_millis(50), third.readable()).await;
    assert!(early.is_err(), "it was answered although there was no room");
    drop(idle);
    third.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

#[tokio::test]
async fn settings_that_cannot_be_are_told_before_anything_is_served() {
    let config = ServerConfig { max_top_n: 0, timeout_seconds: -1.0, ..ServerConfig::default() };
    let error = ragstill_server::Server::new(config, lakes(), None, None).unwrap_err().to_string();
    assert!(error.contains("max_top_n:") && error.contains("timeout_seconds:"), "{error}");
}
