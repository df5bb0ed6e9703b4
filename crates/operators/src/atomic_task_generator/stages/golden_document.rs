//! Stage 6: the question is answered from its document alone. It must lead to the answer.

use ragstill_core::Record;
use ragstill_engine::Context;

use super::{Stage, named};
use crate::answer_check::{AnswerCheck, CheckOptions, Verdict};

/// The answer, and what the judge makes of it.
pub(crate) async fn golden_document(
    check: &AnswerCheck,
    record: &Record,
    context: &Context,
    (text, question): (&str, &str),
    refined_answer: &str,
    options: CheckOptions,
) -> Stage<Verdict> {
    let checked = check.golden(record, context, text, question, &[refined_answer], options).await?;
    Ok(named("golden document", checked))
}
