//! DistinctQuestions: of questions that ask the same, the first is kept.

mod config;
mod operator;
mod seen;

pub use config::DistinctQuestionsConfig;
pub use operator::DistinctQuestions;
