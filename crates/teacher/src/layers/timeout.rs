//! Gives up on a request that takes too long.

use std::time::Duration;

use crate::chat::{Answer, Ask, Teacher};
use crate::error::{Error, Kind, Result};

/// Fails a request that was not answered within the limit.
#[derive(Debug)]
pub struct Timeout<T> {
    inner: T,
    limit: Duration,
}

impl<T> Timeout<T> {
    /// Limits each request to `inner` to this long, from sending to the last byte of the response.
    pub fn new(inner: T, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Timeout<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        match tokio::time::timeout(self.limit, self.inner.ask(ask)).await {
            Ok(result) => result,
            Err(_) => Err(Error::new(
                Kind::Timeout,
                format!(
                    "no answer within {} s; a slower model needs a higher `timeout_seconds`",
                    self.limit.as_secs_f64()
                ),
            )),
        }
    }
}
