//! Options of BM25HardNeg.

use serde::{Deserialize, Serialize};

/// Options of BM25HardNeg.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bm25HardNegConfig {
    /// How many negatives a record gets, at least 1; default 3.
    pub num_neg: usize,
    /// How many of the best hits are skipped before the first negative; default 0 (the ReasonIR paper uses 20).
    pub hard_neg_start_index: usize,
    /// Whether near duplicates of the positive, and of a negative already taken, are skipped; default true. Exact
    /// duplicates always are.
    pub near_duplicate_guard: bool,
    // Computed with in single precision, but kept in double: 0.9 must be written back as 0.9.
    /// BM25's term frequency saturation, 0 or more; default 0.9.
    pub k1: f64,
    /// BM25's length normalisation, 0 to 1; default 0.4.
    pub b: f64,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the text, of the record and of the whole corpus; default `text`.
    pub input_text_key: String,
    /// The field that gets the list of negatives, best first; default `hard_negatives`.
    pub output_negatives_key: String,
}

impl Default for Bm25HardNegConfig {
    fn default() -> Self {
        Self {
            num_neg: 3,
            hard_neg_start_index: 0,
            near_duplicate_guard: true,
            k1: 0.9,
            b: 0.4,
            input_question_key: "question".to_owned(),
            input_text_key: "text".to_owned(),
            output_negatives_key: "hard_negatives".to_owned(),
        }
    }
}
