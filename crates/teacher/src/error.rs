//! What can go wrong between a request and its answer, and how far the damage reaches.

use std::time::{Duration, Instant};

/// The result of asking a teacher.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing answers at the address: connection refused, unknown host, TLS handshake failed.
    Unreachable,
    /// The connection broke before the whole response had arrived.
    Connection,
    /// The response did not arrive in time.
    Timeout,
    /// The server asks to slow down (429).
    RateLimited,
    /// The server failed (5xx, 408, 409, 425).
    Server,
    /// The response says success but is not a chat completion.
    Malformed,
    /// The response is larger than a response may be.
    TooLarge,
    /// The key is missing, wrong or not allowed (401, 403).
    Unauthorized,
    /// The address or the model does not exist (404, 405).
    NotFound,
    /// The account has no money left (402, `insufficient_quota`).
    QuotaExhausted,
    /// The server refuses this request (400, 413, 422 …), for instance because it is too long for the model.
    BadRequest,
    /// Sending the request could pass the budget.
    Budget,
    /// Offline, and the store has no answer to this request.
    NotStored,
    /// The circuit breaker is open: the teacher fails and nothing succeeds.
    Down,
    /// The answer store cannot be read or written.
    Store,
    /// The run is stopping; the request was not sent.
    Stopped,
    /// A prompt, a price or an address in the configuration cannot be used.
    Config,
}

/// How far an error reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This request only: its record becomes a reject.
    Request,
    /// The record is left unfinished, neither kept nor rejected: a later run completes it.
    Pending,
    /// The whole run must stop: every other request would fail the same way.
    Run,
}

/// Whether trying the same thing again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It will fail again.
    Permanent,
    /// It may work in a while.
    Temporary,
}

/// An error of a teacher, a layer, the store or a prompt.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{context}")]
pub struct Error {
    /// What went wrong.
    pub kind: Kind,
    /// A sentence for a person: what, where, what to do next. Never holds a key.
    pub context: String,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The HTTP status, when a response arrived.
    pub http_status: Option<u16>,
    /// When the request was sent that failed, if it was: waiting for a permit is over by then.
    pub sent: Option<Instant>,
}

impl Error {
    /// An error with a message for a person.
    pub fn new(kind: Kind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), retry_after: None, http_status: None, sent: None }
    }

    /// How far this error reaches.
    pub fn scope(&self) -> Scope {
        match self.kind {
            Kind::Unauthorized
            | Kind::NotFound
            | Kind::QuotaExhausted
            | Kind::Budget
            | Kind::Down
            | Kind::Store
            | Kind::Config => Scope::Run,
            Kind::NotStored | Kind::Stopped => Scope::Pending,
            Kind::Unreachable
            | Kind::Connection
            | Kind::Timeout
            | Kind::RateLimited
            | Kind::Server
            | Kind::Malformed
            | Kind::TooLarge
            | Kind::BadRequest => Scope::Request,
        }
    }

    /// Whether the same request may work later. The retry layer asks this and nothing else.
    pub fn status(&self) -> Status {
        match self.kind {
            Kind::Unreachable
            | Kind::Connection
            | Kind::Timeout
            | Kind::RateLimited
            | Kind::Server
            | Kind::Malformed => Status::Temporary,
            Kind::TooLarge
            | Kind::Unauthorized
            | Kind::NotFound
            | Kind::QuotaExhausted
            | Kind::BadRequest
            | Kind::Budget
            | Kind::NotStored
            | Kind::Down
            | Kind::Store
            | Kind::Stopped
            | Kind::Config => Status::Permanent,
        }
    }

    /// Whether the server may have worked, and charged, for the request although no answer arrived.
    pub fn may_be_charged(&self) -> bool {
        matches!(self.kind, Kind::Connection | Kind::Timeout | Kind::Malformed | Kind::TooLarge)
    }
}
