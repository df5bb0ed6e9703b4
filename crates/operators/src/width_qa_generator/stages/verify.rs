//! Third: the question is answered without documents. What is known already teaches no retrieval.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Error, Result};
use ragstill_teacher::{Finish, Prompt, Prompts, parse};
use serde_json::{Map, Value};

use super::{Stage, only, places};
use crate::answer_check::{AnswerCheck, CheckOptions, Verdict};

pub(crate) const PROMPT: &str = "width_qa_generator/verify";

/// Asks for an answer without documents, and has it judged.
#[derive(Debug)]
pub(crate) struct Verify {
    prompt: Arc<Prompt>,
    check: AnswerCheck,
}

impl Verify {
    pub(crate) fn load(prompts: &Prompts, temperature: Option<f64>) -> Result<Self> {
        let mut prompt = prompts.load(PROMPT, include_str!("../prompts/verify.md"))?;
        if let Some(temperature) = temperature {
            let warmer = prompt.with_temperature(temperature);
            prompt = Arc::new(
                warmer
                    .map_err(|fault| Error::mistake(format!("option `closed_book_temperature`: {fault}")))?,
            );
        }
        Ok(Self { prompt, check: AnswerCheck::load(prompts)? })
    }

    /// The best of the answers, and what the judge makes of it. The first that is known is the last that is asked for.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        (question, count): (&str, usize),
        accepted: &[&str],
        options: CheckOptions,
    ) -> Stage<Verdict> {
        let mut best: Option<Verdict> = None;
        for round in 0..options.samples {
            let variables = Map::from_iter([
                ("question".to_owned(), Value::from(question)),
                ("index".to_owned(), (0..count).collect()),
            ]);
            let schema = self.prompt.schema().map(|schema| schema.compiled());
            let rounds = (round, options.attempts);
            let answered = context
                .ask_round(record, &self.prompt, variables, rounds, |answer| {
                    if answer.finish == Finish::Length {
                        return Err("the answer has no end".to_owned());
                    }
                    let reply = parse::json(&answer.text, schema).map_err(|error| error.to_string())?;
                    read(&reply, count)
                })
                .await?;
            let answer = match answered {
                Ok(answer) => answer,
                Err(fault) => return Ok(Err(fault)),
            };
            if best.as_ref().is_some_and(|best| best.answer == answer) {
                continue;
            }
            let judged =
                self.check.score(record, context, question, accepted, answer, options.attempts).await?;
            let verdict = match judged {
                Ok(verdict) => verdict,
                Err(fault) => return Ok(Err(fault)),
            };
            let is_known = verdict.score >= 1;
            if best.as_ref().is_none_or(|best| verdict.score > best.score) {
                best = Some(verdict);
            }
            if is_known {
                break;
            }
        }
        Ok(best.ok_or_else(|| "no sample was asked for".to_owned()))
    }
}

/// The answer, which may be a number. A blank one is an answer: that nothing is known.
fn read(reply: &Value, count: usize) -> std::result::Result<String, String> {
    let item = only(reply)?;
    places(item, count)?;
    match item.get("llm_answer") {
        Some(Value::String(answer)) => Ok(answer.trim().to_owned()),
        Some(Value::Number(answer)) => Ok(answer.to_string()),
        Some(Value::Array(answers))
            if answers.iter().all(|answer| answer.is_string() || answer.is_number()) =>
        {
            let texts = answers
                .iter()
                .map(|answer| answer.as_str().map_or_else(|| answer.to_string(), str::to_owned));
            Ok(texts.collect::<Vec<_>>().join("; "))
        }
        _ => Err("`llm_answer` is no answer".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    #[test]
    fn answers_may_be_blank_numbers_or_lists() {
        let answer = |answer: Value| {
            read(&json!([{"index": [0, 1], "complex_question": "Q?", "llm_answer": answer}]), 2)
        };
        assert_eq!(answer(json!(" 1890; Bouch ")).as_deref(), Ok("1890; Bouch"));
        assert_eq!(answer(json!("")).as_deref(), Ok(""));
        assert_eq!(answer(json!(7)).as_deref(), Ok("7"));
        assert_eq!(answer(json!(["1890", 7])).as_deref(), Ok("1890; 7"));
        for other in [json!(null), json!(true), json!({"a": 1}), json!([["x"]])] {
            assert!(answer(other.clone()).is_err(), "{other}");
        }
        assert!(read(&json!([{"index": [1], "llm_answer": "x"}]), 2).unwrap_err().contains("`index`"));
    }
}
