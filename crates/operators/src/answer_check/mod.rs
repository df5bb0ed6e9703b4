//! Whether a question is answered without its document, and whether it is answered with it: an answer, and a judge who
//! compares it with the accepted ones. The generators of question tasks share it.

mod check;
mod compare;
mod preview;
mod verdict;

pub(crate) use check::{AnswerCheck, CheckOptions};
pub(crate) use verdict::Verdict;
