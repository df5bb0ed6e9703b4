//! What a server says of itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;

use crate::app::App;
use crate::http::Gauges;

/// The description of the routes.
pub(crate) const OPENAPI: &str = include_str!("../openapi.json");

/// That it answers, and how many searches could begin at once.
pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    let total = app.searches.threads();
    let available = total.saturating_sub(app.searches.busy());
    Json(json!({"status": "healthy", "retrievers": {"total": total, "available": available}})).into_response()
}

/// Its routes.
pub(super) async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// Its counters.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let gauges = Gauges {
        passages: app.searches.collection().len(),
        threads: app.searches.threads(),
        busy: app.searches.busy(),
        queued: app.searches.queued(),
        searched: app.searches.searched(),
        connections: app.connections.count(),
    };
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.text(gauges)).into_response()
}
