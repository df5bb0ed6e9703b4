//! Servers that stand in for one with `/v1/embeddings`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What a text's vector is.
pub type VectorOf = fn(&str) -> Vec<f64>;

/// A server of vectors.
pub struct VectorServer {
    /// Its address, with `/v1`.
    pub address: String,
    desk: Arc<Desk>,
}

struct Desk {
    model: &'static str,
    vector: VectorOf,
    latency: Duration,
    /// Texts that are answered; more are refused.
    most: AtomicUsize,
    asked: Mutex<Vec<String>>,
}

impl VectorServer {
    /// One that calls its model so and gives each text such a vector.
    pub fn start(model: &'static str, vector: VectorOf) -> Self {
        Self::slow(model, vector, Duration::ZERO)
    }

    /// One that answers after a while.
    pub fn slow(model: &'static str, vector: VectorOf, latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let most = AtomicUsize::new(usize::MAX);
        let desk = Arc::new(Desk { model, vector, latency, most, asked: Mutex::default() });
        let shared = Arc::clone(&desk);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let desk = Arc::clone(&shared);
                std::thread::spawn(move || desk.answer(stream));
            }
        });
        Self { address, desk }
    }

    /// How many texts were embedded so far.
    pub fn embedded(&self) -> usize {
        self.desk.asked.lock().unwrap().len()
    }

    /// The texts that were embedded since this was called last.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.desk.asked.lock().unwrap())
    }

    /// From now on it refuses its service when so many texts were embedded.
    pub fn fail_after(&self, texts: usize) {
        self.desk.most.store(texts, Ordering::SeqCst);
    }
}

impl Desk {
    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let request: Value = serde_json::from_slice(&body).unwrap();
        let texts: Vec<String> = match &request["input"] {
            Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
            text => vec![text.as_str().unwrap().to_owned()],
        };
        std::thread::sleep(self.latency);
        let has_room = {
            let mut asked = self.asked.lock().unwrap();
            let has_room = asked.len() + texts.len() <= self.most.load(Ordering::SeqCst);
            asked.extend(texts.iter().filter(|_| has_room).cloned());
            has_room
        };
        let data: Vec<Value> = (0..)
            .zip(&texts)
            .map(|(index, text): (usize, _)| json!({"object": "embedding", "index": index, "embedding": (self.vector)(text)}))
            .collect();
        let (status, body) = if has_room {
            let usage = json!({"prompt_tokens": 1, "total_tokens": 1});
            ("200 OK", json!({"object": "list", "model": self.model, "data": data, "usage": usage}))
        } else {
            ("503 Service Unavailable", json!({"error": {"message": "no more today"}}))
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = reader.into_inner();
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    }
}
