//! Stage 3: the question that a conclusion is the answer to.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Conclusion, Stage, named};
use crate::source_words::names_its_source;
use crate::words::contains_words;

pub(crate) const PROMPT: &str = "atomic_task_generator/question";

/// Asks for a question.
#[derive(Debug)]
pub(crate) struct Question(Arc<Prompt>);

impl Question {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/question.md"))?))
    }

    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        identifier: &str,
        conclusion: &Conclusion,
        attempts: u32,
    ) -> Stage<String> {
        let variables = Map::from_iter([
            ("identifier".to_owned(), Value::from(identifier)),
            ("relation".to_owned(), Value::from(conclusion.relation.as_str())),
            ("conclusion".to_owned(), Value::from(conclusion.conclusion.as_str())),
        ]);
        let read = |answer| read(answer, &conclusion.conclusion);
        let asked = context.ask_json(record, &self.0, variables, attempts, read).await?;
        Ok(named("question", asked))
    }
}

fn read(answer: Value, conclusion: &str) -> std::result::Result<String, String> {
    let words: Vec<&str> =
        answer.get("Q").and_then(Value::as_str).unwrap_or_default().split_whitespace().collect();
    let question = words.join(" ");
    if question.is_empty() {
        return Err("`Q` is blank".to_owned());
    }
    if let Some(phrase) = names_its_source(&question) {
        return Err(format!("the question names its source (\"{phrase}\")"));
    }
    if contains_words(&question, conclusion) {
        return Err("the question gives its answer away".to_owned());
    }
    Ok(question)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn questions_give_neither_source_nor_answer_away() {
        let read = |question: serde_json::Value| read(json!({"Q": question}), "1963");
        assert_eq!(read(json!(" When did it\nfreeze? ")).unwrap(), "When did it freeze?");
        assert!(read(json!("  ")).unwrap_err().contains("blank"));
        assert!(read(json!("According to the text, when did it freeze?")).unwrap_err().contains("source"));
        assert!(read(json!("Was 1963 the year in which it froze?")).unwrap_err().contains("answer away"));
        assert!(read(json!("Which pump is the P19634?")).is_ok(), "a number within another is no answer");
    }
}
