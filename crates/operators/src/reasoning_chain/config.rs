//! Options of ReasoningChain.

use std::path::PathBuf;

use ragstill_retrieve::RetrieverKind;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::chain::{ChainOptions, Style};

/// Options of ReasoningChain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasoningChainConfig {
    /// Files and folders that are searched, indexed in memory; default none. Either this or `index` must be given.
    #[serde(deserialize_with = "one_or_many")]
    pub corpus: Vec<PathBuf>,
    /// The folder of an index that `ragstill index` made, in place of `corpus`.
    pub index: Option<PathBuf>,
    /// How the passages of an index are found: `bm25`, or `dense` or `hybrid` where it has vectors; default `bm25`.
    pub retriever: RetrieverKind,
    /// How many passages a search finds at most; at least 1, default 3.
    pub top_k: usize,
    /// The most steps of a chain, the last included; at least 1, default 25.
    pub iter_num_max: u32,
    /// How often a reply that cannot be used is asked again, in the whole chain; default 20.
    pub max_tries: u32,
    /// How often a chain may search for the same thing; at least 1, default 2.
    pub max_same_query: u32,
    /// The most characters of an observation; at least 100, default 4000. Longer ones are cut.
    pub max_observation: usize,
    /// How many chains are made for a question at most, each when the one before was not valid; at least 1, default 1.
    pub max_chains: u32,
    /// Chains whose answer has a lower F1 are dropped, 0 to 1; default 0. Those with an F1 of 0 always are.
    pub min_f1: f64,
    /// Whether chains that search for the same thing twice are dropped; default false.
    pub no_repeated_query: bool,
    /// Whether chains are dropped in which no observation holds an accepted answer, `yes` and `no` apart; default false.
    pub evidence: bool,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the accepted answers; default `answer`. The names that other data sets have for them are known, too.
    pub input_answer_key: String,
    /// The field that gets the accepted answers as a list; default `gold_answers`.
    pub output_gold_key: String,
    /// The field that gets the chain, a list of turns in ReaRAG's shape; default `conversation`.
    pub output_conversation_key: String,
    /// The field that gets the chain's answer, or null; default `prediction`.
    pub output_prediction_key: String,
    /// The field that gets whether the chain is valid; default `valid`.
    pub output_valid_key: String,
    /// The field that says why or why not; default `valid_message`.
    pub output_message_key: String,
    /// The field that gets the F1 of the chain's answer, 0 to 1; default `f1`.
    pub output_f1_key: String,
    /// The field that gets the numbers of steps, searches, retries and reflections; default `counts`.
    pub output_counts_key: String,
}

impl Default for ReasoningChainConfig {
    fn default() -> Self {
        let ChainOptions { top_k, iter_num_max, max_tries, max_same_query, max_observation, .. } =
            ChainOptions::default();
        Self {
            corpus: Vec::new(),
            index: None,
            retriever: RetrieverKind::default(),
            top_k,
            iter_num_max,
            max_tries,
            max_same_query,
            max_observation,
            max_chains: 1,
            min_f1: 0.0,
            no_repeated_query: false,
            evidence: false,
            input_question_key: "question".to_owned(),
            input_answer_key: "answer".to_owned(),
            output_gold_key: "gold_answers".to_owned(),
            output_conversation_key: "conversation".to_owned(),
            output_prediction_key: "prediction".to_owned(),
            output_valid_key: "valid".to_owned(),
            output_message_key: "valid_message".to_owned(),
            output_f1_key: "f1".to_owned(),
            output_counts_key: "counts".to_owned(),
        }
    }
}

impl ReasoningChainConfig {
    /// How its chains are made.
    pub(super) fn chain_options(&self) -> ChainOptions {
        ChainOptions {
            top_k: self.top_k,
            iter_num_max: self.iter_num_max,
            max_tries: self.max_tries,
            max_same_query: self.max_same_query,
            max_observation: self.max_observation,
            needs_thought: true,
            style: Style::Chat,
            window: None,
        }
    }
}

/// Paths: one, or a list of them.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    use serde::de::Error as _;
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(Vec::new()),
        Value::String(path) => Ok(vec![path.into()]),
        list => {
            serde_json::from_value(list).map_err(|_| D::Error::custom("expected a path or a list of paths"))
        }
    }
}
