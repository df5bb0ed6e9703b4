//! One server: requests out, responses in.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use tokio::time::Instant;

use super::body::{Quirks, request_body};
use super::failure::{from_connection, from_response, used_up};
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
    client: reqwest::Client,
    /// A request without its body: address and headers are the same each time.
    head: reqwest::Request,
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
        let unusable = |why: String| Error::new(Kind::Config, format!("{}: {why}", settings.url));
        let mut head = client
            .post(&settings.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("ragstill/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = &settings.api_key {
            let mut value = HeaderValue::from_str(&key.bearer())
                .map_err(|_| unusable("the API key holds characters that cannot be sent".to_owned()))?;
            value.set_sensitive(true);
            head = head.header(AUTHORIZATION, value);
        }
        let head = head.build().map_err(|error| unusable(error.to_string()))?;
        Ok(Self { client, head, settings, gate, telemetry, quirks: Mutex::default() })
    }

    fn request(&self, body: Vec<u8>) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.head.method().clone(), self.head.url().clone());
        request.headers_mut().clone_from(self.head.headers());
        *request.body_mut() = Some(body.into());
        request
    }

    async fn send(&self, ask: &Ask, quirks: Quirks) -> Result<Answer> {
        let body = request_body(&self.settings.model, ask, self.settings.structured_output, quirks);
        let mut response = self
            .client
            .execute(self.request(body))
            .await
            .map_err(|error| from_connection(&error, &self.settings.url))?;
        let status = response.status();
        let body = self.read(&mut response).await?;
        if !status.is_success() {
            return Err(from_response(status, response.headers(), &body));
        }
        self.mind_limits(response.headers());
        read_answer(&body, ask)
    }

    async fn read(&self, response: &mut reqwest::Response) -> Result<Vec<u8>> {
        let most = self.settings.max_response;
        let too_large = || {
            Error::new(
                Kind::TooLarge,
                format!(
                    "the response is larger than {} MB; a higher `max_response_mb` allows it",
                    most / 1_000_000
                ),
            )
        };
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > most {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced);
        while let Some(piece) =
            response.chunk().await.map_err(|error| from_connection(&error, &self.settings.url))?
        {
            if body.len() + piece.len() > most {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    fn mind_limits(&self, headers: &HeaderMap) {
        if let Some(wait) = used_up(headers) {
            // An answer that says that the limit is used up is no failure: only what comes next must wait.
            self.gate.pause_until(Instant::now() + wait.min(Duration::from_secs(120)));
        }
    }

    fn scrubbed(&self, mut error: Error) -> Error {
        if let Some(key) = &self.settings.api_key {
            error.context = key.scrub(&error.context);
        }
        error
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
                        None => return Err(self.scrubbed(error)),
                    }
                }
                Err(error) => return Err(self.scrubbed(error)),
            }
        }
    }
}
