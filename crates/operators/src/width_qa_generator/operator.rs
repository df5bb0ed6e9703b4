//! Three calls a pair, one after the other: each throws away what the next would cost.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::{Map, Value, json};

use super::answers::joined;
use super::config::WidthQaGeneratorConfig;
use super::parts::{Part, parts};
use super::preview;
use super::stages::{Merge, Merged, Origin, Verify};
use crate::answer_check::{AnswerCheck, CheckOptions, Verdict};

/// Makes one question of the tasks of a pair, which asks for all their answers.
///
/// Its stages are merge, origin check and closed book; a pair that one of them drops is a reject. Records that are no pairs go
/// on with null in the fields that it writes.
#[derive(Debug)]
pub struct WidthQaGenerator {
    config: WidthQaGeneratorConfig,
    merge: Merge,
    origin: Origin,
    verify: Verify,
}

impl Define for WidthQaGenerator {
    type Config = WidthQaGeneratorConfig;

    const NAME: &'static str = "WidthQAGenerator";
    const ABOUT: &'static str = "makes one question of the tasks of a pair, which asks for both answers";

    fn build(config: WidthQaGeneratorConfig, prompts: &Prompts) -> Result<Self> {
        for (name, value) in
            [("max_attempts", config.max_attempts), ("closed_book_samples", config.closed_book_samples)]
        {
            if value == 0 {
                return Err(Error::mistake(format!("option `{name}` must be at least 1")));
            }
        }
        Ok(Self {
            merge: Merge::load(prompts)?,
            origin: Origin::load(prompts)?,
            verify: Verify::load(prompts, config.closed_book_temperature)?,
            config,
        })
    }

    fn previews(previews: &mut Previews) {
        preview::add(previews);
        AnswerCheck::previews(previews);
    }
}

#[async_trait]
impl Operator for WidthQaGenerator {
    fn fields(&self) -> Fields {
        Fields {
            reads: vec![self.config.input_pair_key.clone()],
            writes: self.config.outputs().map(Clone::clone).to_vec(),
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let parts = match parts(record, config) {
            Ok(Some(parts)) => parts,
            Ok(None) => {
                let nulls = config.outputs().map(|field| (field.clone(), Value::Null));
                return Ok(Outcome::Keep(Map::from_iter(nulls)));
            }
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let attempts = config.max_attempts;
        let reject = |stage: &str, reason: String| Ok(Outcome::Reject(format!("{stage}: {reason}")));
        let merged = match self.merge.ask(record, context, &parts, attempts).await? {
            Ok(merged) => merged,
            Err(reason) => return reject("merge", reason),
        };
        let question = merged.question.as_str();
        match self.origin.ask(record, context, question, &parts, attempts).await? {
            Ok(1) => {}
            Ok(state) => {
                return Ok(Outcome::Filter(format!(
                    "origin check: state {state}, the question does not ask for what it was made of"
                )));
            }
            Err(reason) => return reject("origin check", reason),
        }
        let asked: Vec<&Part> = merged.order.iter().map(|&place| &parts[place]).collect();
        let accepted = joined(question, &asked);
        let options = CheckOptions { samples: config.closed_book_samples, attempts };
        let known: Vec<&str> = accepted.iter().map(String::as_str).collect();
        let verdict = match self.verify.ask(record, context, (question, parts.len()), &known, options).await?
        {
            Ok(verdict) => verdict,
            Err(reason) => return reject("closed book", reason),
        };
        Ok(match verdict.is_known() {
            Some(reason) => Outcome::Filter(reason),
            None => Outcome::Keep(self.made(&merged, &asked, &accepted, &verdict)),
        })
    }
}

impl WidthQaGenerator {
    /// The fields of a question that was kept.
    fn made(
        &self,
        merged: &Merged,
        asked: &[&Part],
        accepted: &[String],
        verdict: &Verdict,
    ) -> Map<String, Value> {
        let answers: Vec<&str> = asked.iter().map(|part| part.answer()).collect();
        let questions: Vec<&str> = asked.iter().map(|part| part.question.as_str()).collect();
        let values = [
            json!(merged.question),
            json!(merged.identifier),
            json!(merged.order),
            json!(answers),
            json!(questions),
            json!(1),
            json!(accepted),
            json!(verdict.answer),
            json!(verdict.score),
        ];
        self.config.outputs().into_iter().cloned().zip(values).collect()
    }
}
