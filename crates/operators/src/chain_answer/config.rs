//! Options of ChainAnswer.

use std::path::PathBuf;

use ragstill_engine::{Error, Result};
use ragstill_ingest::TokenCounter;
use ragstill_retrieve::RetrieverKind;
use serde::{Deserialize, Serialize};

use crate::chain::{ChainOptions, Style, Window};
use crate::reasoning_chain::one_or_many;

/// Options of ChainAnswer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainAnswerConfig {
    /// Files and folders that are searched, indexed in memory; default none. Either this or `index` must be given.
    #[serde(deserialize_with = "one_or_many")]
    pub corpus: Vec<PathBuf>,
    /// The folder of an index that `ragstill index` made, in place of `corpus`.
    pub index: Option<PathBuf>,
    /// How the passages of an index are found: `bm25`, or `dense` or `hybrid` where it has vectors; default `bm25`.
    pub retriever: RetrieverKind,
    /// How many passages a search finds at most; at least 1, default 3.
    pub top_k: usize,
    /// The most steps of a chain, the last included; at least 1, default 15.
    pub iter_num_max: u32,
    /// How often a reply that cannot be used is asked again, in the whole chain; default 20.
    pub max_tries: u32,
    /// How often a chain may search for the same thing; at least 1, default 2.
    pub max_same_query: u32,
    /// The most characters of an observation; at least 100, default 4000. Longer ones are cut.
    pub max_observation: usize,
    /// `chat` for any chat model, or `rearag` for ReaRAG-9B and models that were trained like it; default `chat`.
    pub style: Style,
    /// The most tokens of a request; longer ones lose their middle. At least 64, default 7166: a window of 8192, less 2, less
    /// 1024 for the answer.
    pub model_max_length: usize,
    /// The tokenizer.json of the model, to count its tokens; default none: they are estimated.
    pub tokenizer: Option<PathBuf>,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field that gets the answer, empty when there is none; default `prediction`.
    pub output_prediction_key: String,
    /// The field that gets the chain, a list of turns in ReaRAG's shape; default `conversation`.
    pub output_conversation_key: String,
    /// The field that says why there is no answer, or is null; default `trouble`.
    pub output_trouble_key: String,
    /// The field that gets the numbers of steps, searches, retries and reflections; default `counts`.
    pub output_counts_key: String,
}

impl Default for ChainAnswerConfig {
    fn default() -> Self {
        let ChainOptions { top_k, max_tries, max_same_query, max_observation, style, .. } =
            ChainOptions::default();
        Self {
            corpus: Vec::new(),
            index: None,
            retriever: RetrieverKind::default(),
            top_k,
            iter_num_max: 15,
            max_tries,
            max_same_query,
            max_observation,
            style,
            model_max_length: 8192 - 2 - 1024,
            tokenizer: None,
            input_question_key: "question".to_owned(),
            output_prediction_key: "prediction".to_owned(),
            output_conversation_key: "conversation".to_owned(),
            output_trouble_key: "trouble".to_owned(),
            output_counts_key: "counts".to_owned(),
        }
    }
}

impl ChainAnswerConfig {
    /// How its chains are made.
    ///
    /// # Errors
    /// When the tokenizer cannot be used.
    pub fn chain_options(&self) -> Result<ChainOptions> {
        let counter = match &self.tokenizer {
            Some(path) => TokenCounter::load(path).map_err(|error| {
                let faults = error.faults().iter().map(|fault| {
                    let fault = fault.to_string();
                    format!(
                        "option `tokenizer`: {}",
                        fault.strip_prefix("chunk.tokenizer: ").unwrap_or(&fault)
                    )
                });
                Error::mistakes(faults.collect())
            })?,
            None => TokenCounter::estimate(),
        };
        Ok(ChainOptions {
            top_k: self.top_k,
            iter_num_max: self.iter_num_max,
            max_tries: self.max_tries,
            max_same_query: self.max_same_query,
            max_observation: self.max_observation,
            // What a model answers counts here, not how it writes.
            needs_thought: false,
            style: self.style,
            window: Some(Window { tokens: self.model_max_length, counter }),
        })
    }
}
