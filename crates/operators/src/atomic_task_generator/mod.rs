//! AtomicTaskGenerator: a document to question tasks whose answers can be checked (agentic RAG, first operator).
//!
//! Its stages, in order, each in a file of `stages` with its prompt: identifier and conclusions, asked at once; then for each
//! conclusion by itself question, clean, closed book, golden document and optional answers.

mod config;
mod operator;
mod preview;
mod span;
mod stages;
mod task;

pub use config::AtomicTaskGeneratorConfig;
pub use operator::AtomicTaskGenerator;
