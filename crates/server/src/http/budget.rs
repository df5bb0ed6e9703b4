//! The memory that requests and responses may take.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use http_body_util::{BodyExt, Full};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Refusal, Refused};

/// What is counted at once.
const UNIT: usize = 1024;

/// How many bytes of requests and responses may be held at once: whoever asks for more is sent away, so that memory
/// depends neither on the number of clients nor on how slowly they read.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

/// A part of the budget, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Taken(OwnedSemaphorePermit);

impl Budget {
    /// A budget of this many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / UNIT).min(Semaphore::MAX_PERMITS))))
    }

    /// Takes this many bytes.
    ///
    /// # Errors
    /// 503 when so much is not there.
    pub(crate) fn take(&self, bytes: usize) -> Result<Taken, Refusal> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(units).map(Taken).map_err(|_| {
            let detail = "The server holds as many requests and responses as it may; try again in a second";
            Refusal::busy(Refused::Memory, detail)
        })
    }

    /// Takes as much more as is needed for this many bytes in all.
    ///
    /// # Errors
    /// 503 when so much is not there.
    pub(crate) fn grow(&self, taken: &mut Taken, bytes: usize) -> Result<(), Refusal> {
        let units = bytes.div_ceil(UNIT).saturating_sub(taken.0.num_permits());
        if units > 0 {
            taken.0.merge(self.take(units * UNIT)?.0);
        }
        Ok(())
    }

    /// A response whose bytes count until they are sent.
    ///
    /// # Errors
    /// 503 when there is no room for them.
    pub(crate) fn respond(&self, bytes: Vec<u8>, content_type: &'static str) -> Result<Response, Refusal> {
        let taken = self.take(bytes.len())?;
        let length = bytes.len();
        // The closure lives as long as the body does.
        let body = Full::new(Bytes::from(bytes)).map_frame(move |frame| {
            let _ = &taken;
            frame
        });
        let response = Response::builder().header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, length);
        response.body(Body::new(body)).map_err(|_| Refusal::internal())
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_grows_takes_what_it_lacks() {
        let budget = Budget::new(10_240);
        let mut taken = budget.take(0).unwrap();
        for bytes in [0, 1, 1000, 1024, 5000, 5000] {
            budget.grow(&mut taken, bytes).unwrap();
        }
        assert!(budget.take(5121).is_err() && budget.take(5120).is_ok());
        assert!(budget.grow(&mut taken, 10_241).is_err());
        drop(taken);
        assert!(budget.take(10_240).is_ok());
    }

    #[test]
    fn what_is_dropped_is_there_again() {
        let budget = Budget::new(10_240);
        let taken = budget.take(10_000).unwrap();
        assert!(budget.take(1025).is_err());
        assert!(budget.take(0).is_ok());
        drop(taken);
        let response = budget.respond(vec![0; 10_000], "x").unwrap();
        assert!(budget.take(1025).is_err());
        drop(response);
        assert!(budget.take(10_240).is_ok());
    }
}
