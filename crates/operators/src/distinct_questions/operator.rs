//! No teacher: one pass over the questions.

use ragstill_core::{Record, Reject};
use ragstill_engine::{Context, Define, Error, Fields, Gather, Gathered, Give, Result};
use ragstill_ingest::{Dedup, content_hash};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;

use super::config::DistinctQuestionsConfig;
use super::seen::{Compared, Repeated, Seen};
use crate::question::{Asked, answer_text};

/// Rejects questions that ask what an earlier one asks.
///
/// The first in the order of the input is kept. What is rejected repeats none but a kept one, so a chain of small changes does
/// not carry a question away. It holds hashes of the questions, not their texts.
#[derive(Debug)]
pub struct DistinctQuestions {
    config: DistinctQuestionsConfig,
}

impl Define for DistinctQuestions {
    type Config = DistinctQuestionsConfig;

    const NAME: &'static str = "DistinctQuestions";
    const ABOUT: &'static str = "rejects questions that ask what an earlier one asks";

    fn build(config: DistinctQuestionsConfig, _: &Prompts) -> Result<Self> {
        if !(0.5..=1.0).contains(&config.threshold) {
            return Err(Error::mistake("option `threshold` must be from 0.5 to 1"));
        }
        Ok(Self { config })
    }

    fn previews(_: &mut Previews) {}
}

impl Gather for DistinctQuestions {
    fn fields(&self) -> Fields {
        let mut reads = vec![self.config.input_question_key.clone()];
        reads.extend(self.config.input_answer_key.clone());
        Fields { reads, ..Fields::default() }
    }

    fn gather(
        &self,
        records: &mut dyn Iterator<Item = Result<Record>>,
        context: &Context,
        give: &mut Give<'_>,
    ) -> Result<()> {
        let mut seen = Seen::new(self.config.threshold);
        for record in records {
            let record = record?;
            let reason = if self.config.duplicates == Dedup::Off {
                None
            } else {
                match self.compared(&record) {
                    Ok(question) => seen.push(question, &record.id).map(|repeated| reason(&repeated)),
                    Err(reason) => Some(reason),
                }
            };
            give(match reason {
                None => Gathered::Record(record),
                Some(reason) => {
                    Gathered::Reject(Reject { record, operator: context.step().to_owned(), reason })
                }
            })?;
        }
        Ok(())
    }
}

impl DistinctQuestions {
    fn compared(&self, record: &Record) -> std::result::Result<Compared, String> {
        let config = &self.config;
        let question = record.text(&config.input_question_key)?;
        if question.trim().is_empty() {
            return Err(format!("the field `{}` is empty", config.input_question_key));
        }
        if config.duplicates == Dedup::Exact {
            return Ok(Compared::exactly(content_hash(question)));
        }
        let asked = Asked::of(question, config.language);
        let answer = config.input_answer_key.as_ref().and_then(|key| answer_text(record.get(key)?).ok());
        Ok(Compared::nearly(&asked, answer.map(|answer| content_hash(&answer))))
    }
}

/// Why a question is rejected. The record stands in a quotation, so that a summary counts all of them together.
fn reason(repeated: &Repeated<'_>) -> String {
    let Repeated { record, similarity } = repeated;
    match similarity {
        None => format!("duplicate_question: it asks what another one asks (`record {record}`)"),
        Some(similarity) => format!(
            "duplicate_question: it asks nearly what another one with the same answer asks (`record {record}, similarity {similarity:.2}`)"
        ),
    }
}
