//! Stage 1: the main subject of the document.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Stage, named};

pub(crate) const PROMPT: &str = "atomic_task_generator/identifier";

/// Asks for the main subject of a document.
#[derive(Debug)]
pub(crate) struct Identifier(Arc<Prompt>);

impl Identifier {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/identifier.md"))?))
    }

    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        text: &str,
        attempts: u32,
    ) -> Stage<String> {
        let variables = Map::from_iter([("text".to_owned(), Value::from(text))]);
        let asked = context.ask_json(record, &self.0, variables, attempts, read).await?;
        Ok(named("identifier", asked))
    }
}

fn read(answer: Value) -> std::result::Result<String, String> {
    let identifier = answer.get("content_identifier").and_then(Value::as_str).unwrap_or_default();
    let words: Vec<&str> = identifier.split_whitespace().collect();
    if words.is_empty() { Err("`content_identifier` is blank".to_owned()) } else { Ok(words.join(" ")) }
}
