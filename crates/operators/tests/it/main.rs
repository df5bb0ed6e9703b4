//! The operators with a scripted teacher, and the prompts as they are sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod script;
mod simulated_retrieval;

mod answer_evaluator;
mod atomic_task_generator;
mod bm25_hard_neg;
mod chain_answer;
mod chunk_filter;
mod depth_qa_generator;
mod distinct_questions;
mod doc2query;
mod gathering;
mod group_items;
mod negative_judge;
mod qa_f1_sample_evaluator;
mod rag_qa;
mod rag_verify;
mod reason_distill;
mod reasoning_chain;
mod task_pairs;
mod width_qa_generator;
