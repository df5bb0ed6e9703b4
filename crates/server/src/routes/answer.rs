//! `/v1/answer`: a question answered from what is found for it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::json;

use crate::answer::{Form, Grounded};
use crate::app::App;
use crate::http::{Fields, Refusal};
use crate::search::Shape;

/// How many passages are read for a question that does not say.
const TOP_N: usize = 3;

/// Finds passages and has the question answered from them.
pub(super) async fn answer(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, held) = app.read(request).await?;
    let mut fields = Fields::parse(&body)?;
    let question = fields.text("question", app.config.max_query_chars, None);
    let k = fields.count("top_n", TOP_N, (1, app.config.max_top_n));
    let form = fields.choice("form", &[("long", Form::Long), ("short", Form::Short)]).unwrap_or_default();
    fields.finish()?;
    if question.trim().is_empty() {
        return Err(Refusal::blank("Question content"));
    }
    let answerer = app.answerer.as_ref().ok_or_else(Refusal::no_teacher)?;
    let turn = answerer.turn()?;
    let found = app.searches.search(vec![question.clone()], k, Shape::Passages).await?.passages;
    let Grounded { answer, used, passages, usage } =
        answerer.answer(&question, form, found, app.config.answer_context_chars).await?;
    app.metrics.tokens(usage.prompt_tokens, usage.completion_tokens);
    drop(turn);
    let passages: Vec<_> = passages
        .iter()
        .enumerate()
        .map(|(at, found)| {
            let is_used = used.contains(&at);
            json!({"id": found.id, "contents": found.contents, "score": found.score, "used": is_used})
        })
        .collect();
    let body = json!({
        "answer": answer,
        "form": form.name(),
        "passages": passages,
        "model": answerer.model(),
        "usage": {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
    });
    drop(held);
    app.budget.respond(body.to_string().into_bytes(), "application/json")
}
