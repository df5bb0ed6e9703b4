//! `POST /v1/completions`: a text continued as it is, without a chat template around it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::failure::{from_connection, from_response};
use super::post::Post;
use super::server::http_client;
use super::url::endpoint_url;
use crate::build::api_key;
use crate::chat::{Usage, estimate_tokens};
use crate::config::TeacherConfig;
use crate::error::{Error, Kind, Result};
use crate::secret::ApiKey;

/// How long a server may take to say that it is there.
const PROBE: Duration = Duration::from_secs(10);

/// The servers of a teacher, asked to continue texts. Nothing is stored, and nothing is sent twice but what no server
/// got.
#[derive(Debug)]
pub struct Completions {
    client: reqwest::Client,
    servers: Vec<Server>,
    /// Where the next request begins to look for a server.
    next: AtomicUsize,
    model: String,
    timeout: Duration,
    turns: Semaphore,
}

#[derive(Debug)]
struct Server {
    /// Where it lists its models.
    models: String,
    key: Option<ApiKey>,
    /// Where it continues texts.
    post: Post,
}

/// A text continued.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The continuations: one, unless more were asked for.
    pub choices: Vec<Choice>,
    /// What it took.
    pub usage: Usage,
}

/// One continuation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Choice {
    /// The text that follows.
    #[serde(default)]
    pub text: String,
    /// At which of the texts that should end it it ended, where the server says so.
    #[serde(default)]
    pub stop_reason: Value,
}

#[derive(Deserialize)]
struct Body {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

impl Completions {
    /// The servers of this teacher, which must not be the built-in one.
    ///
    /// # Errors
    /// [`Kind::Config`] when the settings have faults or the key variable is not set.
    pub fn new(config: &TeacherConfig) -> Result<Self> {
        if let Some(fault) = config.faults().into_iter().next() {
            return Err(Error::new(Kind::Config, fault));
        }
        let client = http_client(config.concurrency, &config.url)?;
        let max_response = config.max_response_mb.saturating_mul(1_000_000);
        let servers = config.url.iter().map(|given| {
            let url = endpoint_url(given).map_err(|fault| Error::new(Kind::Config, fault))?;
            let key = api_key(config, &url)?;
            let base = url.trim_end_matches("/chat/completions");
            let url = format!("{base}/completions");
            let post = Post::new(client.clone(), &url, key.clone(), max_response, super::CHECK)?;
            Ok(Server { models: format!("{base}/models"), key, post })
        });
        Ok(Self {
            servers: servers.collect::<Result<_>>()?,
            client,
            next: AtomicUsize::new(0),
            model: config.model.clone().unwrap_or_default(),
            timeout: Duration::from_secs_f64(config.timeout_seconds),
            turns: Semaphore::new(config.concurrency),
        })
    }

    /// Asks every server for its models, which costs nothing: whether it is there and takes the key.
    ///
    /// # Errors
    /// [`Kind::Unreachable`], [`Kind::Connection`] or [`Kind::Timeout`] when one does not answer,
    /// [`Kind::Unauthorized`] when it does not take the key. One that has no list of models is there, too.
    pub async fn probe(&self) -> Result<()> {
        for server in &self.servers {
            let mut request = self.client.get(&server.models).timeout(PROBE);
            if let Some(key) = &server.key {
                request = request.header(AUTHORIZATION, key.bearer());
            }
            let late = |error: reqwest::Error| match error.is_timeout() && !error.is_connect() {
                true => too_late(&server.models, PROBE),
                false => from_connection(&error, &server.models),
            };
            let response = request.send().await.map_err(late)?;
            if matches!(response.status().as_u16(), 401 | 403) {
                let (status, headers) = (response.status(), response.headers());
                return Err(from_response(status, headers, b"", super::CHECK));
            }
        }
        Ok(())
    }

    /// Continues a text. `parameters` are fields of the request beside the model and the text.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where a server has no such address, and all that a server may answer otherwise.
    pub async fn complete(&self, prompt: &str, parameters: &Map<String, Value>) -> Result<Completion> {
        // It is never closed.
        let _turn = self.turns.acquire().await;
        let mut body = parameters.clone();
        body.insert("model".to_owned(), self.model.as_str().into());
        body.insert("prompt".to_owned(), prompt.into());
        let body = Value::Object(body).to_string();
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut tried = 0;
        loop {
            let server = &self.servers[(first.wrapping_add(tried)) % self.servers.len()];
            tried += 1;
            match self.send(server, &body).await {
                Ok(response) => return self.read(&response, prompt),
                Err(error) if error.kind == Kind::Unreachable && tried < self.servers.len() => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn send(&self, server: &Server, body: &str) -> Result<Vec<u8>> {
        let sent = server.post.send(body.as_bytes().to_vec());
        let posted = tokio::time::timeout(self.timeout, sent).await;
        Ok(posted.map_err(|_| too_late(server.post.url(), self.timeout))??.body)
    }

    fn read(&self, body: &[u8], prompt: &str) -> Result<Completion> {
        let malformed =
            |what: String| Error::new(Kind::Malformed, format!("the response is not a completion: {what}"));
        let Body { choices, usage } =
            serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
        if choices.is_empty() {
            return Err(malformed("it has no `choices`".to_owned()));
        }
        let counted = usage.and_then(|usage| Some((usage.prompt_tokens?, usage.completion_tokens?)));
        let (prompt_tokens, completion_tokens) = counted.unwrap_or_else(|| {
            let said = choices.iter().map(|choice| estimate_tokens(&choice.text)).sum();
            (estimate_tokens(prompt), said)
        });
        let usage = Usage { prompt_tokens, completion_tokens, estimated: counted.is_none() };
        Ok(Completion { choices, usage })
    }
}

fn too_late(url: &str, limit: Duration) -> Error {
    Error::new(Kind::Timeout, format!("{url} did not answer within {} s", limit.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Completions;
    use crate::config::TeacherConfig;
    use crate::error::Kind;

    fn completions() -> Completions {
        let config = TeacherConfig {
            url: vec!["http://127.0.0.1:9/v1".to_owned()],
            model: Some("m".to_owned()),
            ..TeacherConfig::default()
        };
        Completions::new(&config).unwrap()
    }

    #[test]
    fn a_completion_is_read_with_what_the_server_says() {
        let read = |body: Value| completions().read(body.to_string().as_bytes(), "four");
        let full = json!({
            "choices": [{"text": " a", "stop_reason": "\n"}, {"text": "b", "index": 1}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2},
        });
        let full = read(full).unwrap();
        assert_eq!((full.choices[0].text.as_str(), full.choices[0].stop_reason.as_str()), (" a", Some("\n")));
        assert_eq!((full.choices[1].stop_reason.clone(), full.usage.completion_tokens), (Value::Null, 2));
        let bare = read(json!({"choices": [{"text": "12345"}]})).unwrap();
        assert_eq!(
            (bare.usage.prompt_tokens, bare.usage.completion_tokens, bare.usage.estimated),
            (1, 2, true)
        );
        for none in [json!({"choices": []}), json!([]), json!({"error": "x"})] {
            assert_eq!(read(none).unwrap_err().kind, Kind::Malformed);
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told() {
        let error = completions().probe().await.unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
        assert!(error.context.contains("http://127.0.0.1:9/v1/models"), "{error}");
        let error = completions().complete("x", &serde_json::Map::new()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
    }
}
