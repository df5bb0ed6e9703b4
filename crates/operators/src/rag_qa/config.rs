//! Options of RagQa.

use serde::{Deserialize, Serialize};

/// Options of RagQa.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RagQaConfig {
    /// How often a record is asked, the first time included, before a reply that cannot be used makes it a reject; at least
    /// 1, default 3.
    pub max_attempts: u32,
    /// The most questions about a passage, each with its answer; at least 1, default 3.
    pub max_pairs: usize,
    /// The field with the passage; default `text`.
    pub input_text_key: String,
    /// The field that names the passage's document; default `source`. A record without it goes by its id.
    pub input_source_key: String,
    /// The field with what was found; default `retrieved`.
    pub input_retrieved_key: String,
    /// The field with `success` or `failure`; default `retrieval`.
    pub input_retrieval_key: String,
    /// The field that gets the questions and answers: a list of `{question, answer}`; default `pairs`.
    pub output_pairs_key: String,
}

impl Default for RagQaConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            max_pairs: 3,
            input_text_key: "text".to_owned(),
            input_source_key: "source".to_owned(),
            input_retrieved_key: "retrieved".to_owned(),
            input_retrieval_key: "retrieval".to_owned(),
            output_pairs_key: "pairs".to_owned(),
        }
    }
}
