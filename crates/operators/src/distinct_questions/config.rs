//! Options of DistinctQuestions.

use ragstill_ingest::{DEDUP_JACCARD, Dedup};
use ragstill_retrieve::analysis::Language;
use serde::{Deserialize, Serialize};

/// Options of DistinctQuestions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistinctQuestionsConfig {
    /// Which repetitions are rejected: `off` none, `exact` questions of the same words in the same order, `near` also those
    /// that differ in words that say nothing, and, with `input_answer_key`, those that say nearly the same; default `near`.
    pub duplicates: Dedup,
    /// From which Jaccard index of their key words on two questions with the same answer are the same, 0.5 to 1; default
    /// 0.8. It has no effect without `input_answer_key`.
    pub threshold: f64,
    /// The language of the questions, by its code or English name; default `en`.
    pub language: Language,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with its answer; default none.
    pub input_answer_key: Option<String>,
}

impl Default for DistinctQuestionsConfig {
    fn default() -> Self {
        Self {
            duplicates: Dedup::Near,
            threshold: DEDUP_JACCARD,
            language: Language::English,
            input_question_key: "question".to_owned(),
            input_answer_key: None,
        }
    }
}
