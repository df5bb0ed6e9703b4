//! Four calls a round, one after the other: each throws away what the next would cost.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::Value;

use super::config::{DepthQaGeneratorConfig, MOST_ROUNDS};
use super::preview;
use super::rounds::{Path, Stop, fields};
use super::stages::{Backward, Identifier, Question, Step, Superset};
use crate::answer_check::{AnswerCheck, CheckOptions};
use crate::question::accepted_answers;

/// Makes questions deeper: in each round what the question is about is replaced by something that it belongs to, and by what
/// singles it out there, so that one more thing has to be found before the answer.
///
/// A round has four stages: backward, superset check, question, closed book. The first that fails ends the rounds.
#[derive(Debug)]
pub struct DepthQaGenerator {
    config: DepthQaGeneratorConfig,
    identifier: Identifier,
    backward: Backward,
    superset: Superset,
    question: Question,
    check: AnswerCheck,
}

impl Define for DepthQaGenerator {
    type Config = DepthQaGeneratorConfig;

    const NAME: &'static str = "DepthQAGenerator";
    const ABOUT: &'static str = "makes questions deeper, so that more has to be found before the answer";

    fn build(config: DepthQaGeneratorConfig, prompts: &Prompts) -> Result<Self> {
        if config.n_rounds > MOST_ROUNDS {
            return Err(Error::mistake(format!("option `n_rounds` must be at most {MOST_ROUNDS}")));
        }
        for (name, value) in
            [("max_attempts", config.max_attempts), ("closed_book_samples", config.closed_book_samples)]
        {
            if value == 0 {
                return Err(Error::mistake(format!("option `{name}` must be at least 1")));
            }
        }
        Ok(Self {
            identifier: Identifier::load(prompts)?,
            backward: Backward::load(prompts)?,
            superset: Superset::load(prompts)?,
            question: Question::load(prompts)?,
            check: AnswerCheck::load(prompts)?
                .with_closed_book_temperature(config.closed_book_temperature)?,
            config,
        })
    }

    fn previews(previews: &mut Previews) {
        preview::add(previews);
        AnswerCheck::previews(previews);
    }
}

#[async_trait]
impl Operator for DepthQaGenerator {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let mut reads = Vec::new();
        if config.n_rounds > 0 {
            reads.extend([config.input_key.clone(), config.input_answer_key.clone()]);
            reads.extend(config.input_optional_key.clone());
        }
        let rounds = (1..=config.n_rounds).flat_map(|round| config.fields_of_round(round));
        let mut writes: Vec<String> = rounds.collect();
        writes
            .extend([&config.output_key, &config.output_hops_key, &config.output_stop_key].map(Clone::clone));
        Fields { reads, writes, reads_corpus: Vec::new() }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        if config.n_rounds == 0 {
            return Ok(Outcome::Keep(fields(config, &[], None)));
        }
        let answers =
            match accepted_answers(record, &config.input_answer_key, config.input_optional_key.as_deref()) {
                Ok(answers) => answers,
                Err(reason) => return Ok(Outcome::Reject(reason)),
            };
        let question = match record.text(&config.input_key) {
            Ok(question) if question.trim().is_empty() => {
                return Ok(Outcome::Reject(format!("the field `{}` is empty", config.input_key)));
            }
            Ok(question) => question,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        let part = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default().trim();
        let mut path = Path {
            question,
            answers: &answers,
            text: part(&config.input_text_key),
            identifiers: Vec::new(),
            questions: Vec::new(),
        };
        let mut taken = Vec::new();
        let stop = match self.begin(record, context, &mut path, part(&config.input_identifier_key)).await? {
            Err(stop) => Some(stop),
            Ok(()) => {
                let mut stop = None;
                for round in 1..=config.n_rounds {
                    match self.round(record, context, &path, round).await? {
                        Ok((step, question)) => {
                            path.identifiers.push(step.superset.clone());
                            path.questions.push(question.clone());
                            taken.push((step, question));
                        }
                        Err(found) => {
                            stop = Some(found);
                            break;
                        }
                    }
                }
                stop
            }
        };
        Ok(match stop {
            Some(stop) if !config.keep_partial && stop.is_filter => Outcome::Filter(stop.sentence()),
            Some(stop) if !config.keep_partial => Outcome::Reject(stop.sentence()),
            stop => {
                if let Some(stop) = &stop {
                    context.note(&stop.note(config.n_rounds));
                }
                Outcome::Keep(fields(config, &taken, stop.as_ref()))
            }
        })
    }
}

impl DepthQaGenerator {
    /// Finds out what the question is about.
    async fn begin(
        &self,
        record: &Record,
        context: &Context,
        path: &mut Path<'_>,
        given: &str,
    ) -> ragstill_teacher::Result<std::result::Result<(), Stop>> {
        let identifier = if given.is_empty() {
            self.identifier.ask(record, context, path.question, self.config.max_attempts).await?
        } else {
            Ok(given.to_owned())
        };
        Ok(match identifier {
            Ok(identifier) => {
                path.identifiers.push(identifier);
                Ok(())
            }
            Err(reason) => Err(Stop { round: 0, stage: "identifier", reason, is_filter: false }),
        })
    }

    /// One round: a step and the question that takes it.
    async fn round(
        &self,
        record: &Record,
        context: &Context,
        path: &Path<'_>,
        round: u32,
    ) -> ragstill_teacher::Result<std::result::Result<(Step, String), Stop>> {
        let attempts = self.config.max_attempts;
        let stop = |stage: &'static str, reason: String, is_filter: bool| {
            Ok(Err(Stop { round, stage, reason, is_filter }))
        };
        let step = match self.backward.ask(record, context, path, attempts).await? {
            Ok(step) => step,
            Err(reason) => return stop("backward", reason, false),
        };
        let known = (path.identifier(), path.text);
        match self.superset.ask(record, context, known, &step, attempts).await? {
            Ok(judged) if judged.is_valid => {}
            Ok(judged) => {
                // Back quotes would end the quotation.
                let analysis = judged.analysis.replace('`', "'");
                return stop("superset check", format!("the step is not valid: `{analysis}`"), true);
            }
            Err(reason) => return stop("superset check", reason, false),
        }
        let question = match self.question.ask(record, context, path, &step, attempts).await? {
            Ok(question) => question,
            Err(reason) => return stop("question", reason, false),
        };
        let options = CheckOptions { samples: self.config.closed_book_samples, attempts };
        match self.check.closed_book(record, context, &question, path.answers, options).await? {
            Ok(verdict) => match verdict.is_known() {
                Some(reason) => stop("closed book", reason, true),
                None => Ok(Ok((step, question))),
            },
            Err(reason) => stop("closed book", reason, false),
        }
    }
}
