//! Before the first round, where the record does not say it: what the question is about.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Stage, text};
use crate::question::names;

pub(crate) const PROMPT: &str = "depth_qa_generator/identifier";

/// Asks what a question is about.
#[derive(Debug)]
pub(crate) struct Identifier(Arc<Prompt>);

impl Identifier {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/identifier.md"))?))
    }

    /// A name that stands in the question.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        attempts: u32,
    ) -> Stage<String> {
        let variables = Map::from_iter([("question".to_owned(), Value::from(question))]);
        context.ask_json(record, &self.0, variables, attempts, |answer| read(&answer, question)).await
    }
}

fn read(answer: &Value, question: &str) -> std::result::Result<String, String> {
    let identifier = text(answer, "content_identifier")?;
    if names(question, &identifier) {
        Ok(identifier)
    } else {
        Err("`content_identifier` does not stand in the question".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn it_is_a_name_that_the_question_has() {
        let read =
            |name: serde_json::Value| read(&json!({"content_identifier": name}), "How deep is Lake Tahoe?");
        assert_eq!(read(json!(" lake\n tahoe ")).as_deref(), Ok("lake tahoe"));
        for bad in [json!("Lake Placid"), json!(""), json!(null), json!(3), json!(["Lake Tahoe"])] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
