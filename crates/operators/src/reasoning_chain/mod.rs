//! ReasoningChain: chains of searches as training data (ReaRAG, data construction and cleaning).

mod clean;
mod config;
mod gold;
mod operator;

pub use clean::conversation_fault;
pub use config::ReasoningChainConfig;
pub use operator::ReasoningChain;

pub(crate) use config::one_or_many;
pub(crate) use gold::accepted_answers;
