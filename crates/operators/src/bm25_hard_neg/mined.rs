//! What was found for one question, and why what ranks higher was passed over.

use ragstill_retrieve::DocId;
use serde_json::{Value, json};

/// A negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Negative {
    /// The document.
    pub doc: DocId,
    /// Its place in BM25's ranking of the whole corpus, from 1; `None` when it was drawn at random.
    pub rank: Option<u32>,
    /// Its BM25 score; 0 when it was drawn at random.
    pub score: f32,
    /// How much of the positive's evidence it has, 0 to 1; `None` where nothing was compared.
    pub overlap: Option<f32>,
}

/// Why a candidate was passed over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// It is the document that the question was made from.
    Own,
    /// It has the positive's words.
    ExactDuplicate,
    /// It has nearly the positive's words.
    NearDuplicate,
    /// It is among the best candidates, which are skipped.
    BeforeStart,
    /// It scores too much beside the positive.
    AboveMargin,
    /// It is among the candidates most similar to the positive; this much.
    Overlap(f32),
    /// It is a duplicate of this document, which is a negative already.
    Repeats(DocId),
}

/// A candidate that was passed over although it ranks higher than the last negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passed {
    /// The document.
    pub doc: DocId,
    /// Its place in BM25's ranking of the whole corpus, from 1.
    pub rank: u32,
    /// Its BM25 score.
    pub score: f32,
    /// Why.
    pub reason: Reason,
}

/// What was found for one question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mined {
    /// The negatives: those of BM25 best first, then the random ones.
    pub negatives: Vec<Negative>,
    /// The positive's own score, when it is a document of the corpus and was asked for.
    pub positive_score: Option<f32>,
    /// The positive's place in the ranking, when it is a document of the corpus and was seen.
    pub positive_rank: Option<u32>,
    /// What was passed over, by rank; empty unless asked for.
    pub passed: Vec<Passed>,
}

impl Mined {
    /// The negatives with their scores and ranks, and what was passed over for them and why. `name` names a document.
    pub fn explanation<T: Into<Value>>(&self, name: impl Fn(DocId) -> T) -> Value {
        let negatives: Vec<Value> = self
            .negatives
            .iter()
            .map(|negative| {
                let from = if negative.rank.is_some() { "bm25" } else { "random" };
                json!({
                    "document": name(negative.doc).into(), "from": from, "rank": negative.rank,
                    "score": negative.rank.map(|_| negative.score), "overlap": negative.overlap.map(rounded),
                })
            })
            .collect();
        let passed: Vec<Value> = self
            .passed
            .iter()
            .map(|passed| {
                json!({
                    "document": name(passed.doc).into(), "rank": passed.rank, "score": passed.score,
                    "reason": self.reason(passed.reason),
                })
            })
            .collect();
        json!({
            "positive": {"rank": self.positive_rank, "score": self.positive_score},
            "negatives": negatives,
            "passed_over": passed,
        })
    }

    fn reason(&self, reason: Reason) -> String {
        match reason {
            Reason::Own => "own document".to_owned(),
            Reason::ExactDuplicate => "exact duplicate of the positive".to_owned(),
            Reason::NearDuplicate => "near duplicate of the positive".to_owned(),
            Reason::BeforeStart => "before the start rank".to_owned(),
            Reason::AboveMargin => "scores above the margin".to_owned(),
            Reason::Overlap(overlap) => format!("among the most similar to the positive ({overlap:.3})"),
            Reason::Repeats(doc) => match self.negatives.iter().position(|negative| negative.doc == doc) {
                Some(at) => format!("repeats negative {}", at + 1),
                None => "repeats a negative".to_owned(),
            },
        }
    }
}

/// Three places are more than the measure is good for.
fn rounded(overlap: f32) -> f64 {
    (f64::from(overlap) * 1000.0).round() / 1000.0
}
