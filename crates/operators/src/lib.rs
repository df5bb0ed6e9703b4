//! The operators: one folder each, prompts beside the code.

mod bm25_hard_neg;
mod chunk_filter;
mod doc2query;
mod group_items;
mod negative_judge;
mod pairs;
mod qa_f1_sample_evaluator;
mod rag_qa;
mod rag_verify;
mod reason_distill;
mod retrieved;
mod simulated_retrieval;
mod source;

pub use bm25_hard_neg::{
    Ask, Bm25HardNeg, Bm25HardNegConfig, Duplicates, Mined, Miner, MinerOptions, Negative, Passed, Reason,
    Strategy,
};
pub use chunk_filter::{ChunkFilter, ChunkFilterConfig};
pub use doc2query::{Doc2Query, Doc2QueryConfig};
pub use group_items::{GroupItems, GroupItemsConfig};
pub use negative_judge::{NegativeJudge, NegativeJudgeConfig};
pub use qa_f1_sample_evaluator::{QaF1SampleEvaluator, QaF1SampleEvaluatorConfig};
pub use rag_qa::{RagQa, RagQaConfig};
pub use rag_verify::{RagVerify, RagVerifyConfig, Verify};
pub use reason_distill::{ReasonDistill, ReasonDistillConfig};
pub use simulated_retrieval::{Distractors, SimulatedRetrieval, SimulatedRetrievalConfig};

use ragstill_engine::Registry;

/// Every operator there is.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add::<Doc2Query>();
    registry.add::<Bm25HardNeg>();
    registry.add::<NegativeJudge>();
    registry.add::<ReasonDistill>();
    registry.add::<ChunkFilter>();
    registry.add::<SimulatedRetrieval>();
    registry.add::<RagQa>();
    registry.add::<RagVerify>();
    registry.add::<QaF1SampleEvaluator>();
    registry.add_gather::<GroupItems>();
    registry
}
