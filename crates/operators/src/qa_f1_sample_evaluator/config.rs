//! Options of QAF1SampleEvaluator.

use ragstill_score::Normalization;
use serde::{Deserialize, Serialize};

/// Options of QAF1SampleEvaluator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QaF1SampleEvaluatorConfig {
    /// What is made of both answers before they are compared; default `squad`.
    pub normalization: Normalization,
    /// The least F1 of a record that is kept, 0 to 1; default 0, which keeps all.
    pub min_score: f64,
    /// The field with the answer that is scored: a string, a number, a boolean, or null for none; default `refined_answer`.
    pub input_prediction_key: String,
    /// The field with the answer that counts as right, or a list of them; default `golden_doc_answer`.
    pub input_ground_truth_key: String,
    /// The field that gets the F1, 0 to 1; default `F1Score`.
    pub output_key: String,
}

impl Default for QaF1SampleEvaluatorConfig {
    fn default() -> Self {
        Self {
            normalization: Normalization::Squad,
            min_score: 0.0,
            input_prediction_key: "refined_answer".to_owned(),
            input_ground_truth_key: "golden_doc_answer".to_owned(),
            output_key: "F1Score".to_owned(),
        }
    }
}
