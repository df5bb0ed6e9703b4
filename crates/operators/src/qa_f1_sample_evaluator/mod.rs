//! QAF1SampleEvaluator: how well one answer of a record meets another (agentic RAG).

mod config;
mod operator;

pub use config::QaF1SampleEvaluatorConfig;
pub use operator::QaF1SampleEvaluator;
