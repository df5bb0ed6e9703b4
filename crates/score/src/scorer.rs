//! Answers compared.

use crate::normalization::Normalization;
use crate::tokens::Tokens;

/// How well an answer meets the answers that count as right.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    /// Token F1 with the one it meets best, 0 to 1.
    pub f1: f64,
    /// Whether it is one of them after normalisation. Then `f1` is 1.
    pub exact_match: bool,
}

/// Compares answers, in memory that it uses again: one a thread.
#[derive(Debug, Clone)]
pub struct Scorer {
    normalization: Normalization,
    prediction: Tokens,
    truth: Tokens,
}

impl Scorer {
    /// A scorer that normalises so.
    pub fn new(normalization: Normalization) -> Self {
        Self { normalization, prediction: Tokens::default(), truth: Tokens::default() }
    }

    /// What it makes of an answer before it compares.
    pub fn normalization(&self) -> Normalization {
        self.normalization
    }

    /// Token F1 with the truth that is met best: `2pr / (p + r)`, where `p` is the share of the prediction's tokens that
    /// the truth has, and `r` the share of the truth's tokens that the prediction has, each token as often as it is in both
    /// (SQuAD's, Rajpurkar et al., 2016). 0 without truths, and when a side has no tokens.
    ///
    /// When either side is `yes`, `no` or `noanswer` as a whole, anything but the same is 0 (HotpotQA's rule): such an
    /// answer cannot be half right.
    pub fn f1<T: AsRef<str>>(&mut self, prediction: &str, truths: impl IntoIterator<Item = T>) -> f64 {
        self.score(prediction, truths).f1
    }

    /// Whether the prediction is one of the truths after normalisation. One of which nothing is left is none of them,
    /// whatever they are.
    pub fn exact_match<T: AsRef<str>>(
        &mut self,
        prediction: &str,
        truths: impl IntoIterator<Item = T>,
    ) -> bool {
        self.normalization.read(prediction, &mut self.prediction);
        self.prediction.len() > 0
            && truths.into_iter().any(|truth| {
                self.normalization.read(truth.as_ref(), &mut self.truth);
                self.prediction.text == self.truth.text
            })
    }

    /// [`Scorer::f1`] and [`Scorer::exact_match`] at once.
    pub fn score<T: AsRef<str>>(&mut self, prediction: &str, truths: impl IntoIterator<Item = T>) -> Score {
        let mut best = Score::default();
        self.normalization.read(prediction, &mut self.prediction);
        if self.prediction.len() == 0 {
            return best;
        }
        for truth in truths {
            self.normalization.read(truth.as_ref(), &mut self.truth);
            if self.prediction.text == self.truth.text {
                return Score { f1: 1.0, exact_match: true };
            }
            best.f1 = best.f1.max(self.partial());
        }
        best
    }

    /// F1 of two that are not equal.
    fn partial(&mut self) -> f64 {
        if is_closed(&self.prediction.text) || is_closed(&self.truth.text) {
            return 0.0;
        }
        let common = self.prediction.common(&mut self.truth);
        if common == 0 {
            return 0.0;
        }
        // In the order of the original: the last digit hangs on it.
        let precision = common as f64 / self.prediction.len() as f64;
        let recall = common as f64 / self.truth.len() as f64;
        2.0 * precision * recall / (precision + recall)
    }
}

/// Whether an answer is right or wrong and nothing between.
fn is_closed(normalized: &[u8]) -> bool {
    matches!(normalized, b"yes" | b"no" | b"noanswer")
}
