//! Doc2Query: a document to one reasoning-intensive question with its scenario (RARE, first operator).

mod config;
mod operator;
mod preview;

pub use config::Doc2QueryConfig;
pub use operator::Doc2Query;
