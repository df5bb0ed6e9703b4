//! SimulatedRetrieval: what a retriever might have found for questions about a passage (RAG data, second step).

mod config;
mod nearest;
mod operator;
mod similar;

pub use config::{Distractors, SimulatedRetrievalConfig};
pub use operator::SimulatedRetrieval;
