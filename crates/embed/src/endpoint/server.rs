//! The server: batches out, vectors in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt, TryStreamExt};
use ragstill_retrieve::EmbedError;
use ragstill_teacher::layers::{Breaker, Retry, RetryPolicy};
use ragstill_teacher::openai::{Post, http_client};
use ragstill_teacher::{ApiKey, Error, Kind, Status, Stop};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::answer::{Answer, read};
use crate::EmbedOptions;

/// The most bytes that the embedding of a text may have: 16,384 numbers of 32 letters.
const BYTES_OF_A_TEXT: usize = 1 << 19;

/// A server and how it is asked.
#[derive(Debug)]
pub(super) struct Server {
    attempts: Retry<Attempt>,
    model: Option<String>,
    concurrency: usize,
    /// Texts in a request, as many as the server takes.
    batch: AtomicUsize,
}

/// Vectors, and what the server calls the model.
type Embedded = (Vec<Vec<f32>>, Option<String>);

/// One request, sent once.
#[derive(Debug)]
struct Attempt {
    post: Post,
    limit: Duration,
    permits: Semaphore,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    input: &'a [String],
    encoding_format: &'static str,
}

impl Server {
    /// The server at this address, as [`ragstill_teacher::openai::embeddings_url`] gives it.
    pub(super) fn new(url: &str, api_key: Option<ApiKey>, options: &EmbedOptions) -> Result<Self, Error> {
        let client = http_client(options.concurrency, &[url.to_owned()])?;
        let most = 1_000_000 + options.batch * BYTES_OF_A_TEXT;
        let attempt = Attempt {
            post: Post::new(client, url, api_key, most, "check both, and that it serves embeddings")?,
            limit: Duration::from_secs_f64(options.timeout_seconds),
            permits: Semaphore::new(options.concurrency),
        };
        let policy = RetryPolicy { max_attempts: options.max_attempts, ..RetryPolicy::default() };
        let breaker = Arc::new(Breaker::of("embedding server", ""));
        Ok(Self {
            attempts: Retry::new(attempt, policy, breaker, Arc::default(), Stop::default()),
            model: options.model.clone(),
            concurrency: options.concurrency,
            batch: AtomicUsize::new(options.batch),
        })
    }

    /// The vectors of texts, in their order, and what the server calls the model. `dimension` is how many numbers each must
    /// have; unset, as many as the first.
    pub(super) async fn embed(
        &self,
        texts: Vec<String>,
        dimension: Option<usize>,
    ) -> Result<Embedded, EmbedError> {
        let batch = self.batch.load(Ordering::Relaxed);
        let batches: Vec<_> = texts
            .chunks(batch)
            .enumerate()
            .map(|(number, texts)| self.whole(number * batch, texts, dimension))
            .collect();
        let answers: Vec<_> = stream::iter(batches).buffered(self.concurrency).try_collect().await?;
        let model = answers.iter().find_map(|(_, model)| model.clone());
        let vectors: Vec<Vec<f32>> = answers.into_iter().flat_map(|(vectors, _)| vectors).collect();
        if let Some(odd) = vectors.iter().position(|vector| vector.len() != vectors[0].len()) {
            return Err(EmbedError::permanent(format!(
                "the vector of text {odd} has {} numbers, and that of the first {}; is it always the same model?",
                vectors[odd].len(),
                vectors[0].len()
            )));
        }
        Ok((vectors, model))
    }

    /// A batch; in halves when the server refuses it, because it may have too many texts, and so that a text that cannot be
    /// embedded is named. `first` is the number of its first text.
    fn whole<'a>(
        &'a self,
        first: usize,
        texts: &'a [String],
        dimension: Option<usize>,
    ) -> BoxFuture<'a, Result<Embedded, EmbedError>> {
        Box::pin(async move {
            let body = Body { model: self.model.as_deref(), input: texts, encoding_format: "float" };
            let body = serde_json::to_vec(&body)
                .map_err(|error| EmbedError::permanent(format!("a text cannot be sent: {error}")))?;
            let sent = self.attempts.repeat(|attempt| attempt.send(body.clone())).await;
            match sent {
                Ok(answer) => {
                    let model = answer.model.clone();
                    Ok((answer.vectors(texts.len(), dimension)?, model))
                }
                Err(error) if error.kind == Kind::BadRequest && texts.len() > 1 => {
                    let half = texts.len().div_ceil(2);
                    let (one, other) = texts.split_at(half);
                    let (mut vectors, model) = self.whole(first, one, dimension).await?;
                    let (more, _) = self.whole(first + half, other, dimension).await?;
                    vectors.extend(more);
                    // Each half was taken: the whole had too many texts.
                    self.batch.fetch_min(half, Ordering::Relaxed);
                    Ok((vectors, model))
                }
                Err(error) if error.kind == Kind::BadRequest => {
                    let start: String = texts[0].chars().take(60).collect();
                    Err(EmbedError::permanent(format!(
                        "{}; the text is number {first}, of {} characters, and starts {start:?}; texts that are too long for a model must be cut smaller",
                        error.context,
                        texts[0].chars().count()
                    )))
                }
                Err(error) => Err(told(&error)),
            }
        })
    }
}

impl Attempt {
    async fn send(&self, body: Vec<u8>) -> Result<Answer, Error> {
        // Held for one attempt: who waits to send again keeps nobody from being sent.
        let _permit = self.permits.acquire().await;
        let posted = tokio::time::timeout(self.limit, self.post.send(body)).await.map_err(|_| {
                Error::new(
                    Kind::Timeout,
                    format!(
                        "{}: no answer within {} s; a slower server needs a higher `timeout_seconds` or a smaller `batch`",
                        self.post.url(),
                        self.limit.as_secs_f64()
                    ),
                )
            })??;
        read(&posted.body)
    }
}

/// An error of the transport, as one of an embedder. What was temporary has been tried again; it may still pass.
pub(super) fn told(error: &Error) -> EmbedError {
    if error.status() == Status::Temporary || error.kind == Kind::Down {
        EmbedError::temporary(error.context.clone())
    } else {
        EmbedError::permanent(error.context.clone())
    }
}
