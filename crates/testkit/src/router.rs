//! The endpoints.

use std::sync::Arc;
use std::time::Instant;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request};

use crate::answer;
use crate::body::Dropped;
use crate::chat::{self, Reply, error_reply, json_reply};
use crate::clock::Clock;
use crate::refusal::ErrorReply;
use crate::server::Shared;

/// Answers one HTTP request.
pub(crate) async fn route(
    shared: Arc<Shared>,
    clock: Clock,
    request: Request<Incoming>,
) -> Result<Reply, Dropped> {
    let arrived = Instant::now();
    let (head, body) = request.into_parts();
    match (&head.method, head.uri.path()) {
        (&Method::POST, "/v1/chat/completions") => {
            // A client that goes away while it sends was not served: nothing to count.
            let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
            let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let behaviour = shared.behaviour();
            chat::answer(&behaviour, &shared.tally, &clock, authorization, body, arrived).await
        }
        (&Method::GET, "/v1/models") => Ok(json_reply(answer::models(&shared.behaviour().config.model))),
        (&Method::GET, "/stats") => Ok(json_reply(to_json(&shared.tally.stats()))),
        (&Method::GET, "/log") => {
            let lines: Vec<_> = shared.tally.log().iter().map(|entry| to_json(entry) + "\n").collect();
            Ok(json_reply(lines.concat()))
        }
        (&Method::POST, "/reset") => {
            shared.tally.reset();
            Ok(json_reply("{}".to_owned()))
        }
        (_, "/v1/chat/completions" | "/v1/models" | "/stats" | "/log" | "/reset") => {
            let message = format!("Method {} is not allowed here.", head.method);
            Ok(error_reply(&ErrorReply::new(405, message, "invalid_request_error", None)))
        }
        (_, path) => {
            let message = format!("Unknown request URL: {} {path}.", head.method);
            Ok(error_reply(&ErrorReply::new(404, message, "invalid_request_error", Some("unknown_url"))))
        }
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    // Plain structs of numbers and strings: writing them to memory cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}
