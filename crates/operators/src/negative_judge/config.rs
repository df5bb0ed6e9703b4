//! Options of NegativeJudge.

use serde::{Deserialize, Serialize};

/// Options of NegativeJudge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NegativeJudgeConfig {
    /// How many negatives a record keeps, at least 1; the others are not asked about; default 3.
    pub keep: usize,
    /// How often is asked about a negative, the first time included, before it is dropped because no answer could be used;
    /// at least 1, default 3.
    pub max_attempts: u32,
    /// Whether the judgments are written too; default false.
    pub explain: bool,
    /// The field with the text that is known to answer the question; default `text`.
    pub input_text_key: String,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the question's scenario; default none.
    pub input_scenario_key: Option<String>,
    /// The field with the list of negatives to judge, best first; default `candidate_negatives`.
    pub input_negatives_key: String,
    /// The field that gets the list of those that were kept; default `hard_negatives`.
    pub output_negatives_key: String,
    /// The field that gets the judgments, with `explain`; default `hard_negatives_judged`.
    pub output_explain_key: String,
}

impl Default for NegativeJudgeConfig {
    fn default() -> Self {
        Self {
            keep: 3,
            max_attempts: 3,
            explain: false,
            input_text_key: "text".to_owned(),
            input_question_key: "question".to_owned(),
            input_scenario_key: None,
            input_negatives_key: "candidate_negatives".to_owned(),
            output_negatives_key: "hard_negatives".to_owned(),
            output_explain_key: "hard_negatives_judged".to_owned(),
        }
    }
}
