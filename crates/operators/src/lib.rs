//! The operators: one folder each, prompts beside the code.

mod bm25_hard_neg;
mod doc2query;
mod reason_distill;

pub use bm25_hard_neg::{Bm25HardNeg, Bm25HardNegConfig, Miner, MinerOptions};
pub use doc2query::{Doc2Query, Doc2QueryConfig};
pub use reason_distill::{ReasonDistill, ReasonDistillConfig};

use ragstill_engine::Registry;

/// Every operator there is.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add::<Doc2Query>();
    registry.add::<Bm25HardNeg>();
    registry.add::<ReasonDistill>();
    registry
}
