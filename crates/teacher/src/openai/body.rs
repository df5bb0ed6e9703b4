//! The body of a request, and how it changes for servers that do not take all of it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::chat::{Ask, Sampling};
use crate::messages::Messages;
use crate::prompt::OutputSchema;

/// What a server has refused and is no longer sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quirks {
    /// It takes no `response_format`.
    pub no_schema: bool,
    /// It wants `max_completion_tokens` where others want `max_tokens`.
    pub max_completion_tokens: bool,
    /// It takes no `temperature` or `top_p`.
    pub no_temperature: bool,
    /// It takes no `seed`.
    pub no_seed: bool,
}

impl Quirks {
    /// What is left out of requests, by name. (A limit under another name is not left out.)
    pub(super) fn left_out(self) -> impl Iterator<Item = &'static str> {
        let Self { no_schema, no_temperature, no_seed, .. } = self;
        [(no_schema, "output schema"), (no_temperature, "temperature and top_p"), (no_seed, "seed")]
            .into_iter()
            .filter_map(|(refused, name)| refused.then_some(name))
    }

    /// How to ask again after a refusal with this message, if something that was sent may be the reason.
    pub(super) fn after_refusal(self, ask: &Ask, structured: bool, message: &str) -> Option<Self> {
        let message = message.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let sends_schema = structured && !self.no_schema && ask.schema.as_deref().is_some_and(is_object);
        if sends_schema
            && says(&["response_format", "json_schema", "schema", "structured", "grammar", "guided"])
        {
            return Some(Self { no_schema: true, ..self });
        }
        if ask.sampling.max_tokens.is_some()
            && !self.max_completion_tokens
            && says(&["max_completion_tokens"])
        {
            return Some(Self { max_completion_tokens: true, ..self });
        }
        let warm = ask.sampling.temperature.is_some() || ask.sampling.top_p.is_some();
        if warm && !self.no_temperature && says(&["temperature", "top_p"]) {
            return Some(Self { no_temperature: true, ..self });
        }
        if ask.sample > 0 && !self.no_seed && says(&["seed"]) {
            return Some(Self { no_seed: true, ..self });
        }
        // Refused without saying why: the schema is the likeliest reason.
        sends_schema.then_some(Self { no_schema: true, ..self })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a Messages,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

/// The body of the request.
///
/// Samples after the first carry a `seed`, so that a server that answers alike to like requests gives another answer.
pub(super) fn request_body(model: &str, ask: &Ask, structured: bool, quirks: Quirks) -> Vec<u8> {
    let Sampling { temperature, top_p, max_tokens, stop, extra } = &ask.sampling;
    let response_format = ask
        .schema
        .as_deref()
        .filter(|schema| structured && !quirks.no_schema && is_object(schema))
        .map(|schema| response_format(schema, ask));
    let body = Body {
        model,
        messages: &ask.messages,
        temperature: temperature.filter(|_| !quirks.no_temperature),
        top_p: top_p.filter(|_| !quirks.no_temperature),
        max_tokens: max_tokens.filter(|_| !quirks.max_completion_tokens),
        max_completion_tokens: max_tokens.filter(|_| quirks.max_completion_tokens),
        stop,
        seed: Some(ask.sample).filter(|sample| *sample > 0 && !quirks.no_seed),
        response_format,
        extra,
    };
    let mut json = Vec::with_capacity(ask.messages.json().get().len() + 512);
    // Plain structures with string keys always serialise.
    let written = serde_json::to_writer(&mut json, &body);
    debug_assert!(written.is_ok());
    json
}

/// Whether an answer of this shape is an object. OpenAI and others enforce no other, and would refuse every request of the
/// prompt; a refusal turns the enforcement off for all prompts.
fn is_object(schema: &OutputSchema) -> bool {
    schema.source().get("type").is_some_and(|of| of == "object")
}

fn response_format(schema: &OutputSchema, ask: &Ask) -> Value {
    let name: String =
        ask.prompt.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(64).collect();
    json!({"type": "json_schema", "json_schema": {"name": name, "schema": schema.source()}})
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::{Quirks, request_body};
    use crate::prompt::OutputSchema;
    use crate::testing::ask;

    fn body(ask: &crate::chat::Ask, structured: bool, quirks: Quirks) -> Value {
        serde_json::from_slice(&request_body("m", ask, structured, quirks)).unwrap()
    }

    #[test]
    fn says_what_was_asked_for_and_nothing_else() {
        let mut question = ask("hi");
        assert_eq!(
            body(&question, false, Quirks::default()),
            json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100})
        );
        question.sample = 2;
        question.sampling.temperature = Some(0.5);
        question.sampling.extra.insert("reasoning_effort".into(), json!("low"));
        question.schema = Some(Arc::new(OutputSchema::new(json!({"type": "object"})).unwrap()));
        let whole = body(&question, true, Quirks::default());
        assert_eq!(whole["seed"], 2);
        assert_eq!(whole["temperature"], 0.5);
        assert_eq!(whole["reasoning_effort"], "low");
        assert_eq!(whole["response_format"]["json_schema"]["name"], "step_prompt");
        let list = Some(Arc::new(OutputSchema::new(json!({"type": "array"})).unwrap()));
        let mut listed = question.clone();
        listed.schema = list;
        assert!(body(&listed, true, Quirks::default()).get("response_format").is_none());
        let quirks =
            Quirks { no_schema: true, max_completion_tokens: true, no_temperature: true, no_seed: true };
        assert_eq!(
            body(&question, true, quirks),
            json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": 100, "reasoning_effort": "low"})
        );
    }

    #[test]
    fn refusals_are_understood() {
        let mut question = ask("hi");
        question.sampling.temperature = Some(1.0);
        let after =
            |quirks: Quirks, structured, message: &str| quirks.after_refusal(&question, structured, message);
        let none = Quirks::default();
        let message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        assert!(after(none, false, message).unwrap().max_completion_tokens);
        assert!(after(none, false, "Unsupported value: 'temperature'").unwrap().no_temperature);
        assert_eq!(after(none, false, "the prompt is too long"), None);
        // What was already left out is not the reason.
        let quirks = Quirks { no_temperature: true, ..none };
        assert_eq!(after(quirks, false, "temperature"), None);
    }
}
