//! One address that takes JSON and answers with JSON: what chat completions and embeddings have in common.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};

use super::failure::{from_connection, from_response};
use crate::error::{Error, Kind, Result};
use crate::secret::ApiKey;

/// An address, with everything about a request that is the same each time.
#[derive(Debug)]
pub struct Post {
    client: reqwest::Client,
    /// A request without its body.
    head: reqwest::Request,
    api_key: Option<ApiKey>,
    max_response: usize,
    check: &'static str,
}

/// A response that says success.
#[derive(Debug)]
pub struct Posted {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Vec<u8>,
}

impl Post {
    /// Requests to this address. `max_response` is the most bytes of a response; `check` says what to look at when the
    /// server does not know the address or the model.
    ///
    /// # Errors
    /// [`Kind::Config`] when the address or the key cannot be put into a request.
    pub fn new(
        client: reqwest::Client,
        url: &str,
        api_key: Option<ApiKey>,
        max_response: usize,
        check: &'static str,
    ) -> Result<Self> {
        let unusable = |why: String| Error::new(Kind::Config, format!("{url}: {why}"));
        let mut head = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("ragstill/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = &api_key {
            let mut value = HeaderValue::from_str(&key.bearer())
                .map_err(|_| unusable("the API key holds characters that cannot be sent".to_owned()))?;
            value.set_sensitive(true);
            head = head.header(AUTHORIZATION, value);
        }
        let head = head.build().map_err(|error| unusable(error.to_string()))?;
        Ok(Self { client, head, api_key, max_response, check })
    }

    /// The address.
    pub fn url(&self) -> &str {
        self.head.url().as_str()
    }

    /// Sends a body; the response, if it says success.
    ///
    /// # Errors
    /// What the response or the connection says; never with the key in it.
    pub async fn send(&self, body: Vec<u8>) -> Result<Posted> {
        self.exchange(body).await.map_err(|error| self.scrubbed(error))
    }

    /// An error without the key: servers quote keys in their messages.
    pub(super) fn scrubbed(&self, mut error: Error) -> Error {
        if let Some(key) = &self.api_key {
            error.context = key.scrub(&error.context);
        }
        error
    }

    async fn exchange(&self, body: Vec<u8>) -> Result<Posted> {
        let mut request = reqwest::Request::new(self.head.method().clone(), self.head.url().clone());
        request.headers_mut().clone_from(self.head.headers());
        *request.body_mut() = Some(body.into());
        let mut response =
            self.client.execute(request).await.map_err(|error| from_connection(&error, self.url()))?;
        let status = response.status();
        let body = self.read(&mut response).await?;
        if !status.is_success() {
            return Err(from_response(status, response.headers(), &body, self.check));
        }
        Ok(Posted { headers: std::mem::take(response.headers_mut()), body })
    }

    async fn read(&self, response: &mut reqwest::Response) -> Result<Vec<u8>> {
        let most = self.max_response;
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
        while let Some(piece) = response.chunk().await.map_err(|error| from_connection(&error, self.url()))? {
            if body.len() + piece.len() > most {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}
