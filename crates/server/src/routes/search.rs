//! `/search` and `/batch_search`, as FlashRAG's retriever server has them, which ReaRAG uses.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::app::App;
use crate::http::{Fields, Refusal};
use crate::search::Shape;

/// How many passages a query gets that does not say.
const TOP_N: usize = 10;

/// The passages for one query.
pub(super) async fn search(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, held) = app.read(request).await?;
    let mut fields = Fields::parse(&body)?;
    let query = fields.text("query", app.config.max_query_chars, None);
    let (k, with_scores) = how_many(&app, &mut fields);
    fields.finish()?;
    if query.trim().is_empty() {
        return Err(Refusal::blank("Query content"));
    }
    let found = app.searches.search(vec![query], k, Shape::Documents).await?;
    drop(held);
    let body =
        if with_scores { [b"[", &found.items[..], b",", &found.scores, b"]"].concat() } else { found.items };
    app.budget.respond(body, "application/json")
}

/// The passages for each of many queries.
pub(super) async fn batch_search(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, held) = app.read(request).await?;
    let mut fields = Fields::parse(&body)?;
    let queries = fields.texts("query", app.config.max_queries, app.config.max_query_chars);
    let (k, with_scores) = how_many(&app, &mut fields);
    fields.finish()?;
    if let Some(at) = queries.iter().position(|query| query.trim().is_empty()) {
        return Err(Refusal::blank(&format!("Query content (number {at}, counted from 0)")));
    }
    let found = app.searches.search(queries, k, Shape::Documents).await?;
    drop(held);
    let body = if with_scores {
        [b"[[", &found.items[..], b"],[", &found.scores, b"]]"].concat()
    } else {
        [b"[", &found.items[..], b"]"].concat()
    };
    app.budget.respond(body, "application/json")
}

fn how_many(app: &App, fields: &mut Fields) -> (usize, bool) {
    (fields.count("top_n", TOP_N, (1, app.config.max_top_n)), fields.flag("return_score", false))
}
