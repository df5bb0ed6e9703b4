//! Options of BM25HardNeg.

use ragstill_retrieve::Bm25Params;
use ragstill_retrieve::analysis::Language;
use serde::{Deserialize, Serialize};

use super::options::{Duplicates, MinerOptions, Strategy};

/// Options of BM25HardNeg.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bm25HardNegConfig {
    /// How many negatives a record gets, at least 1; default 3.
    pub num_neg: usize,
    /// How many of the best candidates are skipped before the first negative; default 0 (the ReasonIR paper uses 20).
    pub hard_neg_start_index: usize,
    /// Where negatives come from: `bm25`, `random` or `mixed`; default `bm25`.
    pub strategy: Strategy,
    /// The share of the negatives that is random when `strategy` is `mixed`, 0 to 1; default 0.5.
    pub random_share: f64,
    /// How many candidates are compared with the positive, at least 1; default 20.
    pub overlap_pool: usize,
    /// The share of those candidates that is passed over because they are the most similar to the positive, 0 to below
    /// 1; 0 turns the comparison off; default 0.6.
    pub overlap_share: f64,
    /// Only candidates that score more than this share of the positive's own score are passed over for their similarity;
    /// 0 or more; default 0.6.
    pub overlap_score_share: f64,
    /// Candidates that score more than this share of the positive's own score are passed over; above 0; default none.
    pub max_score_share: Option<f64>,
    /// Candidates that score more than the positive less this margin are passed over; 0 or more; default none.
    pub score_margin: Option<f64>,
    /// Whether near duplicates of the positive, and of a negative already taken, are skipped; default true. Exact
    /// duplicates always are.
    pub near_duplicate_guard: bool,
    // Computed with in single precision, but kept in double: 0.9 must be written back as 0.9.
    /// BM25's term frequency saturation, 0 or more; default 0.9.
    pub k1: f64,
    /// BM25's length normalisation, 0 to 1; default 0.4.
    pub b: f64,
    /// The language of the corpus and the questions, by its code or English name; default `en`.
    pub language: Language,
    /// Whether scores, ranks and what was passed over are written too; default false.
    pub explain: bool,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with the text, of the record and of the whole corpus; default `text`.
    pub input_text_key: String,
    /// The field that gets the list of negatives, best first; default `hard_negatives`.
    pub output_negatives_key: String,
    /// The field that gets the explanation, with `explain`; default `hard_negatives_explain`.
    pub output_explain_key: String,
}

impl Default for Bm25HardNegConfig {
    fn default() -> Self {
        let options = MinerOptions::default();
        Self {
            num_neg: options.num_neg,
            hard_neg_start_index: options.start,
            strategy: options.strategy,
            random_share: options.random_share,
            overlap_pool: options.overlap_pool,
            overlap_share: options.overlap_share,
            overlap_score_share: options.overlap_score_share,
            max_score_share: options.max_score_share,
            score_margin: options.score_margin,
            near_duplicate_guard: options.duplicates == Duplicates::Near,
            k1: 0.9,
            b: 0.4,
            language: options.language,
            explain: options.explain,
            input_question_key: "question".to_owned(),
            input_text_key: "text".to_owned(),
            output_negatives_key: "hard_negatives".to_owned(),
            output_explain_key: "hard_negatives_explain".to_owned(),
        }
    }
}

impl Bm25HardNegConfig {
    /// How the miner is to choose.
    pub(super) fn miner_options(&self) -> MinerOptions {
        MinerOptions {
            num_neg: self.num_neg,
            strategy: self.strategy,
            random_share: self.random_share,
            start: self.hard_neg_start_index,
            overlap_pool: self.overlap_pool,
            overlap_share: self.overlap_share,
            overlap_score_share: self.overlap_score_share,
            max_score_share: self.max_score_share,
            score_margin: self.score_margin,
            duplicates: if self.near_duplicate_guard { Duplicates::Near } else { Duplicates::Exact },
            explain: self.explain,
            bm25: Bm25Params { k1: self.k1 as f32, b: self.b as f32, ..Bm25Params::default() },
            language: self.language,
        }
    }
}
