//! What happens to every request before and after its route.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Refusal, Refused};
use crate::app::App;
use crate::routes::Route;

/// Lets in whoever may come in, sees to the time, and counts.
pub(crate) async fn front(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let in_flight = app.metrics.enter();
    let route = Route::of(request.uri().path());
    let response = match admit(&app, route, request.headers()) {
        Ok(()) => match tokio::time::timeout(app.timeout(route), next.run(request)).await {
            Ok(response) => response,
            Err(_) => too_late(&app, route).into_response(),
        },
        Err(refusal) => refusal.into_response(),
    };
    let refused = response.extensions().get::<Refused>().copied();
    app.metrics.answered(route, response.status(), began.elapsed(), refused);
    drop(in_flight);
    response
}

fn too_late(app: &App, route: Route) -> Refusal {
    let seconds = app.timeout(route).as_secs_f64();
    let detail = format!("The request was not answered within {seconds} s");
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, detail).because(Refused::Timeout)
}

fn admit(app: &App, route: Route, headers: &HeaderMap) -> Result<(), Refusal> {
    if route == Route::Health {
        return Ok(());
    }
    match &app.token {
        Some(token) if token.is_in(headers) => Ok(()),
        Some(_) => Err(Refusal::new(StatusCode::UNAUTHORIZED, "Not authenticated").because(Refused::Token)),
        // Without a token nothing tells a page in somebody's browser from a program on this machine but this header, which
        // no page can leave out.
        None if headers.get(ORIGIN).is_some_and(|origin| !is_local(origin.as_bytes())) => {
            let detail = "Pages of other hosts may not use this server; start it with a token (--token-env) to allow them";
            Err(Refusal::new(StatusCode::FORBIDDEN, detail).because(Refused::Origin))
        }
        None => Ok(()),
    }
}

/// Whether an origin is this machine.
fn is_local(origin: &[u8]) -> bool {
    let uri = Uri::try_from(origin).ok();
    let Some(host) = uri.as_ref().and_then(Uri::host) else { return false };
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn pages_of_this_machine_are_told_from_others() {
        for local in ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:8080"] {
            assert!(is_local(local.as_bytes()), "{local}");
        }
        for other in
            ["http://example.org", "https://localhost.example.org", "null", "", "http://[::2]", "\u{1}"]
        {
            assert!(!is_local(other.as_bytes()), "{other}");
        }
    }
}
