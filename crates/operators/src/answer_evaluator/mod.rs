//! AnswerEvaluator: exact match, F1 and, by a judge, correctness of answers (as ReaRAG is evaluated).

mod config;
mod operator;
mod preview;

pub use config::AnswerEvaluatorConfig;
pub use operator::AnswerEvaluator;
