//! First of a round: what the identifier belongs to, and what singles it out there.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value, json};

use super::super::rounds::Path;
use super::{Stage, text};
use crate::question::{names, same_words};

pub(crate) const PROMPT: &str = "depth_qa_generator/backward";

/// A step away from the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What the identifier belongs to.
    pub superset: String,
    /// What singles the identifier out there.
    pub relation: String,
}

/// Asks for a step.
#[derive(Debug)]
pub(crate) struct Backward(Arc<Prompt>);

impl Backward {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/backward.md"))?))
    }

    /// A step that gives away neither the answer nor what the question is about.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        path: &Path<'_>,
        attempts: u32,
    ) -> Stage<Step> {
        let variables = Map::from_iter([
            ("identifier".to_owned(), Value::from(path.identifier())),
            ("replaced".to_owned(), json!(path.replaced())),
            ("question".to_owned(), Value::from(path.question())),
            ("answer".to_owned(), Value::from(path.answers[0])),
            ("text".to_owned(), Value::from(path.text)),
        ]);
        context.ask_json(record, &self.0, variables, attempts, |answer| read(&answer, path)).await
    }
}

fn read(answer: &Value, path: &Path<'_>) -> std::result::Result<Step, String> {
    let step = Step { superset: text(answer, "identifier")?, relation: text(answer, "relation")? };
    if path.identifiers.iter().any(|identifier| same_words(&step.superset, identifier)) {
        return Err("`identifier` is one that the question had already".to_owned());
    }
    for (name, part) in [("identifier", &step.superset), ("relation", &step.relation)] {
        if path.answers.iter().any(|answer| names(part, answer)) {
            return Err(format!("`{name}` gives the answer away"));
        }
    }
    if path.identifiers.iter().any(|identifier| names(&step.superset, identifier)) {
        return Err("`identifier` names what it is to stand for".to_owned());
    }
    Ok(step)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Step, read};
    use crate::depth_qa_generator::rounds::Path;

    fn made(answer: Value) -> Result<Step, String> {
        let path = Path {
            question: "How deep is Lake Tahoe?",
            answers: &["501 m", "501"],
            text: "",
            identifiers: vec!["Lake Tahoe".to_owned()],
            questions: Vec::new(),
        };
        read(&answer, &path)
    }

    #[test]
    fn a_step_leads_away_from_the_answer() {
        let step =
            made(json!({"identifier": "lakes of the Sierra Nevada", "relation": "the largest\n of them"}))
                .unwrap();
        assert_eq!(step.relation, "the largest of them");
        for (answer, fault) in [
            (json!({"identifier": "lake tahoe!", "relation": "x"}), "had already"),
            (json!({"identifier": "Lake Tahoe's basin", "relation": "x"}), "names what"),
            (json!({"identifier": "lakes of 501 m", "relation": "x"}), "`identifier` gives"),
            (json!({"identifier": "lakes", "relation": "the one with 501 m"}), "`relation` gives"),
            (json!({"identifier": " ", "relation": "x"}), "`identifier` is not there"),
            (json!({"identifier": "lakes"}), "`relation` is not there"),
            (json!({"identifier": ["lakes"], "relation": "x"}), "`identifier` is not there"),
            (json!([{"identifier": "lakes", "relation": "x"}]), "is not there"),
            (json!(null), "is not there"),
        ] {
            let found = made(answer).unwrap_err();
            assert!(found.contains(fault), "{found}");
        }
    }
}
