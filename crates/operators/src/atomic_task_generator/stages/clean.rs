//! Stage 4: the shortest exact answer.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Stage, named};
use crate::words::contains_words;

pub(crate) const PROMPT: &str = "atomic_task_generator/clean";

/// Asks for the shortest form of an answer.
#[derive(Debug)]
pub(crate) struct Clean(Arc<Prompt>);

impl Clean {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/clean.md"))?))
    }

    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        answer: &str,
        attempts: u32,
    ) -> Stage<String> {
        let variables = Map::from_iter([
            ("question".to_owned(), Value::from(question)),
            ("answer".to_owned(), Value::from(answer)),
        ]);
        let read = |answer| read(answer, question);
        let asked = context.ask_json(record, &self.0, variables, attempts, read).await?;
        Ok(named("clean", asked))
    }
}

fn read(answer: Value, question: &str) -> std::result::Result<String, String> {
    let refined = answer.get("refined_answer").and_then(Value::as_str).unwrap_or_default();
    let refined = refined.split_whitespace().collect::<Vec<_>>().join(" ");
    if !refined.contains(char::is_alphanumeric) {
        return Err("`refined_answer` has neither letters nor digits".to_owned());
    }
    if contains_words(question, &refined) {
        return Err("the refined answer stands in the question".to_owned());
    }
    Ok(refined)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn refined_answers_say_something_that_the_question_does_not() {
        let read =
            |refined: serde_json::Value| read(json!({"refined_answer": refined}), "How many of the 12 fell?");
        assert_eq!(read(json!(" 251\n m ")).unwrap(), "251 m");
        for blank in [json!(""), json!(" \n"), json!("—"), json!(null), json!(7), json!(["7"])] {
            assert!(read(blank).unwrap_err().contains("neither letters nor digits"));
        }
        assert!(read(json!("12")).unwrap_err().contains("stands in the question"));
    }
}
