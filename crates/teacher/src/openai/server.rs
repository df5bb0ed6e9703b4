//! One server: requests out, responses in.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::body::{Quirks, request_body};
use super::failure::used_up;
use super::post::Post;
use super::success::read_answer;
use crate::chat::{Answer, Ask, Teacher};
use crate::error::{Error, Kind, Result};
use crate::layers::Gate;
use crate::secret::ApiKey;
use crate::telemetry::Telemetry;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// The settings of one server.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The address of its chat completions, as [`super::endpoint_url`] gives it.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The key, if the server wants one.
    pub api_key: Option<ApiKey>,
    /// Whether to send output schemas.
    pub structured_output: bool,
    /// The most bytes of a response.
    pub max_response: usize,
}

/// A model behind an OpenAI-compatible address: the transport under all layers.
#[derive(Debug)]
pub struct OpenAi {
    post: Post,
    settings: ServerSettings,
    gate: Arc<Gate>,
    telemetry: Arc<Telemetry>,
    quirks: Mutex<Quirks>,
}

/// The HTTP client that the servers of a teacher share.
///
/// # Errors
/// [`Kind::Config`] when the system's certificates cannot be loaded.
pub fn http_client(concurrency: usize, urls: &[String]) -> Result<reqwest::Client> {
    // Fails only when another part of the process has chosen a provider, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder();
    if urls.iter().all(|url| url.trim_start().starts_with("http://")) {
        // Nothing is encrypted, and redirects are not followed: the system's certificates, which take megabytes and
        // milliseconds, are not needed.
        builder = builder.tls_certs_only([]);
    }
    if urls.iter().all(|url| is_loopback(url)) {
        // A proxy of the environment is for the network, not for a server on this machine.
        builder = builder.no_proxy();
    }
    builder
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(concurrency)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
        // A redirect could carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Error::new(Kind::Config, format!("the HTTP client cannot be made: {error}")))
}

fn is_loopback(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

impl OpenAi {
    /// A model behind this address. The gate is told when the server's limits are used up, the telemetry what the
    /// server does not take.
    ///
    /// # Errors
    /// [`Kind::Config`] when the address or the key cannot be put into a request.
    pub fn new(
        client: reqwest::Client,
        settings: ServerSettings,
        gate: Arc<Gate>,
        telemetry: Arc<Telemetry>,
    ) -> Result<Self> {
        let ServerSettings { url, api_key, max_response, .. } = &settings;
        let post = Post::new(client, url, api_key.clone(), *max_response, super::CHECK)?;
        Ok(Self { post, settings, gate, telemetry, quirks: Mutex::default() })
    }

    async fn send(&self, ask: &Ask, quirks: Quirks) -> Result<Answer> {
        let body = request_body(&self.settings.model, ask, self.settings.structured_output, quirks);
        let response = self.post.send(body).await?;
        self.mind_limits(&response.headers);
        read_answer(&response.body, ask)
    }

    fn mind_limits(&self, headers: &HeaderMap) {
        if let Some(wait) = used_up(headers) {
            // An answer that says that the limit is used up is no failure: only what comes next must wait.
            self.gate.pause_until(Instant::now() + wait.min(Duration::from_secs(120)));
        }
    }
}

#[async_trait::async_trait]
impl Teacher for OpenAi {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let known = *self.quirks.lock();
        let mut quirks = known;
        loop {
            match self.send(ask, quirks).await {
                Ok(answer) => {
                    if quirks != known {
                        *self.quirks.lock() = quirks;
                        for refused in quirks.left_out() {
                            self.telemetry
                                .note(format!("{} takes no {refused}: it was left out", self.settings.url));
                        }
                    }
                    return Ok(answer);
                }
                Err(error) if error.kind == Kind::BadRequest => {
                    let structured = self.settings.structured_output;
                    match quirks.after_refusal(ask, structured, &error.context) {
                        Some(next) => quirks = next,
                        None => return Err(self.post.scrubbed(error)),
                    }
                }
                Err(error) => return Err(self.post.scrubbed(error)),
            }
        }
    }
}
