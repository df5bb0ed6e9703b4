//! Finds hard negatives: what BM25 ranks high for a question and is not the positive or a copy of it.

use std::cell::RefCell;
use std::collections::HashMap;

use ragstill_engine::{Error, Result};
use ragstill_ingest::{Shingles, content_hash, is_near_duplicate};
use ragstill_retrieve::{Bm25Builder, Bm25Index, Bm25Params, DocId, Hit, Retriever};

/// How negatives are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinerOptions {
    /// How many negatives a question gets.
    pub num_neg: usize,
    /// How many of the best candidates are skipped first.
    pub start: usize,
    /// Whether near duplicates are skipped; exact ones always are.
    pub near_duplicate_guard: bool,
    /// BM25's parameters.
    pub bm25: Bm25Params,
}

/// An index over a corpus, and the texts to take negatives from.
#[derive(Debug)]
pub struct Miner {
    index: Bm25Index,
    texts: Vec<String>,
    options: MinerOptions,
}

impl Miner {
    /// Indexes a corpus.
    ///
    /// # Errors
    /// When BM25's parameters are out of range or the corpus is too large for an index.
    pub fn new(texts: Vec<String>, options: MinerOptions) -> Result<Self> {
        let index = Bm25Builder::new()
            .params(options.bm25)
            .build(texts.iter().map(String::as_str))
            .map_err(|error| Error::mistake(format!("the corpus cannot be indexed: {error}")))?;
        Ok(Self { index, texts, options })
    }

    /// The text of a document of the corpus.
    pub fn text(&self, doc: DocId) -> &str {
        &self.texts[doc as usize]
    }

    /// The first document of the corpus with exactly this text.
    pub fn find(&self, text: &str) -> Option<DocId> {
        let at = self.texts.iter().position(|candidate| candidate == text)?;
        DocId::try_from(at).ok()
    }

    /// The negatives for a question that `positive` answers, best first: at most `num_neg`, fewer when the corpus has no
    /// more candidates.
    ///
    /// Skipped are the document `own`, every exact or near duplicate of the positive (it answers the question too: a
    /// false negative), and duplicates among the negatives themselves.
    pub fn negatives(&self, question: &str, positive: &str, own: Option<DocId>) -> Vec<Hit> {
        let MinerOptions { num_neg, start, near_duplicate_guard, .. } = self.options;
        let positive = Fingerprint::of(positive, near_duplicate_guard);
        let prints = Prints { texts: &self.texts, shingles: near_duplicate_guard, known: RefCell::default() };
        let exclude = |doc: DocId| {
            own == Some(doc) || prints.with(doc, |candidate| candidate.is_duplicate_of(&positive))
        };
        // Duplicates among the negatives can only be told once the ranking is known, so more are fetched than needed,
        // and again more in the rare case that they are not enough.
        let mut k = (start + num_neg + num_neg.max(4)).min(self.texts.len());
        loop {
            let hits = self.index.search(question, k, &exclude);
            let mut chosen: Vec<Hit> = Vec::with_capacity(num_neg);
            for hit in hits.iter().skip(start) {
                if chosen.len() == num_neg {
                    break;
                }
                let repeats = chosen.iter().any(|earlier| {
                    prints.with(earlier.doc, |earlier| {
                        prints.with(hit.doc, |candidate| candidate.is_duplicate_of(earlier))
                    })
                });
                if !repeats {
                    chosen.push(*hit);
                }
            }
            if chosen.len() == num_neg || hits.len() < k || k >= self.texts.len() {
                return chosen;
            }
            k = (k * 4).min(self.texts.len());
        }
    }
}

/// What tells whether two texts are the same.
#[derive(Debug)]
struct Fingerprint {
    hash: u128,
    shingles: Option<Shingles>,
}

impl Fingerprint {
    fn of(text: &str, shingles: bool) -> Self {
        Self { hash: content_hash(text), shingles: shingles.then(|| Shingles::of(text)) }
    }

