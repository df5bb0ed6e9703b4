//! One call a record: scenario, question and the shuffled documents in, reasoning out.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Answer, Finish, Prompt, Prompts, parse};
use rand::seq::SliceRandom;
use serde_json::{Map, Value, json};

use super::config::ReasonDistillConfig;
use super::preview;

const PROMPT: &str = "reason_distill/reasoning";

/// Asks the teacher to reason from one shuffled list of the positive and the negatives to an answer.
///
/// The shuffle is seeded by the run's seed and the record's id, never by timing. The order and the positive's place are
/// written beside the reasoning, which names documents by their numbers in that list.
#[derive(Debug)]
pub struct ReasonDistill {
    config: ReasonDistillConfig,
    prompt: Arc<Prompt>,
}

impl Define for ReasonDistill {
    type Config = ReasonDistillConfig;

    const NAME: &'static str = "ReasonDistill";
    const ABOUT: &'static str = "writes the reasoning from the shuffled documents to an answer";

    fn build(config: ReasonDistillConfig, prompts: &Prompts) -> Result<Self> {
        if config.max_attempts == 0 {
            return Err(Error::mistake("option `max_attempts` must be at least 1"));
        }
        let prompt = prompts.load(PROMPT, include_str!("prompts/reasoning.md"))?;
        Ok(Self { config, prompt })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(PROMPT, preview::reasoning);
    }
}

#[async_trait]
impl Operator for ReasonDistill {
    fn fields(&self) -> Fields {
        let config = &self.config;
        Fields {
            reads: vec![
                config.input_text_key.clone(),
                config.input_question_key.clone(),
                config.input_scenario_key.clone(),
                config.input_hardneg_key.clone(),
            ],
            writes: vec![
                config.output_key.clone(),
                config.output_order_key.clone(),
                config.output_position_key.clone(),
            ],
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let parts = (|| {
            Ok::<_, String>((
                record.text(&config.input_text_key)?,
                record.text(&config.input_question_key)?,
                record.text(&config.input_scenario_key)?,
                record.texts(&config.input_hardneg_key)?,
            ))
        })();
        let (positive, question, scenario, negatives) = match parts {
            Ok(parts) => parts,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let mut order: Vec<usize> = (0..=negatives.len()).collect();
        order.shuffle(&mut context.rng(&record.id));
        let documents: Vec<&str> = order
            .iter()
            .map(|&number| match number {
                0 => positive,
                n => negatives[n - 1],
            })
            .collect();
        let position = order.iter().position(|&number| number == 0).map_or(0, |at| at + 1);
        let variables = Map::from_iter([
            ("scenario".to_owned(), Value::from(scenario)),
            ("question".to_owned(), Value::from(question)),
            ("documents".to_owned(), json!(documents)),
        ]);
        let answer = context.ask_until(record, &self.prompt, variables, config.max_attempts, read).await?;
        Ok(match answer {
            Err(reason) => Outcome::Reject(reason),
            Ok(reasoning) => Outcome::Keep(Map::from_iter([
                (config.output_key.clone(), Value::from(reasoning)),
                (config.output_order_key.clone(), json!(order)),
                (config.output_position_key.clone(), Value::from(position)),
            ])),
        })
    }
}

/// The reasoning in an answer: all of its text, when it is whole.
fn read(answer: &Answer) -> std::result::Result<String, String> {
    let text = parse::prose(&answer.text);
    if text.is_empty() {
        return Err("the answer has no text".to_owned());
    }
    if answer.finish == Finish::Length {
        return Err("the reasoning has no end".to_owned());
    }
    Ok(text)
}
