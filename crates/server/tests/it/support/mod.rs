//! A server in this process, a client, and what it says of itself to check every response against.

mod description;
mod retrievers;

use std::time::{Duration, Instant};

use ragstill_retrieve::{Bm25Builder, Collection, Passage};
use ragstill_server::{Address, Answerer, Ended, Server, ServerConfig, Token};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use description::{Description, fits};
pub use retrievers::{Broken, Gate, Gated};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs; it is stopped when the test ends before it.
pub struct Served {
    pub url: String,
    pub client: reqwest::Client,
    pub description: Description,
    token: Option<&'static str>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Ended>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a response with this status.
    #[track_caller]
    pub fn with(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The `detail` of a refusal with this status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        let body = self.with(status);
        body["detail"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }
}

/// Passages in memory.
pub fn passages(texts: &[(&str, &str)]) -> Vec<Passage<'static>> {
    let passage = |(id, text): &(&str, &str)| Passage {
        id: (*id).to_owned().into(),
        title: None,
        text: (*text).to_owned().into(),
    };
    texts.iter().map(passage).collect()
}

/// These passages with BM25 over them.
pub fn collection(texts: &[(&str, &str)]) -> Collection {
    let index = Bm25Builder::new().build(texts.iter().map(|(_, text)| *text)).unwrap();
    Collection::new(passages(texts), Box::new(index))
}

/// Four passages.
pub fn lakes() -> Collection {
    collection(&[
        ("a", "A dimictic lake mixes twice a year."),
        ("b", "The lake of Constance mixes in winter. It holds \"48\" cubic kilometres."),
        ("c", "Bridges of steel stand in Scotland. The Forth Bridge was opened on 4 March 1890."),
        ("d", "Lake, lake and lake again."),
    ])
}

impl Served {
    /// A server of these passages with the usual limits.
    pub async fn of(collection: Collection) -> Self {
        Self::start(ServerConfig::default(), collection, None, None).await
    }

    pub async fn with(config: ServerConfig, collection: Collection) -> Self {
        Self::start(config, collection, None, None).await
    }

    pub async fn start(
        config: ServerConfig,
        collection: Collection,
        answerer: Option<Answerer>,
        token: Option<&'static str>,
    ) -> Self {
        let address = Address::take("127.0.0.1", 0).await.unwrap();
        let server =
            Server::new(config, collection, answerer, token.map(|token| Token::new(token).unwrap())).unwrap();
        let listener = address.listen().unwrap();
        let url = format!("http://{}", listener.address());
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.serve(listener, async {
            // Dropped, it stops as well.
            let _ = stopped.await;
        }));
        let client = ragstill_teacher::openai::http_client(64, std::slice::from_ref(&url)).unwrap();
        Self { description: Description::built_in(), url, client, token, stop: Some(stop), ended }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("get", path, self.client.get(format!("{}{path}", self.url))).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, body.to_string()).await
    }

    pub async fn post_text(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        self.send("post", path, self.client.post(format!("{}{path}", self.url)).body(body)).await
    }

    /// Sends a request and holds its response against the description of the server.
    pub async fn send(&self, method: &str, path: &str, request: reqwest::RequestBuilder) -> Reply {
        let request = match self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reply = Reply { status, headers, text: response.text().await.unwrap() };
        self.description.check(method, path, &reply);
        reply
    }

    /// The value of a metric.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await.text;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or(0.0)
    }

    /// Waits until a metric has this value.
    pub async fn until(&self, name: &str, value: f64) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.metric(name).await;
            if (found - value).abs() < 1e-9 {
                return;
            }
            assert!(Instant::now() < deadline, "{name} is {found}, not {value}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Tells it to stop; [`Self::ended`] waits for that.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> Ended {
        self.stop();
        tokio::time::timeout(PATIENCE, self.ended).await.expect("the server does not end").unwrap()
    }
}
