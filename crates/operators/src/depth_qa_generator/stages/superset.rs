//! Second of a round: whether the step is a step.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Stage, Step};

pub(crate) const PROMPT: &str = "depth_qa_generator/superset";

/// What the judge says of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Whether the superset holds the identifier, and the relation singles it out.
    pub is_valid: bool,
    /// Why, if it was said.
    pub analysis: String,
}

/// Asks whether a step is one.
#[derive(Debug)]
pub(crate) struct Superset(Arc<Prompt>);

impl Superset {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/superset.md"))?))
    }

    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        (identifier, text): (&str, &str),
        step: &Step,
        attempts: u32,
    ) -> Stage<Validity> {
        let variables = [
            ("identifier", identifier),
            ("superset", &step.superset),
            ("relation", &step.relation),
            ("text", text),
        ];
        let variables = Map::from_iter(variables.map(|(name, text)| (name.to_owned(), Value::from(text))));
        context.ask_json(record, &self.0, variables, attempts, |answer| read(&answer)).await
    }
}

/// One of two words and nothing else: whatever else a judge says is no judgment.
fn read(answer: &Value) -> std::result::Result<Validity, String> {
    let word = answer.get("new_query").and_then(Value::as_str).unwrap_or_default();
    let is_valid = match word.trim().to_lowercase().as_str() {
        "valid" => true,
        "invalid" => false,
        _ => return Err("`new_query` is neither `valid` nor `invalid`".to_owned()),
    };
    let analysis = answer.get("analysis").and_then(Value::as_str).unwrap_or_default();
    Ok(Validity { is_valid, analysis: analysis.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    #[test]
    fn a_judgment_is_one_of_two_words() {
        let valid =
            |word: Value| read(&json!({"new_query": word, "analysis": " So. "})).map(|found| found.is_valid);
        assert_eq!((valid(json!("valid")), valid(json!(" Invalid"))), (Ok(true), Ok(false)));
        for other in [json!("not valid"), json!(""), json!(true), json!(1), json!(null), json!(["valid"])] {
            assert!(valid(other.clone()).is_err(), "{other}");
        }
        assert!(read(&json!("valid")).is_err());
        assert_eq!(read(&json!({"new_query": "valid"})).unwrap().analysis, "");
    }
}
