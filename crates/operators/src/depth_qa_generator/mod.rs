//! DepthQAGenerator: questions that reach their answer over one more thing that has to be found, round by round.

mod config;
mod operator;
mod preview;
mod rounds;
mod stages;

pub use config::DepthQaGeneratorConfig;
pub use operator::DepthQaGenerator;
