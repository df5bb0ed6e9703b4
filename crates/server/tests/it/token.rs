//! Who is let in.

use ragstill_server::ServerConfig;
use serde_json::json;

use crate::support::{Served, lakes};

const TOKEN: &str = "correct-horse-battery";

#[tokio::test]
async fn without_the_token_only_health_is_answered() {
    let served = Served::start(ServerConfig::default(), lakes(), None, Some(TOKEN)).await;
    let body = json!({"query": "lake"});
    assert_eq!(served.post("/search", &body).await.status, 200);
    let bare = |path: &str| served.client.post(format!("{}{path}", served.url)).body(body.to_string());
    for path in ["/search", "/batch_search", "/retrieve", "/v1/answer", "/generate", "/nothing"] {
        for header in [None, Some("Bearer wrong-horse-battery"), Some("Basic correct-horse-battery")] {
            let request = bare(path);
            let request = match header {
                Some(header) => request.header("Authorization", header),
                None => request,
            };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401, "{path} {header:?}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert_eq!(response.text().await.unwrap(), r#"{"detail":"Not authenticated"}"#);
        }
    }
    for path in ["/metrics", "/openapi.json"] {
        let response = served.client.get(format!("{}{path}", served.url)).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
    }
    let health = served.client.get(format!("{}/health", served.url)).send().await.unwrap();
    assert_eq!(health.status(), 200);
    served.until("ragstill_refused_total{reason=\"token\"}", 20.0).await;
}

#[tokio::test]
async fn pages_of_other_hosts_may_not_search_what_needs_no_token() {
    let served = Served::of(lakes()).await;
    let ask = async |origin: &str| {
        let request = served.client.post(format!("{}/search", served.url)).header("Origin", origin);
        served.send("post", "/search", request.body(json!({"query": "lake"}).to_string())).await
    };
    assert_eq!(ask("http://localhost:3000").await.status, 200);
    for origin in ["https://example.org", "null"] {
        assert!(ask(origin).await.refused(403).contains("--token-env"));
    }
}
