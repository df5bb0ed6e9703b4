//! Responses that say no, in the shape that FastAPI gives them: clients of the servers whose place this one takes read
//! `detail`.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ragstill_teacher::{Error as TeacherError, Kind};
use serde_json::{Value, json};

/// Why a request was sent away that is not at fault itself, or that nobody may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too many queries wait.
    Queue,
    /// Too many bytes are held.
    Memory,
    /// Too many questions are with the teacher.
    Answers,
    /// No token, or a wrong one.
    Token,
    /// A page of another host, in a browser.
    Origin,
    /// It took too long.
    Timeout,
}

impl Refused {
    /// All of them, with their names in the metrics.
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Queue, "queue"),
        (Self::Memory, "memory"),
        (Self::Answers, "answers"),
        (Self::Token, "token"),
        (Self::Origin, "origin"),
        (Self::Timeout, "timeout"),
    ];
}

/// A response that says no, and why. Boxed, since it is in the result of everything.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    detail: Value,
    /// Seconds.
    retry_after: Option<u64>,
    why: Option<Refused>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<Value>) -> Self {
        Self(Box::new(Parts { status, detail: detail.into(), retry_after: None, why: None }))
    }

    /// 503 for now.
    pub(crate) fn busy(why: Refused, detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).because(why).retry_after(1)
    }

    /// 500 without a reason that would help anybody outside.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// 400 for a query of nothing but white space.
    pub(crate) fn blank(what: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("{what} cannot be empty"))
    }

    /// 501 where a teacher would be needed.
    pub(crate) fn no_teacher() -> Self {
        let detail = "This server has no teacher to write answers; start it with --teacher URL --model NAME, or --teacher extractive";
        Self::new(StatusCode::NOT_IMPLEMENTED, detail)
    }

    pub(crate) fn because(mut self, why: Refused) -> Self {
        self.0.why = Some(why);
        self
    }

    /// Says when to try again.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// What the teacher's error means to whoever asked.
    pub(crate) fn of_teacher(error: &TeacherError) -> Self {
        let status = match error.kind {
            Kind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Kind::BadRequest => StatusCode::BAD_REQUEST,
            Kind::Unreachable
            | Kind::Connection
            | Kind::RateLimited
            | Kind::Server
            | Kind::Down
            | Kind::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Malformed
            | Kind::TooLarge
            | Kind::Unauthorized
            | Kind::NotFound
            | Kind::QuotaExhausted
            | Kind::Budget
            | Kind::NotStored
            | Kind::Store
            | Kind::Config => StatusCode::BAD_GATEWAY,
        };
        // What follows is advice to whoever runs a recipe.
        let told = error.context.split_once("; ").filter(|_| error.kind == Kind::Down);
        let refusal = Self::new(status, told.map_or(error.context.as_str(), |(told, _)| told));
        if status != StatusCode::SERVICE_UNAVAILABLE {
            return refusal;
        }
        refusal.retry_after(error.retry_after.map_or(5, |wait| wait.as_secs().clamp(1, 3600)))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Parts { status, detail, retry_after, why } = *self.0;
        let body = json!({ "detail": detail }).to_string();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(why) = why {
            response.extensions_mut().insert(why);
        }
        response
    }
}
