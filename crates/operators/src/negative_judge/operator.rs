//! One call a negative, best first, until enough are kept.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value, json};

use super::config::NegativeJudgeConfig;
use super::preview;

const PROMPT: &str = "negative_judge/answers";

/// Keeps the negatives that do not answer the question.
///
/// They are asked about one after the other and only until enough are kept, so that candidates to spare cost nothing
/// where they are not needed. A negative that no usable answer was given about is dropped: it may be a false one.
#[derive(Debug)]
pub struct NegativeJudge {
    config: NegativeJudgeConfig,
    prompt: Arc<Prompt>,
}

impl Define for NegativeJudge {
    type Config = NegativeJudgeConfig;

    const NAME: &'static str = "NegativeJudge";
    const ABOUT: &'static str = "drops the mined negatives that answer the question after all";

    fn build(config: NegativeJudgeConfig, prompts: &Prompts) -> Result<Self> {
        for (name, value) in [("keep", config.keep), ("max_attempts", config.max_attempts as usize)] {
            if value == 0 {
                return Err(Error::mistake(format!("option `{name}` must be at least 1")));
            }
        }
        let prompt = prompts.load(PROMPT, include_str!("prompts/answers.md"))?;
        Ok(Self { config, prompt })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(PROMPT, preview::answers);
    }
}

#[async_trait]
impl Operator for NegativeJudge {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let mut reads = vec![
            config.input_text_key.clone(),
            config.input_question_key.clone(),
            config.input_negatives_key.clone(),
        ];
        reads.extend(config.input_scenario_key.clone());
        let mut writes = vec![config.output_negatives_key.clone()];
        writes.extend(config.explain.then(|| config.output_explain_key.clone()));
        Fields { reads, writes, reads_corpus: Vec::new() }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let parts = (|| {
            Ok::<_, String>((
                record.text(&config.input_text_key)?,
                record.text(&config.input_question_key)?,
                config.input_scenario_key.as_ref().map_or(Ok(""), |field| record.text(field))?,
                record.texts(&config.input_negatives_key)?,
            ))
        })();
        let (positive, question, scenario, negatives) = match parts {
            Ok(parts) => parts,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let (mut kept, mut judgments) = (Vec::new(), Vec::new());
        for negative in negatives {
            if kept.len() == config.keep {
                break;
            }
            let variables = Map::from_iter(
                [
                    ("scenario", scenario),
                    ("question", question),
                    ("positive", positive),
                    ("passage", negative),
                ]
                .map(|(name, text)| (name.to_owned(), Value::from(text))),
            );
            let judged = context.ask_json(record, &self.prompt, variables, config.max_attempts, read).await?;
            judgments.push(match &judged {
                Ok(Judgment { answers, reason }) => json!({"answers": answers, "reason": reason}),
                Err(fault) => json!({"answers": null, "reason": fault}),
            });
            match judged {
                Ok(Judgment { answers: false, .. }) => kept.push(negative),
                Ok(_) => context.note("negatives were dropped because they answer the question"),
                Err(_) => context.note("negatives were dropped because no judgment of them could be used"),
            }
        }
        if kept.len() < config.keep {
            context.note("records kept fewer hard negatives than asked for: there were no more to judge");
        }
        let mut fields = Map::from_iter([(config.output_negatives_key.clone(), json!(kept))]);
        if config.explain {
            fields.insert(config.output_explain_key.clone(), Value::Array(judgments));
        }
        Ok(Outcome::Keep(fields))
    }
}

/// What the teacher said of one negative.
struct Judgment {
    answers: bool,
    reason: String,
}

/// Takes the judgment out of an answer that fits the prompt's schema.
fn read(answer: Value) -> std::result::Result<Judgment, String> {
    let answers = answer.get("answers").and_then(Value::as_bool).ok_or("`answers` is not there")?;
    let reason = answer.get("reason").and_then(Value::as_str).unwrap_or_default();
    Ok(Judgment { answers, reason: reason.trim().to_owned() })
}
