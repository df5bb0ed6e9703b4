//! Options of ReasonDistill.

use serde::{Deserialize, Serialize};

/// Options of ReasonDistill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonDistillConfig {
    /// How often a record is asked, the first time included, before a blank or cut-off answer makes it a reject; at least
    /// 1, default 3.
    pub max_attempts: u32,
    /// The field with the positive document; default `text`.
    pub input_text_key: String,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the scenario; default `scenario`.
    pub input_scenario_key: String,
    /// The field with the list of hard negatives; default `hard_negatives`.
    pub input_hardneg_key: String,
    /// The field that gets the reasoning; default `reasoning`.
    pub output_key: String,
    /// The field that gets the order in which the documents were shown, as a list of numbers: 0 is the positive, n the
    /// n-th hard negative; default `document_order`.
    pub output_order_key: String,
    /// The field that gets the positive's place in that list, from 1; default `positive_position`.
    pub output_position_key: String,
}

impl Default for ReasonDistillConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            input_text_key: "text".to_owned(),
            input_question_key: "question".to_owned(),
            input_scenario_key: "scenario".to_owned(),
            input_hardneg_key: "hard_negatives".to_owned(),
            output_key: "reasoning".to_owned(),
            output_order_key: "document_order".to_owned(),
            output_position_key: "positive_position".to_owned(),
        }
    }
}
