//! The operators with a scripted teacher, and the prompts as they are sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod script;
mod simulated_retrieval;

mod bm25_hard_neg;
mod chunk_filter;
mod doc2query;
mod group_items;
mod negative_judge;
mod qa_f1_sample_evaluator;
mod rag_qa;
mod rag_verify;
mod reason_distill;
