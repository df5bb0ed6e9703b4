//! The operators: one folder each, prompts beside the code.

mod answer_check;
mod answer_evaluator;
mod atomic_task_generator;
mod bm25_hard_neg;
mod chain;
mod chain_answer;
mod chunk_filter;
mod depth_qa_generator;
mod distinct_questions;
mod doc2query;
mod group_items;
mod negative_judge;
mod pairs;
mod preview_facts;
mod qa_f1_sample_evaluator;
mod question;
mod rag_qa;
mod rag_verify;
mod reason_distill;
mod reasoning_chain;
mod retrieved;
mod simulated_retrieval;
mod source;
mod source_words;
mod task_pairs;
mod width_qa_generator;
mod words;

pub use answer_evaluator::{AnswerEvaluator, AnswerEvaluatorConfig};
pub use atomic_task_generator::{AtomicTaskGenerator, AtomicTaskGeneratorConfig};
pub use bm25_hard_neg::{
    Ask, Bm25HardNeg, Bm25HardNegConfig, Duplicates, Mined, Miner, MinerOptions, Negative, Passed, Reason,
    Strategy,
};
pub use chain::{Chain, ChainOptions, ChainRunner, ChainStep, Corpus, End, Style, Told, Window, open_corpus};
pub use chain_answer::{ChainAnswer, ChainAnswerConfig};
pub use chunk_filter::{ChunkFilter, ChunkFilterConfig};
pub use depth_qa_generator::{DepthQaGenerator, DepthQaGeneratorConfig};
pub use distinct_questions::{DistinctQuestions, DistinctQuestionsConfig};
pub use doc2query::{Doc2Query, Doc2QueryConfig};
pub use group_items::{GroupItems, GroupItemsConfig};
pub use negative_judge::{NegativeJudge, NegativeJudgeConfig};
pub use qa_f1_sample_evaluator::{QaF1SampleEvaluator, QaF1SampleEvaluatorConfig};
pub use rag_qa::{RagQa, RagQaConfig};
pub use rag_verify::{RagVerify, RagVerifyConfig, Verify};
pub use reason_distill::{ReasonDistill, ReasonDistillConfig};
pub use reasoning_chain::{ReasoningChain, ReasoningChainConfig, conversation_fault};
pub use simulated_retrieval::{Distractors, SimulatedRetrieval, SimulatedRetrievalConfig};
pub use task_pairs::{Documents, TaskPairs, TaskPairsConfig};
pub use width_qa_generator::{WidthQaGenerator, WidthQaGeneratorConfig};

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
    registry.add::<AtomicTaskGenerator>();
    registry.add_gather::<DistinctQuestions>();
    registry.add_gather::<TaskPairs>();
    registry.add::<DepthQaGenerator>();
    registry.add::<WidthQaGenerator>();
    registry.add::<ReasoningChain>();
    registry.add::<ChainAnswer>();
    registry.add::<AnswerEvaluator>();
    registry
}
