//! WidthQAGenerator: two tasks in one question that asks for both answers.

mod answers;
mod config;
mod operator;
mod parts;
mod preview;
mod stages;

pub use config::WidthQaGeneratorConfig;
pub use operator::WidthQaGenerator;
