//! A client that hides nothing: it reports what came over the wire, and how the connection ended.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A keep-alive connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When the head was complete, and when the body was.
    pub head_at: Instant,
    pub body_at: Instant,
}

/// How a response failed to come.
#[derive(Debug, PartialEq)]
pub enum Broken {
    /// The connection ended before a byte.
    BeforeAnyByte,
    /// The connection ended within the body.
    InBody { got: usize, promised: usize },
    /// Nothing came for as long as the client waited.
    TimedOut,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn read_timeout(&self, timeout: Duration) {
        self.stream.get_ref().set_read_timeout(Some(timeout)).unwrap();
    }

    /// Asks for a completion of `prompt`.
    pub fn chat(&mut self, prompt: &str) -> Result<Response, Broken> {
        self.post_chat(&chat_body(prompt))
    }

    pub fn post_chat(&mut self, body: &str) -> Result<Response, Broken> {
        self.send("POST", "/v1/chat/completions", &[], body);
        self.receive()
    }

    pub fn get(&mut self, path: &str) -> Response {
        self.send("GET", path, &[], "");
        self.receive().unwrap()
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[&str], body: &str) {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\n");
        for header in headers {
            request += &format!("{header}\r\n");
        }
        request += &format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
    }

    pub fn receive(&mut self) -> Result<Response, Broken> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => return Err(Broken::BeforeAnyByte),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Err(Broken::TimedOut),
            Err(error) => panic!("neither an end nor a timeout: {error}"),
        }
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let head_at = Instant::now();
        let mut response = Response { status, headers, body: Vec::new(), head_at, body_at: head_at };
        if response.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(&self.line(), 16).unwrap();
                let start = response.body.len();
                response.body.resize(start + size, 0);
                self.stream.read_exact(&mut response.body[start..]).unwrap();
                assert_eq!(self.line(), "");
                if size == 0 {
                    break;
                }
            }
        } else {
            let promised = response.header("content-length").unwrap().parse().unwrap();
            let got = self.stream.by_ref().take(promised as u64).read_to_end(&mut response.body).unwrap();
            if got < promised {
                return Err(Broken::InBody { got, promised });
            }
        }
        response.body_at = Instant::now();
        Ok(response)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn content(&self) -> String {
        assert_eq!(self.status, 200);
        self.json()["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    }

    pub fn error_code(&self) -> Value {
        self.json()["error"]["code"].take()
    }
}

pub fn chat_body(prompt: &str) -> String {
    json!({ "model": "fake-teacher", "messages": [{ "role": "user", "content": prompt }] }).to_string()
}

/// Waits for what the server does after it has hung up.
pub fn eventually(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(10), "still not so after 10 s");
        std::thread::sleep(Duration::from_millis(2));
    }
}
