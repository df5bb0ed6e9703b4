//! More than can be searched at once.

use std::sync::Arc;

use futures::future::join_all;
use ragstill_server::ServerConfig;
use serde_json::json;

use crate::support::{Gate, Gated, Served, lakes};

#[tokio::test]
async fn queries_beyond_the_queue_are_sent_away_and_the_others_answered() {
    let gate = Gate::default();
    let config = ServerConfig { search_threads: 1, max_queries: 4, max_queued: 4, ..ServerConfig::default() };
    let served = Arc::new(Served::with(config, Gated::collection(&gate)).await);
    let ask = |query: String| {
        let served = Arc::clone(&served);
        tokio::spawn(async move { served.post("/search", &json!({"query": query})).await.status })
    };
    let first = ask("first".to_owned());
    served.until("ragstill_search_threads_busy", 1.0).await;
    let waiting: Vec<_> = (0..4).map(|number| ask(format!("waits {number}"))).collect();
    served.until("ragstill_queued_queries", 4.0).await;
    for _ in 0..3 {
        let reply = served.post("/search", &json!({"query": "one too many"})).await;
        assert!(reply.refused(503).contains("Too many queries are waiting"));
        assert_eq!(reply.headers["retry-after"], "1");
    }
    let reply = served.post("/retrieve", &json!({"queries": ["a", "b"]})).await;
    assert_eq!(reply.status, 503);
    // It says that it lives, and how it is.
    let health = served.get("/health").await.with(200);
    assert_eq!(health["retrievers"], json!({"total": 1, "available": 0}));
    served.until("ragstill_refused_total{reason=\"queue\"}", 4.0).await;
    gate.open();
    for status in join_all(waiting.into_iter().chain([first])).await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(gate.searches(), 5);
    served.until("ragstill_queued_queries", 0.0).await;
}

#[tokio::test]
async fn nobody_searches_for_a_client_that_has_gone_away() {
    let gate = Gate::default();
    let config = ServerConfig { search_threads: 1, ..ServerConfig::default() };
    let served = Arc::new(Served::with(config, Gated::collection(&gate)).await);
    let ask = || {
        let served = Arc::clone(&served);
        tokio::spawn(async move { served.post("/search", &json!({"query": "x"})).await.status })
    };
    let first = ask();
    served.until("ragstill_search_threads_busy", 1.0).await;
    let gone: Vec<_> = (0..5).map(|_| ask()).collect();
    served.until("ragstill_queued_queries", 5.0).await;
    for asker in gone {
        asker.abort();
    }
    // The one that asks for the metrics, and the first.
    served.until("ragstill_requests_in_flight", 2.0).await;
    gate.open();
    assert_eq!(first.await.unwrap(), 200);
    served.until("ragstill_queued_queries", 0.0).await;
    assert_eq!(gate.searches(), 1);
}

#[tokio::test]
async fn many_clients_at_once_get_the_answers_of_one() {
    for batch in [1, 16] {
        let config = ServerConfig { batch, search_threads: 2, ..ServerConfig::default() };
        let served = Arc::new(Served::with(config, lakes()).await);
        let queries = ["lake", "steel", "mixes twice", "winter Scotland", "zzz"];
        let mut expected = Vec::new();
        for query in queries {
            let body = json!({"query": query, "top_n": 3, "return_score": true});
            expected.push(served.post("/search", &body).await.with(200));
        }
        let clients = (0..32).map(|client| {
            let (served, expected) = (Arc::clone(&served), expected.clone());
            tokio::spawn(async move {
                for round in 0..20 {
                    let at = (client + round) % queries.len();
                    let body = json!({"query": queries[at], "top_n": 3, "return_score": true});
                    assert_eq!(served.post("/search", &body).await.with(200), expected[at]);
                }
            })
        });
        for client in join_all(clients).await {
            client.unwrap();
        }
    }
}
