//! A server, as an [`Embedder`].

use std::sync::Arc;

use ragstill_retrieve::{EmbedError, Embedder, Side};
use ragstill_teacher::ApiKey;
use ragstill_teacher::openai::embeddings_url;

use super::server::{Server, told};
use super::worker::Worker;
use crate::EmbedOptions;
use crate::unit::to_unit_length;

/// A model behind an address.
///
/// It may be asked from anywhere, within an asynchronous runtime too: requests are sent by a thread of its own.
#[derive(Debug)]
pub struct Endpoint {
    name: String,
    dimension: usize,
    query_prefix: String,
    passage_prefix: String,
    normalize: bool,
    server: Arc<Server>,
    worker: Worker,
}

impl Endpoint {
    /// The model at an address such as `http://localhost:8080/v1`. Unless the options name the model and its dimension, one
    /// short text is sent to learn them.
    ///
    /// # Errors
    /// When the address or the key cannot be used, or the server does not answer as it should.
    pub fn open(address: &str, options: &EmbedOptions) -> Result<Self, EmbedError> {
        let url = embeddings_url(address).map_err(EmbedError::permanent)?;
        let api_key = api_key(&url, options)?;
        let server = Arc::new(Server::new(&url, api_key, options).map_err(|error| told(&error))?);
        let worker = Worker::start()?;
        let prefix = |given: &Option<String>| given.clone().unwrap_or_default();
        let (query_prefix, passage_prefix) = (prefix(&options.query_prefix), prefix(&options.passage_prefix));
        let (dimension, model) = match (options.dimension, &options.model) {
            (Some(dimension), Some(model)) => (dimension, model.clone()),
            _ => {
                let asked = Arc::clone(&server);
                let expected = options.dimension;
                let (vectors, model) = worker
                    .wait_for(async move { asked.embed(vec!["dimension".to_owned()], expected).await })??;
                let dimension = vectors.first().map_or(0, Vec::len);
                let unnamed = || {
                    EmbedError::permanent(format!(
                        "model: the server at {url} does not say which model it has; name one"
                    ))
                };
                (
                    dimension,
                    options.model.clone().or(model).filter(|name| !name.is_empty()).ok_or_else(unnamed)?,
                )
            }
        };
        let normalize = options.normalize == Some(true);
        let mut name = model;
        // Vectors made with a prefix, or brought to length 1, are not those made without.
        for (given, what) in [(&query_prefix, "query"), (&passage_prefix, "passage")] {
            if !given.is_empty() {
                name.push_str(&format!(" [{what} {given:?}]"));
            }
        }
        if normalize {
            name.push_str(" [length 1]");
        }
        Ok(Self { name, dimension, query_prefix, passage_prefix, normalize, server, worker })
    }
}

/// The key: never sent to an address that it was not meant for.
fn api_key(url: &str, options: &EmbedOptions) -> Result<Option<ApiKey>, EmbedError> {
    if let Some(key) = &options.api_key {
        return Ok(Some(key.clone()));
    }
    let variable = match &options.api_key_env {
        Some(variable) => variable,
        None if url.starts_with("https://api.openai.com/") => "OPENAI_API_KEY",
        None => return Ok(None),
    };
    ApiKey::from_env(variable).map(Some).map_err(|error| told(&error))
}

impl Embedder for Endpoint {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let prefix = match side {
            Side::Query => &self.query_prefix,
            Side::Passage => &self.passage_prefix,
        };
        let texts: Vec<String> = texts.iter().map(|text| format!("{prefix}{text}")).collect();
        let (server, dimension) = (Arc::clone(&self.server), self.dimension);
        let (mut vectors, _) =
            self.worker.wait_for(async move { server.embed(texts, Some(dimension)).await })??;
        if self.normalize {
            vectors.iter_mut().for_each(|vector| to_unit_length(vector));
        }
        Ok(vectors.concat())
    }
}
