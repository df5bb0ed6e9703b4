//! One call a record: the document in, a question and its scenario out.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::config::Doc2QueryConfig;
use super::preview;
use crate::source_words::names_its_source;

const PROMPT: &str = "doc2query/question";

/// Writes one standalone question with its scenario for each document.
///
/// An answer that is not the JSON asked for, has a blank part or names its source is asked again, `max_attempts` times
/// in all; then the record is a reject.
#[derive(Debug)]
pub struct Doc2Query {
    config: Doc2QueryConfig,
    prompt: Arc<Prompt>,
}

impl Define for Doc2Query {
    type Config = Doc2QueryConfig;

    const NAME: &'static str = "Doc2Query";
    const ABOUT: &'static str = "writes one reasoning-intensive question with its scenario for each document";

    fn build(config: Doc2QueryConfig, prompts: &Prompts) -> Result<Self> {
        if config.max_attempts == 0 {
            return Err(Error::mistake("option `max_attempts` must be at least 1"));
        }
        let prompt = prompts.load(PROMPT, include_str!("prompts/question.md"))?;
        Ok(Self { config, prompt })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(PROMPT, preview::question);
    }
}

#[async_trait]
impl Operator for Doc2Query {
    fn fields(&self) -> Fields {
        Fields {
            reads: vec![self.config.input_key.clone()],
            writes: vec![self.config.output_question_key.clone(), self.config.output_scenario_key.clone()],
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let text = match record.text(&self.config.input_key) {
            Ok(text) => text,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let variables = Map::from_iter([("text".to_owned(), Value::from(text))]);
        let answer =
            context.ask_json(record, &self.prompt, variables, self.config.max_attempts, read).await?;
        Ok(match answer {
            Err(reason) => Outcome::Reject(reason),
            Ok((question, scenario)) => Outcome::Keep(Map::from_iter([
                (self.config.output_question_key.clone(), Value::from(question)),
                (self.config.output_scenario_key.clone(), Value::from(scenario)),
            ])),
        })
    }
}

/// Takes question and scenario out of an answer that fits the prompt's schema.
fn read(answer: Value) -> std::result::Result<(String, String), String> {
    let part = |name: &str| {
        answer
            .pointer(&format!("/hard_query/{name}"))
            .and_then(Value::as_str)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .ok_or_else(|| format!("`hard_query.{name}` is not there or blank"))
    };
    let (question, scenario) = (part("question")?, part("scenario")?);
    match names_its_source(&question) {
        Some(phrase) => Err(format!("the question names its source (\"{phrase}\")")),
        None => Ok((question, scenario)),
    }
}
