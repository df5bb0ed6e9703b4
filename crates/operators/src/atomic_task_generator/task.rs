//! One conclusion's way to a task.

use ragstill_core::Record;
use ragstill_engine::{Branch, Context};
use ragstill_teacher::{Result, Scope};
use serde_json::{Map, Value, json};

use super::operator::AtomicTaskGenerator;
use super::span::span_of;
use super::stages::{Conclusion, closed_book, golden_document};
use crate::answer_check::CheckOptions;

/// What all tasks of a document share.
pub(super) struct Subject<'a> {
    /// The document.
    pub document: &'a Record,
    /// Its text.
    pub text: &'a str,
    /// What it is about.
    pub identifier: &'a str,
}

/// Ends a task at a stage that gave no result.
macro_rules! stage {
    ($fields:expr, $asked:expr) => {
        match $asked {
            Ok(Ok(result)) => result,
            Ok(Err(reason)) => return Ok(Branch::Reject { fields: $fields, reason }),
            // What concerns one request costs one task, not the whole document.
            Err(error) if error.scope() == Scope::Request => {
                return Ok(Branch::Reject { fields: $fields, reason: error.context });
            }
            Err(error) => return Err(error),
        }
    };
}

impl AtomicTaskGenerator {
    /// Takes the conclusion with this number, from 0, through the stages. Nothing is asked that an earlier stage makes
    /// needless.
    pub(super) async fn task(
        &self,
        subject: &Subject<'_>,
        number: usize,
        conclusion: &Conclusion,
        context: &Context,
    ) -> Result<Branch> {
        let Subject { document, text, identifier } = subject;
        let (config, attempts) = (&self.config, self.config.max_attempts);
        let options = CheckOptions { samples: config.closed_book_samples, attempts };
        // What is asked is asked for the record that the task will be.
        let record = &Record::new(document.id.child(number), Map::new());
        let mut fields = Map::new();
        let set = |fields: &mut Map<String, Value>, name: &String, value: Value| {
            fields.insert(name.clone(), value);
        };
        set(&mut fields, &config.output_identifier_key, Value::from(*identifier));
        set(&mut fields, &config.output_candidate_key, Value::from(conclusion.to_json()));

        let asked = self.question.ask(record, context, identifier, conclusion, attempts).await;
        let question = stage!(fields, asked);
        set(&mut fields, &config.output_question_key, Value::from(question.as_str()));
        set(&mut fields, &config.output_answer_key, Value::from(conclusion.conclusion.as_str()));

        let asked = self.clean.ask(record, context, &question, &conclusion.conclusion, attempts).await;
        let refined = stage!(fields, asked);
        set(&mut fields, &config.output_refined_answer_key, Value::from(refined.as_str()));

        let asked = closed_book(&self.check, record, context, &question, &refined, options).await;
        let closed = stage!(fields, asked);
        set(&mut fields, &config.output_llm_answer_key, Value::from(closed.answer.as_str()));
        set(&mut fields, &config.output_llm_score_key, Value::from(closed.score));
        if let Some(reason) = closed.is_known() {
            return Ok(Branch::Filter { fields, reason });
        }

        let asked = golden_document(&self.check, record, context, (text, &question), &refined, options).await;
        let golden = stage!(fields, asked);
        set(&mut fields, &config.output_golden_doc_answer_key, Value::from(golden.answer.as_str()));
        set(&mut fields, &config.output_golden_doc_score_key, Value::from(golden.score));
        if let Some(reason) = golden.is_unsupported() {
            return Ok(Branch::Filter { fields, reason });
        }

        let asked = self.optional_answers.ask(record, context, &question, &refined, attempts).await;
        let accepted = stage!(fields, asked);
        let about = format!("{question} {}", conclusion.relation);
        let spellings = accepted.iter().chain([&conclusion.conclusion, &golden.answer]);
        let span = span_of(text, spellings.map(String::as_str), &about);
        set(&mut fields, &config.output_optional_answer_key, json!(accepted));
        set(&mut fields, &config.output_kind_key, Value::from("atomic"));
        set(&mut fields, &config.output_hops_key, Value::from(1));
        set(&mut fields, &config.output_span_key, json!(span.map(|span| [span.start, span.end])));
        Ok(Branch::Keep(config.outputs().into_iter().filter_map(|name| fields.remove_entry(name)).collect()))
    }
}
