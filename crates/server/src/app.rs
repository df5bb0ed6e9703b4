//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;

use crate::answer::Answerer;
use crate::config::ServerConfig;
use crate::http::{Budget, Metrics, Refusal, Taken, Token};
use crate::routes::Route;
use crate::search::Searches;

/// The most bytes for which room is made before they have come.
const FIRST: usize = 16 * 1024;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub config: ServerConfig,
    pub token: Option<Token>,
    pub searches: Searches,
    pub answerer: Option<Answerer>,
    pub budget: Budget,
    pub metrics: Metrics,
    pub connections: Connections,
}

/// How many connections are open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<AtomicUsize>);

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connected(Connections);

impl Connections {
    /// Counts one until what is returned is dropped.
    pub(crate) fn enter(&self) -> Connected {
        self.0.fetch_add(1, Ordering::Relaxed);
        Connected(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl App {
    /// How long a request to this route may take.
    pub(crate) fn timeout(&self, route: Route) -> Duration {
        let asks_teacher = matches!(route, Route::Answer | Route::Generate);
        Duration::from_secs_f64(if asks_teacher {
            self.config.answer_timeout_seconds
        } else {
            self.config.timeout_seconds
        })
    }

    /// The body of a request, and its share of the memory budget, which is to be held as long as anything made of it.
    ///
    /// # Errors
    /// 413 for one that is too large, 503 when there is no room, 400 when it breaks off.
    pub(crate) async fn read(&self, request: Request) -> Result<(Vec<u8>, Taken), Refusal> {
        let most = self.config.max_body;
        let too_large = || {
            let detail = format!("The request is larger than {most} bytes");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        };
        let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = announced.and_then(|value| value.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > most) {
            return Err(too_large());
        }
        // By what has come, not by what was announced: who sends slowly holds no more than what he sent.
        let mut taken = self.budget.take(0)?;
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(FIRST));
        let mut body = request.into_body();
        while let Some(frame) = body.frame().await {
            let broken = |_| Refusal::new(StatusCode::BAD_REQUEST, "The request broke off");
            let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
            if bytes.len() + data.len() > most {
                return Err(too_large());
            }
            self.budget.grow(&mut taken, bytes.len() + data.len())?;
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, taken))
    }
}
