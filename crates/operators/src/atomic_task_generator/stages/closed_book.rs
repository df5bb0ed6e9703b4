//! Stage 5: the question is answered without its document. What is known already teaches no retrieval.

use ragstill_core::Record;
use ragstill_engine::Context;

use super::{Stage, named};
use crate::answer_check::{AnswerCheck, CheckOptions, Verdict};

/// The best of the answers, and what the judge makes of it.
pub(crate) async fn closed_book(
    check: &AnswerCheck,
    record: &Record,
    context: &Context,
    question: &str,
    refined_answer: &str,
    options: CheckOptions,
) -> Stage<Verdict> {
    let checked = check.closed_book(record, context, question, &[refined_answer], options).await?;
    Ok(named("closed book", checked))
}
