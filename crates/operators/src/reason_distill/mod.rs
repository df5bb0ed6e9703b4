//! ReasonDistill: the teacher's reasoning over the positive and the negatives in one shuffled list (RARE, third
//! operator).

mod config;
mod operator;
mod preview;

pub use config::ReasonDistillConfig;
pub use operator::ReasonDistill;
