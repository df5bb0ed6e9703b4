//! Options of AnswerEvaluator.

use ragstill_score::Normalization;
use serde::{Deserialize, Serialize};

/// Options of AnswerEvaluator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerEvaluatorConfig {
    /// Whether the judge says of each answer whether it is correct; default false.
    pub judge: bool,
    /// How often the judge is asked, the first time included, before a reply that cannot be used makes the record a reject; at
    /// least 1, default 3.
    pub max_attempts: u32,
    /// What is made of answers before they are compared: `squad` for words, `chinese` for characters; default `squad`.
    pub normalization: Normalization,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the answer to evaluate; default `prediction`.
    pub input_prediction_key: String,
    /// The field with the accepted answers; default `answer`. The names that other data sets have for them are known, too.
    pub input_answer_key: String,
    /// The field that gets the accepted answers as a list; default `gold_answers`.
    pub output_gold_key: String,
    /// The field that gets 1 for an exact match, else 0; default `EM`.
    pub output_em_key: String,
    /// The field that gets the token F1, 0 to 1; default `F1Score`.
    pub output_f1_key: String,
    /// The field that gets 1 when the judge finds the answer correct, else 0; default `ACC_L`. Only with `judge`.
    pub output_judge_key: String,
    /// The field that gets what the judge says; default `judge_reason`. Only with `judge`.
    pub output_reason_key: String,
}

impl Default for AnswerEvaluatorConfig {
    fn default() -> Self {
        Self {
            judge: false,
            max_attempts: 3,
            normalization: Normalization::default(),
            input_question_key: "question".to_owned(),
            input_prediction_key: "prediction".to_owned(),
            input_answer_key: "answer".to_owned(),
            output_gold_key: "gold_answers".to_owned(),
            output_em_key: "EM".to_owned(),
            output_f1_key: "F1Score".to_owned(),
            output_judge_key: "ACC_L".to_owned(),
            output_reason_key: "judge_reason".to_owned(),
        }
    }
}
