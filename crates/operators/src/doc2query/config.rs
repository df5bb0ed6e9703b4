//! Options of Doc2Query.

use serde::{Deserialize, Serialize};

/// Options of Doc2Query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Doc2QueryConfig {
    /// How often a record is asked, the first time included, before an answer that cannot be used makes it a reject; at
    /// least 1, default 3.
    pub max_attempts: u32,
    /// The field with the document's text; default `text`.
    pub input_key: String,
    /// The field that gets the question; default `question`.
    pub output_question_key: String,
    /// The field that gets the scenario; default `scenario`.
    pub output_scenario_key: String,
}

impl Default for Doc2QueryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            input_key: "text".to_owned(),
            output_question_key: "question".to_owned(),
            output_scenario_key: "scenario".to_owned(),
        }
    }
}
