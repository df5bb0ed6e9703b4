//! Answers compared: by their words, and on request by a judge.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_score::{Scorer, answer_text};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value, json};

use super::config::AnswerEvaluatorConfig;
use super::preview;
use crate::reasoning_chain::accepted_answers;

const JUDGE: &str = "answer_evaluator/judge";

/// Adds exact match and F1 of an answer against the accepted ones, and what a judge finds of it.
#[derive(Debug)]
pub struct AnswerEvaluator {
    config: AnswerEvaluatorConfig,
    judge: Option<Arc<Prompt>>,
}

impl Define for AnswerEvaluator {
    type Config = AnswerEvaluatorConfig;

    const NAME: &'static str = "AnswerEvaluator";
    const ABOUT: &'static str = "scores answers by exact match, F1 and, if asked to, a judge";

    fn build(config: AnswerEvaluatorConfig, prompts: &Prompts) -> Result<Self> {
        if config.max_attempts == 0 {
            return Err(Error::mistake("option `max_attempts` must be at least 1"));
        }
        let judge =
            config.judge.then(|| prompts.load(JUDGE, include_str!("prompts/judge.md"))).transpose()?;
        Ok(Self { config, judge })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(JUDGE, preview::judge);
    }
}

#[async_trait]
impl Operator for AnswerEvaluator {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let mut writes =
            vec![config.output_gold_key.clone(), config.output_em_key.clone(), config.output_f1_key.clone()];
        if config.judge {
            writes.extend([config.output_judge_key.clone(), config.output_reason_key.clone()]);
        }
        Fields {
            reads: vec![config.input_question_key.clone(), config.input_prediction_key.clone()],
            writes,
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let read = || {
            let question = record.text(&config.input_question_key)?;
            let field = &config.input_prediction_key;
            let prediction = record.get(field).ok_or_else(|| format!("field `{field}` is missing"))?;
            let prediction = answer_text(prediction).map_err(|fault| format!("field `{field}` {fault}"))?;
            Ok::<_, String>((question, prediction, accepted_answers(record, &config.input_answer_key)?))
        };
        let (question, prediction, gold) = match read() {
            Ok(read) => read,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let score = Scorer::new(config.normalization).score(&prediction, &gold);
        let mut fields = Map::from_iter([
            (config.output_gold_key.clone(), json!(gold)),
            (config.output_em_key.clone(), json!(u8::from(score.exact_match))),
            (config.output_f1_key.clone(), json!(score.f1)),
        ]);
        if let Some(prompt) = &self.judge {
            let judged = match (prediction.trim().is_empty(), score.exact_match) {
                (true, _) => Ok((false, "There is no answer.".to_owned())),
                (_, true) => Ok((true, "It is an accepted answer.".to_owned())),
                _ => {
                    let variables = Map::from_iter([
                        ("question".to_owned(), Value::from(question)),
                        ("accepted".to_owned(), json!(gold)),
                        ("prediction".to_owned(), Value::from(&*prediction)),
                    ]);
                    context.ask_json(record, prompt, variables, config.max_attempts, read_verdict).await?
                }
            };
            let (correct, reason) = match judged {
                Ok(verdict) => verdict,
                Err(fault) => {
                    return Ok(Outcome::RejectWith(fields, format!("the judge gave no verdict: {fault}")));
                }
            };
            fields.insert(config.output_judge_key.clone(), json!(u8::from(correct)));
            fields.insert(config.output_reason_key.clone(), json!(reason));
        }
        Ok(Outcome::Keep(fields))
    }
}

fn read_verdict(reply: Value) -> std::result::Result<(bool, String), String> {
    let correct = reply.get("correct").and_then(Value::as_bool).ok_or("`correct` is not true or false")?;
    let reason = reply.get("reason").and_then(Value::as_str).unwrap_or_default();
    Ok((correct, reason.trim().to_owned()))
}
