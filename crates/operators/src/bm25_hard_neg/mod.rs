//! BM25HardNeg: hard negatives by BM25 over the whole corpus (RARE, second operator), and the miner alone.

mod config;
mod miner;
mod operator;

pub use config::Bm25HardNegConfig;
pub use miner::{Miner, MinerOptions};
pub use operator::Bm25HardNeg;
