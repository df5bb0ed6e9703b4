//! A server of embeddings over real HTTP, which does what a script says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

/// What the server answers to the request of this number, from 0: a status and a body.
type Script = dyn Fn(usize, &Request) -> (StatusCode, String) + Send + Sync;

/// What it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Request {
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.body["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
    }
}

struct Shared {
    script: Box<Script>,
    requests: Mutex<Vec<Request>>,
}

/// A server; it ends with the test's process.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    pub(crate) fn start(
        script: impl Fn(usize, &Request) -> (StatusCode, String) + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared { script: Box::new(script), requests: Mutex::default() });
        let router =
            axum::Router::new().route("/v1/embeddings", post(answer)).with_state(Arc::clone(&shared));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let request = Request { headers, body: serde_json::from_slice(&body).unwrap() };
    let number = {
        let mut requests = shared.requests.lock().unwrap();
        requests.push(request.clone());
        requests.len() - 1
    };
    (shared.script)(number, &request)
}

/// The vector of a text, told from that of any other.
pub(crate) fn vector(text: &str) -> Vec<f32> {
    let letters: u16 =
        text.bytes().fold(0, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(byte)) % 9973);
    vec![f32::from(u16::try_from(text.len()).unwrap()), f32::from(letters), 0.5]
}

/// The right answer, its vectors in another order than the texts.
pub(crate) fn right(request: &Request) -> (StatusCode, String) {
    let vectors = request.texts().into_iter().enumerate();
    let mut data: Vec<Value> = vectors
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)}))
        .collect();
    data.reverse();
    (StatusCode::OK, json!({"object": "list", "data": data, "model": "tiny", "usage": {}}).to_string())
}
