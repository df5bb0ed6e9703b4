//! The end.

use std::sync::Arc;
use std::time::Duration;

use ragstill_server::{Address, Ended, Error, ServerConfig};
use serde_json::json;
use tokio::net::TcpStream;

use crate::support::{Gate, Gated, Served, lakes};

#[tokio::test]
async fn what_has_begun_is_finished_and_nothing_else_is_taken() {
    let gate = Gate::default();
    let mut served = Served::of(Gated::collection(&gate)).await;
    let (client, url) = (served.client.clone(), served.url.clone());
    let begun = tokio::spawn(async move {
        client.post(format!("{url}/search")).body(json!({"query": "x"}).to_string()).send().await
    });
    served.until("ragstill_search_threads_busy", 1.0).await;
    served.stop();
    let address = served.url.strip_prefix("http://").unwrap().to_owned();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "connections are still taken");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!begun.is_finished());
    gate.open();
    let response = begun.await.unwrap().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), r#"[{"id":"a","contents":"the one passage"}]"#);
    assert_eq!(served.ended().await, Ended::Finished);
}

#[tokio::test]
async fn connections_without_a_request_hold_nothing_up() {
    let served = Served::of(lakes()).await;
    // One that is kept from a request, and one that has sent nothing.
    assert_eq!(served.post("/search", &json!({"query": "lake"})).await.status, 200);
    let silent = TcpStream::connect(served.url.strip_prefix("http://").unwrap()).await.unwrap();
    served.until("ragstill_connections", 2.0).await;
    let began = tokio::time::Instant::now();
    assert_eq!(served.ended().await, Ended::Finished);
    assert!(began.elapsed() < Duration::from_secs(20));
    drop(silent);
}

#[tokio::test]
async fn nothing_is_waited_for_longer_than_it_may_take() {
    let gate = Gate::default();
    let config =
        ServerConfig { timeout_seconds: 0.2, answer_timeout_seconds: 0.1, ..ServerConfig::default() };
    let served = Arc::new(Served::with(config, Gated::collection(&gate)).await);
    // A body that never comes: its connection is there until the request's time is over.
    let mut stream = TcpStream::connect(served.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = "POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
    served.until("ragstill_connections", 2.0).await;
    let served = Arc::into_inner(served).unwrap();
    // It is answered 504, or given up, in either case in time.
    let _ = served.ended().await;
}

#[tokio::test]
async fn addresses_that_cannot_be_had_are_told() {
    let served = Served::of(lakes()).await;
    let port = served.url.rsplit(':').next().unwrap().parse().unwrap();
    let error = match Address::take("127.0.0.1", port).await {
        Ok(address) => address.listen().unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&format!("port {port} of 127.0.0.1 is in use")), "{error}");
    for host in ["203.0.113.7", "no such host"] {
        let error = Address::take(host, 0).await.unwrap_err();
        assert!(matches!(error, Error::Host { .. }), "{error}");
        assert!(error.to_string().contains(host), "{error}");
    }
}
