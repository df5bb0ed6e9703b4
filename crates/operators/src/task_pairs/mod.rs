//! TaskPairs: tasks that are close to each other, two by two, for questions that ask for both answers.

mod choose;
mod config;
mod operator;
mod task;

pub use config::{Documents, TaskPairsConfig};
pub use operator::TaskPairs;
