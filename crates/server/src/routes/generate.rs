//! `/generate`, as ReaRAG's clients send it to the servers of their models.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use futures::future::try_join_all;
use serde_json::json;

use crate::app::App;
use crate::http::{Fields, Refusal};

/// Continues texts.
///
/// The response has the one key `outputs`: clients insist on it. A stream has the one line that its last would be: each
/// line of such a stream holds the whole text so far.
pub(super) async fn generate(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, held) = app.read(request).await?;
    let mut fields = Fields::parse(&body)?;
    let inputs = fields.text_or_texts("inputs", app.config.max_queries, app.config.max_body);
    let is_stream = fields.flag("stream", false);
    let mut parameters = fields.object("parameters");
    for reserved in ["model", "prompt", "messages", "stream", "stream_options"] {
        if parameters.contains_key(reserved) {
            fields.refuse("parameters", reserved, "this is not a sampling parameter");
        }
    }
    fields.finish()?;
    parameters.retain(|_, value| !value.is_null());
    let answerer = app.answerer.as_ref().ok_or_else(Refusal::no_teacher)?;
    let continued = try_join_all(inputs.iter().map(async |input| {
        let turn = answerer.turn()?;
        let continued = answerer.generate(input, &parameters).await?;
        drop(turn);
        Ok::<_, Refusal>(continued)
    }))
    .await?;
    let mut outputs = Vec::new();
    for (input, continued) in inputs.iter().zip(continued) {
        app.metrics.tokens(continued.usage.prompt_tokens, continued.usage.completion_tokens);
        for choice in continued.choices {
            outputs.push(json!({
                "prompt": input,
                "stop_reason": choice.stop_reason,
                "generated_text": choice.text.trim(),
            }));
        }
    }
    drop(held);
    if is_stream {
        let texts: Vec<_> = outputs.iter().filter_map(|output| output["generated_text"].as_str()).collect();
        let line = format!("{}\n", json!({"text": texts.join("\n")}));
        return app.budget.respond(line.into_bytes(), "application/x-ndjson");
    }
    app.budget.respond(json!({"outputs": outputs}).to_string().into_bytes(), "application/json")
}
