//! The fake teacher in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::tools::Tools;

/// The model's name.
pub const MODEL: &str = "fake-teacher";

/// A running fake teacher; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
}

/// What the server counted, as far as the benchmark looks.
#[derive(Debug, Clone, Deserialize)]
pub struct Stats {
    /// Requests received.
    pub requests: u64,
    /// Requests answered in full.
    pub answered: u64,
    /// Requests in flight now.
    pub in_flight: u64,
    /// Faults that struck, by name.
    pub faults: BTreeMap<String, u64>,
    /// Keys answered more than once.
    pub answered_again: Vec<String>,
    /// When the first request arrived, in milliseconds of Unix time.
    pub first_request_unix_ms: Option<f64>,
}

/// One request in the server's log.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// The request's key, 16 hexadecimal digits.
    pub key: String,
    /// The latency drawn for the key, in microseconds.
    pub latency_us: u64,
    /// When its head arrived, on the server's clock.
    pub arrived_us: u64,
    /// When its answer was handed over in full, or given up, on the same clock.
    pub ended_us: u64,
    /// `answered`, `refused`, `faulted` or `abandoned`.
    pub outcome: String,
}

impl Exchange {
    /// Whether the client was sent a whole answer.
    pub fn is_answered(&self) -> bool {
        self.outcome == "answered"
    }

    /// The latency drawn for the key.
    pub fn latency(&self) -> Duration {
        Duration::from_micros(self.latency_us)
    }
}

impl Server {
    /// Starts a server with these options of `fake-teacher`, and its log.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(tools: &Tools, seed: u64, options: &[&str]) -> Result<Self> {
        let mut child = Command::new(&tools.fake_teacher)
            .args(["--seed", &seed.to_string(), "--model", MODEL, "--log"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| tools.fake_teacher.display().to_string())?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address =
            line.trim().strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/v1"));
        match address {
            Some(address) => Ok(Self { address: address.to_owned(), child }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                bail!("the fake teacher did not start; it said {line:?}")
            }
        }
    }

    /// The address that `--teacher` takes.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has counted.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn stats(&self) -> Result<Stats> {
        Ok(serde_json::from_str(&self.http("GET", "/stats")?)?)
    }

    /// Every request that has ended, in the order in which they ended.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn log(&self) -> Result<Vec<Exchange>> {
        self.http("GET", "/log")?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// Forgets all counts and the log.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn reset(&self) -> Result<()> {
        self.http("POST", "/reset").map(drop)
    }

    /// Waits until nothing is in flight: a client that was killed leaves requests that the server has yet to give up.
    ///
    /// # Errors
    /// When that takes longer than ten seconds.
    pub fn settle(&self) -> Result<()> {
        let start = Instant::now();
        while self.stats()?.in_flight > 0 {
            if start.elapsed() > Duration::from_secs(10) {
                bail!("the fake teacher still has requests in flight, ten seconds after its client has gone");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn http(&self, method: &str, path: &str) -> Result<String> {
        let ask = || -> Result<Vec<u8>> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                self.address
            )?;
            let mut reply = Vec::new();
            stream.read_to_end(&mut reply)?;
            Ok(reply)
        };
        let reply = ask().with_context(|| format!("the fake teacher does not answer {path}"))?;
        body(&String::from_utf8(reply)?).map(str::to_owned).with_context(|| format!("{method} {path}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of a whole HTTP/1.1 reply with a `Content-Length`.
fn body(reply: &str) -> Result<&str> {
    let (head, body) = reply.split_once("\r\n\r\n").context("the reply has no end of its head")?;
    if !head.starts_with("HTTP/1.1 200") {
        bail!("the reply is {}", head.lines().next().unwrap_or_default());
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::{Exchange, Stats, body};

    #[test]
    fn replies_are_taken_apart() {
        assert_eq!(body("HTTP/1.1 200 OK\r\na: b\r\n\r\n{}\r\n\r\n").unwrap(), "{}\r\n\r\n");
        assert!(body("HTTP/1.1 404 Not Found\r\n\r\n").unwrap_err().to_string().contains("404"));
        assert!(body("HTTP/1.1 200 OK").is_err());
    }

    #[test]
    fn the_servers_own_words_are_understood() {
        let teacher = ragstill_testkit::FakeTeacher::start(ragstill_testkit::Config::default());
        let stats: Stats = serde_json::from_str(&serde_json::to_string(&teacher.stats()).unwrap()).unwrap();
        assert_eq!((stats.requests, stats.first_request_unix_ms), (0, None));
        let entry = ragstill_testkit::LogEntry {
            key: ragstill_testkit::RequestKey::new(255),
            attempt: 0,
            latency: std::time::Duration::from_millis(3),
            arrived: std::time::Duration::from_micros(7),
            ended: std::time::Duration::from_micros(9),
            status: Some(200),
            outcome: ragstill_testkit::Outcome::Answered,
        };
        let exchange: Exchange = serde_json::from_str(&serde_json::to_string(&entry).unwrap()).unwrap();
        assert_eq!(exchange.key, "00000000000000ff");
        assert!(exchange.is_answered());
        assert_eq!((exchange.latency(), exchange.arrived_us, exchange.ended_us), (entry.latency, 7, 9));
    }
}
