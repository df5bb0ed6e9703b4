//! Third of a round: the question that takes the step.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value, json};

use super::super::rounds::Path;
use super::{Stage, Step, text};
use crate::question::{names, same_words};

pub(crate) const PROMPT: &str = "depth_qa_generator/question";

/// Asks for a deeper question.
#[derive(Debug)]
pub(crate) struct Question(Arc<Prompt>);

impl Question {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/question.md"))?))
    }

    /// A question that gives away neither the answer nor anything that was replaced.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        path: &Path<'_>,
        step: &Step,
        attempts: u32,
    ) -> Stage<String> {
        let variables = [
            ("question", path.question()),
            ("identifier", path.identifier()),
            ("superset", &step.superset),
            ("relation", &step.relation),
            ("answer", path.answers[0]),
        ];
        let mut variables =
            Map::from_iter(variables.map(|(name, text)| (name.to_owned(), Value::from(text))));
        variables.insert("replaced".to_owned(), json!(path.replaced()));
        context.ask_json(record, &self.0, variables, attempts, |answer| read(&answer, path)).await
    }
}

fn read(answer: &Value, path: &Path<'_>) -> std::result::Result<String, String> {
    let question = text(answer, "new_query")?;
    if let Some(identifier) = path.identifiers.iter().find(|identifier| names(&question, identifier)) {
        return Err(format!("the question names what it is to lead to (`the identifier {identifier}`)"));
    }
    if path.answers.iter().any(|answer| names(&question, answer)) {
        return Err("the question gives the answer away".to_owned());
    }
    if path.all_questions().any(|earlier| same_words(earlier, &question)) {
        return Err("the question is an earlier one again".to_owned());
    }
    Ok(question)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;
    use crate::depth_qa_generator::rounds::Path;

    #[test]
    fn nothing_that_was_replaced_comes_back() {
        let path = Path {
            question: "How deep is Lake Tahoe?",
            answers: &["501 m"],
            text: "",
            identifiers: vec!["Lake Tahoe".to_owned(), "largest lake of the Sierra Nevada".to_owned()],
            questions: vec!["How deep is the largest lake of the Sierra Nevada?".to_owned()],
        };
        let made = |question: Value| read(&json!({"new_query": question}), &path);
        let fine = "How deep is the lake on the border of California and Nevada?";
        assert_eq!(made(json!(fine)).as_deref(), Ok(fine));
        for (question, fault) in [
            (json!("How deep is LAKE TAHOE, a lake?"), "names what"),
            (json!("How deep is the largest lake of the Sierra Nevada really?"), "names what"),
            (json!("Which lake is 501 m deep?"), "gives the answer"),
            (json!("  "), "blank"),
            (json!(["How deep?"]), "blank"),
            (json!("invalid"), ""),
        ] {
            match made(question.clone()) {
                Err(found) => assert!(found.contains(fault) && !fault.is_empty(), "{question}: {found}"),
                Ok(found) => assert!(fault.is_empty(), "{found}"),
            }
        }
        let twice = Path { identifiers: vec!["Tahoe's".to_owned()], ..path.clone() };
        assert!(read(&json!({"new_query": "How deep is lake Tahoe"}), &twice).unwrap_err().contains("again"));
    }
}
