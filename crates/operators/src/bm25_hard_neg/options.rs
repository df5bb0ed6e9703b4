//! How negatives are chosen.

use ragstill_engine::{Error, Result};
use ragstill_retrieve::Bm25Params;
use ragstill_retrieve::analysis::Language;
use serde::{Deserialize, Serialize};

/// Where negatives come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// What BM25 ranks high for the question.
    #[default]
    Bm25,
    /// Any documents of the corpus.
    Random,
    /// Some of each.
    Mixed,
}

/// Which duplicates are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// None: for measuring what telling them costs.
    Untold,
    /// Those with the same words in the same order.
    Exact,
    /// Those with nearly the same words too.
    Near,
}

/// How negatives are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinerOptions {
    /// How many negatives a question gets, at least 1.
    pub num_neg: usize,
    /// Where they come from.
    pub strategy: Strategy,
    /// The share of them that is random when the strategy is mixed, 0 to 1; rounded to whole negatives.
    pub random_share: f64,
    /// How many of the best candidates are skipped first.
    pub start: usize,
    /// How many candidates are compared with the positive, at least 1; more when `num_neg` needs more.
    pub overlap_pool: usize,
    /// The share of those candidates that is passed over: the ones most similar to the positive. 0 to below 1; 0 turns
    /// the comparison off.
    pub overlap_share: f64,
    /// Only candidates that score more than this share of the positive's score are passed over for their similarity: what
    /// scores far less hardly answers the question. 0 or more.
    pub overlap_score_share: f64,
    /// Candidates that score more than this share of the positive's score are passed over; above 0.
    pub max_score_share: Option<f64>,
    /// Candidates that score more than the positive's score less this margin are passed over; 0 or more.
    pub score_margin: Option<f64>,
    /// Which duplicates of the positive, and of a negative already taken, are skipped.
    pub duplicates: Duplicates,
    /// Whether [`Mined::passed`](super::Mined::passed) and the positive's score are filled in.
    pub explain: bool,
    /// BM25's parameters.
    pub bm25: Bm25Params,
    /// The language of the corpus and the questions.
    pub language: Language,
}

impl Default for MinerOptions {
    fn default() -> Self {
        Self {
            num_neg: 3,
            strategy: Strategy::Bm25,
            random_share: 0.5,
            start: 0,
            overlap_pool: 20,
            overlap_share: 0.6,
            overlap_score_share: 0.6,
            max_score_share: None,
            score_margin: None,
            duplicates: Duplicates::Near,
            explain: false,
            bm25: Bm25Params::default(),
            language: Language::default(),
        }
    }
}

impl MinerOptions {
    /// Checks every range but those of BM25's parameters, which the index checks. `name` says how the user writes an
    /// option, say as `--num-neg` for `num_neg`.
    ///
    /// # Errors
    /// A mistake that names the option.
    pub fn check(&self, name: impl Fn(&str) -> String) -> Result<()> {
        let refuse = |option: &str, range: &str| Err(Error::mistake(format!("{} {range}", name(option))));
        if self.num_neg == 0 {
            return refuse("num_neg", "must be at least 1");
        }
        if !(0.0..=1.0).contains(&self.random_share) {
            return refuse("random_share", "must be a number from 0 to 1");
        }
        if self.overlap_pool == 0 {
            return refuse("overlap_pool", "must be at least 1");
        }
        if !(0.0..1.0).contains(&self.overlap_share) {
            return refuse("overlap_share", "must be a number from 0 to below 1; 0 turns the comparison off");
        }
        if !(self.overlap_score_share.is_finite() && self.overlap_score_share >= 0.0) {
            return refuse("overlap_score_share", "must be a number of at least 0");
        }
        if self.max_score_share.is_some_and(|share| !(share.is_finite() && share > 0.0)) {
            return refuse("max_score_share", "must be a number above 0 (0.95 is usual)");
        }
        if self.score_margin.is_some_and(|margin| !(margin.is_finite() && margin >= 0.0)) {
            return refuse("score_margin", "must be a number of at least 0");
        }
        Ok(())
    }

    /// How many of the negatives are to be random.
    pub(super) fn random(&self) -> usize {
        match self.strategy {
            Strategy::Bm25 => 0,
            Strategy::Random => self.num_neg,
            // A share of 0 to 1 of a count is no more than the count.
            Strategy::Mixed => (self.num_neg as f64 * self.random_share).round() as usize,
        }
    }

    /// How many candidates are gathered before any is chosen, if `wanted` are to be.
    pub(super) fn pool(&self, wanted: usize) -> usize {
        if self.overlap_share == 0.0 {
            return wanted;
        }
        let enough = (wanted as f64 / (1.0 - self.overlap_share)).ceil() as usize;
        enough.max(self.overlap_pool)
    }

    /// The greatest score of a candidate, given the positive's.
    pub(super) fn bound(&self, positive: Option<f32>) -> f32 {
        let Some(positive) = positive.map(f64::from) else { return f32::INFINITY };
        let share = self.max_score_share.map_or(f64::INFINITY, |share| share * positive);
        let margin = self.score_margin.map_or(f64::INFINITY, |margin| positive - margin);
        share.min(margin) as f32
    }

    /// Whether the positive's score decides anything.
    pub(super) fn has_bound(&self) -> bool {
        self.max_score_share.is_some() || self.score_margin.is_some()
    }
}
