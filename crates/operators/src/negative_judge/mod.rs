//! NegativeJudge: a teacher reads each mined negative, and those that answer the question after all are dropped.

mod config;
mod operator;
mod preview;

pub use config::NegativeJudgeConfig;
pub use operator::NegativeJudge;
