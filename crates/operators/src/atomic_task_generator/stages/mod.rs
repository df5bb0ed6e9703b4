//! The stages, one file each: what is asked for and what of the answer can be used.

mod clean;
mod closed_book;
mod conclusions;
mod golden_document;
mod identifier;
mod optional_answers;
mod question;

pub(super) use clean::Clean;
pub(super) use conclusions::{Conclusion, Conclusions};
pub(super) use identifier::Identifier;
pub(super) use optional_answers::OptionalAnswers;
pub(super) use question::Question;
pub(super) use {closed_book::closed_book, golden_document::golden_document};

/// The names of the prompts.
pub(super) mod prompts {
    pub(crate) use super::clean::PROMPT as CLEAN;
    pub(crate) use super::conclusions::PROMPT as CONCLUSIONS;
    pub(crate) use super::identifier::PROMPT as IDENTIFIER;
    pub(crate) use super::optional_answers::PROMPT as OPTIONAL_ANSWERS;
    pub(crate) use super::question::PROMPT as QUESTION;
}

/// What a stage makes of usable answers: its result, or why there is none.
pub(super) type Stage<T> = ragstill_teacher::Result<Result<T, String>>;

/// Puts the stage's name before why it has no result.
fn named<T>(stage: &str, result: Result<T, String>) -> Result<T, String> {
    result.map_err(|fault| format!("{stage}: {fault}"))
}
