//! `/retrieve`, as Search-R1's retrieval server has it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::app::App;
use crate::http::{Fields, Refusal};
use crate::search::{Part, Shape};

/// How many passages a query gets that does not say.
const TOPK: usize = 3;

/// The passages for each of many queries.
///
/// A blank query has none: in the middle of a training run a model writes all sorts of queries, and one of them must not
/// cost the others of its batch their passages.
pub(super) async fn retrieve(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, held) = app.read(request).await?;
    let mut fields = Fields::parse(&body)?;
    let queries = fields.texts("queries", app.config.max_queries, app.config.max_query_chars);
    let k = fields.count_or_default("topk", TOPK, app.config.max_top_n);
    let with_scores = fields.flag("return_scores", false);
    fields.finish()?;
    let shape = if with_scores { Shape::Scored } else { Shape::Documents };
    let Part { items, .. } = app.searches.search(queries, k, shape).await?;
    drop(held);
    app.budget.respond([b"{\"result\":[", &items[..], b"]}"].concat(), "application/json")
}
