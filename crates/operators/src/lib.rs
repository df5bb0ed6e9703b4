//! The operators: one folder each, prompts beside the code.

mod bm25_hard_neg;
mod doc2query;
mod negative_judge;
mod reason_distill;

pub use bm25_hard_neg::{
    Ask, Bm25HardNeg, Bm25HardNegConfig, Duplicates, Mined, Miner, MinerOptions, Negative, Passed, Reason,
    Strategy,
};
pub use doc2query::{Doc2Query, Doc2QueryConfig};
pub use negative_judge::{NegativeJudge, NegativeJudgeConfig};
pub use reason_distill::{ReasonDistill, ReasonDistillConfig};

use ragstill_engine::Registry;

/// Every operator there is.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add::<Doc2Query>();
    registry.add::<Bm25HardNeg>();
    registry.add::<NegativeJudge>();
    registry.add::<ReasonDistill>();
    registry
}
