//! ChainAnswer: the answer that a chain of searches comes to (ReaRAG, inference).

mod config;
mod operator;

pub use config::ChainAnswerConfig;
pub use operator::ChainAnswer;
