//! Options of SimulatedRetrieval.

use ragstill_embed::EmbedOptions;
use ragstill_retrieve::RetrieverKind;
use serde::{Deserialize, Serialize};

/// Where the passages come from that are not the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distractors {
    /// Any passages of the corpus.
    #[default]
    Random,
    /// Those that BM25 finds for the source's text: they share its words and its subject.
    Bm25,
    /// Those whose vectors are nearest to the source's: they mean something like it, in whatever words.
    Dense,
    /// Those that BM25 and vectors find, as one ranking.
    Hybrid,
    /// Some at random, the others as `retriever` finds them.
    Mixed,
}

/// Options of SimulatedRetrieval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SimulatedRetrievalConfig {
    /// The share of passages whose retrieval fails: the source is not among what is found. 0 to 1; default 0.4.
    pub rag_failure_percentage: f64,
    /// The most passages that are found, at least 1; default 3.
    pub rag_max_chunks: usize,
    /// Where the others come from: `random`, `bm25`, `dense`, `hybrid` or `mixed`; default `random`.
    pub distractors: Distractors,
    /// The share of them that is random when they are mixed, 0 to 1; default 0.5.
    pub random_share: f64,
    /// What finds those of `mixed` that are not random: `bm25`, `dense` or `hybrid`; default `bm25`.
    pub retriever: RetrieverKind,
    /// Passages that score more than this share of what the source itself scores are passed over, above 0; default none. By
    /// vectors those are likely to say what it says in other words; 0.95 is usual.
    pub max_score_share: Option<f64>,
    /// The model that makes vectors, where any are needed: its folder, or the address of a server with `/v1/embeddings`;
    /// default none.
    pub dense: Option<String>,
    /// How that model is used: see [`EmbedOptions`]; nothing by default.
    pub dense_options: EmbedOptions,
    /// Whether near duplicates of the source, which may hold what it holds, are never taken for others; exact ones never
    /// are. Default true.
    pub near_duplicate_guard: bool,
    /// The field with the passage; default `text`.
    pub input_text_key: String,
    /// The field with the name of its document, if there is one; default `source`.
    pub input_source_key: String,
    /// The field that gets what was found: a list of `{source, text, is_source}`; default `retrieved`.
    pub output_retrieved_key: String,
    /// The field that gets `success` or `failure`; default `retrieval`.
    pub output_retrieval_key: String,
}

impl Default for SimulatedRetrievalConfig {
    fn default() -> Self {
        Self {
            rag_failure_percentage: 0.4,
            rag_max_chunks: 3,
            distractors: Distractors::default(),
            random_share: 0.5,
            retriever: RetrieverKind::default(),
            max_score_share: None,
            dense: None,
            dense_options: EmbedOptions::default(),
            near_duplicate_guard: true,
            input_text_key: "text".to_owned(),
            input_source_key: "source".to_owned(),
            output_retrieved_key: "retrieved".to_owned(),
            output_retrieval_key: "retrieval".to_owned(),
        }
    }
}
