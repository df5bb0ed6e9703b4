//! An answer without a document, an answer from the document, and the judge who scores both.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Error, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Answer, Finish, Prompt, Prompts, parse};
use serde_json::{Map, Value, json};

use super::compare::{declines, is_same};
use super::preview;
use super::verdict::Verdict;

const CLOSED_BOOK: &str = "answer_check/closed_book";
const GOLDEN: &str = "answer_check/golden_document";
const JUDGE: &str = "answer_check/judge";

/// How answers are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CheckOptions {
    /// How often a question is answered without its document; the best answer counts. At least 1.
    pub samples: u32,
    /// How often a prompt is asked, the first time included, before an answer that cannot be used ends it; at least 1.
    pub attempts: u32,
}

/// Asks for answers and has them judged.
#[derive(Debug)]
pub(crate) struct AnswerCheck {
    closed_book: Arc<Prompt>,
    golden: Arc<Prompt>,
    judge: Arc<Prompt>,
}

impl AnswerCheck {
    /// The check with these prompts.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self {
            closed_book: prompts.load(CLOSED_BOOK, include_str!("prompts/closed_book.md"))?,
            golden: prompts.load(GOLDEN, include_str!("prompts/golden_document.md"))?,
            judge: prompts.load(JUDGE, include_str!("prompts/judge.md"))?,
        })
    }

    /// The check whose answers without a document are drawn at this temperature, if one is given.
    ///
    /// # Errors
    /// When it is out of range.
    pub(crate) fn with_closed_book_temperature(self, temperature: Option<f64>) -> Result<Self> {
        let Some(temperature) = temperature else { return Ok(self) };
        let prompt = self
            .closed_book
            .with_temperature(temperature)
            .map_err(|fault| Error::mistake(format!("option `closed_book_temperature`: {fault}")))?;
        Ok(Self { closed_book: Arc::new(prompt), ..self })
    }

    /// Adds the built-in teacher's answers to its prompts.
    pub(crate) fn previews(previews: &mut Previews) {
        previews.insert(CLOSED_BOOK, preview::closed_book);
        previews.insert(GOLDEN, preview::golden_document);
        previews.insert(JUDGE, preview::judge);
    }

    /// The best of `samples` answers to a question without any document. They are asked for one after the other, and the
    /// first that scores at least 1 is the last. The inner error is why there is no verdict.
    ///
    /// # Errors
    /// The teacher's.
    pub(crate) async fn closed_book(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        accepted: &[&str],
        options: CheckOptions,
    ) -> ragstill_teacher::Result<std::result::Result<Verdict, String>> {
        let mut best: Option<Verdict> = None;
        for round in 0..options.samples {
            let variables = Map::from_iter([("question".to_owned(), Value::from(question))]);
            let rounds = (round, options.attempts);
            let answer =
                match context.ask_round(record, &self.closed_book, variables, rounds, read_answer).await? {
                    Ok(answer) => answer,
                    Err(fault) => return Ok(Err(fault)),
                };
            if best.as_ref().is_some_and(|best| best.answer == answer) {
                continue;
            }
            let verdict =
                match self.score(record, context, question, accepted, answer, options.attempts).await? {
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

    /// The answer to a question from its document alone. The inner error is why there is no verdict.
    ///
    /// # Errors
    /// The teacher's.
    pub(crate) async fn golden(
        &self,
        record: &Record,
        context: &Context,
        text: &str,
        question: &str,
        accepted: &[&str],
        options: CheckOptions,
    ) -> ragstill_teacher::Result<std::result::Result<Verdict, String>> {
        let variables = Map::from_iter([
            ("text".to_owned(), Value::from(text)),
            ("question".to_owned(), Value::from(question)),
        ]);
        match context.ask_until(record, &self.golden, variables, options.attempts, read_answer).await? {
            Ok(answer) => self.score(record, context, question, accepted, answer, options.attempts).await,
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// Scores an answer: by itself where there is nothing to judge, else by the judge. The inner error is why there is no
    /// score.
    ///
    /// # Errors
    /// The teacher's.
    pub(crate) async fn score(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        accepted: &[&str],
        answer: String,
        attempts: u32,
    ) -> ragstill_teacher::Result<std::result::Result<Verdict, String>> {
        if declines(&answer) {
            return Ok(Ok(Verdict { answer, score: 0, analysis: "It gives no answer.".to_owned() }));
        }
        if accepted.iter().any(|accepted| is_same(accepted, &answer)) {
            return Ok(Ok(Verdict { answer, score: 2, analysis: "It is the accepted answer.".to_owned() }));
        }
        let variables = Map::from_iter([
            ("question".to_owned(), Value::from(question)),
            ("accepted".to_owned(), json!(accepted)),
            ("answer".to_owned(), Value::from(answer.as_str())),
        ]);
        let judged = context.ask_json(record, &self.judge, variables, attempts, read_score).await?;
        Ok(match judged {
            Ok((score, analysis)) => Ok(Verdict { answer, score, analysis }),
            Err(fault) => Err(format!("the judge gave no score: {fault}")),
        })
    }
}

/// The answer in a reply that has an end. An empty one is an answer: that nothing is known.
fn read_answer(answer: &Answer) -> std::result::Result<String, String> {
    match answer.finish {
        Finish::Length => Err("the answer has no end".to_owned()),
        _ => match parse::separate(&answer.text) {
            separated if separated.closed => Ok(separated.text),
            _ => Err("the reasoning before the answer has no end".to_owned()),
        },
    }
}

/// The judge's score, a number from the scale and nothing else, and the analysis.
fn read_score(reply: Value) -> std::result::Result<(u8, String), String> {
    let score = reply.get("answer_score").and_then(Value::as_f64);
    let score = [0_u8, 1, 2].into_iter().find(|known| score == Some(f64::from(*known)));
    let score = score.ok_or("`answer_score` is not 0, 1 or 2")?;
    let analysis = reply.get("answer_analysis").and_then(Value::as_str).unwrap_or_default();
    Ok((score, analysis.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read_score;

    #[test]
    fn a_score_is_a_number_of_the_scale() {
        let score = |score: serde_json::Value| {
            read_score(json!({"answer_analysis": " So. ", "answer_score": score})).map(|(score, _)| score)
        };
        assert_eq!([score(json!(0)), score(json!(1)), score(json!(2.0))], [Ok(0), Ok(1), Ok(2)]);
        for other in [json!("2"), json!(3), json!(-1), json!(1.5), json!(null), json!(true), json!([2])] {
            assert!(score(other).is_err());
        }
        assert!(read_score(json!({"answer_analysis": "x"})).is_err());
    }
}