    fn is_duplicate_of(&self, other: &Self) -> bool {
        self.hash == other.hash
            || match (&self.shingles, &other.shingles) {
                (Some(a), Some(b)) => is_near_duplicate(a, b),
                _ => false,
            }
    }
}

/// Fingerprints of the few documents that one question needs, made when they are first asked for.
struct Prints<'a> {
    texts: &'a [String],
    shingles: bool,
    known: RefCell<HashMap<DocId, std::rc::Rc<Fingerprint>>>,
}

impl Prints<'_> {
    fn with<T>(&self, doc: DocId, look: impl FnOnce(&Fingerprint) -> T) -> T {
        let print = {
            let mut known = self.known.borrow_mut();
            std::rc::Rc::clone(known.entry(doc).or_insert_with(|| {
                std::rc::Rc::new(Fingerprint::of(&self.texts[doc as usize], self.shingles))
            }))
        };
        look(&print)
    }
}

#[cfg(test)]
mod tests {
    use ragstill_retrieve::Bm25Params;

    use super::{Miner, MinerOptions};

    const POSITIVE: &str = "A dimictic lake mixes twice a year, in spring and in autumn, when its whole water column reaches the temperature of greatest density.";

    fn corpus() -> Vec<String> {
        [
            POSITIVE,
            // The positive with a word changed, in capitals, and inside a longer text.
            "A dimictic lake mixes twice a year, in spring and in autumn, when its entire water column reaches the temperature of greatest density.",
            "A DIMICTIC LAKE mixes twice a year, in spring and in autumn; when its whole water column reaches the temperature of greatest density",
            "Lakes differ. A dimictic lake mixes twice a year, in spring and in autumn, when its whole water column reaches the temperature of greatest density. Others never do.",
            "A monomictic lake mixes once a year, in winter, and stays stratified all summer because the wind cannot overturn warm water.",
            "A monomictic lake mixes once a year, in winter, and stays stratified all summer because the wind cannot overturn warm water!",
            "A meromictic lake never mixes whole: dense salty water stays at its bottom for centuries.",
            "Bridges expand in summer.",
        ]
        .map(String::from)
        .to_vec()
    }

    fn mine(num_neg: usize, start: usize, near_duplicate_guard: bool) -> Vec<u32> {
        let options = MinerOptions { num_neg, start, near_duplicate_guard, bm25: Bm25Params::default() };
        let miner = Miner::new(corpus(), options).unwrap();
        let question = "How often does a dimictic lake mix in a year, and when does the water overturn?";
        miner.negatives(question, POSITIVE, Some(0)).iter().map(|hit| hit.doc).collect()
    }

    #[test]
    fn copies_of_the_positive_are_no_negatives() {
        assert_eq!(
            mine(3, 0, true),
            [4, 6],
            "one of the two equal candidates, and nothing that shares no word"
        );
        // Without the guard only exact duplicates (case and punctuation apart) are skipped.
        let unguarded = mine(8, 0, false);
        assert!(!unguarded.contains(&0) && !unguarded.contains(&2), "{unguarded:?}");
        assert!(unguarded.contains(&1) && unguarded.contains(&3), "{unguarded:?}");
    }

    #[test]
    fn the_best_candidates_can_be_skipped() {
        assert_eq!(mine(3, 2, true), [6]);
        assert_eq!(mine(3, 9, true), Vec::<u32>::new());
    }

    #[test]
    fn tiny_corpora_and_empty_questions_give_what_there_is() {
        let options =
            MinerOptions { num_neg: 3, start: 0, near_duplicate_guard: true, bm25: Bm25Params::default() };
        let one = Miner::new(vec![POSITIVE.to_owned()], options).unwrap();
        assert!(one.negatives("lake", POSITIVE, Some(0)).is_empty());
        let miner = Miner::new(corpus(), options).unwrap();
        assert!(miner.negatives("", POSITIVE, Some(0)).is_empty());
        assert!(miner.negatives("the of and", POSITIVE, None).is_empty());
    }
}
