//! Negatives at random.

use ragstill_retrieve::DocId;
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::choose::Corpus;
use super::guard::Subject;
use super::mined::{Mined, Negative};

/// Adds random negatives until there are `total`, or the corpus has no more: none that has no word, is the own document,
/// or is a duplicate of the positive or of another negative. The same for the same seed.
pub(super) fn fill(
    corpus: Corpus<'_>,
    total: usize,
    seed: u64,
    positive: &Subject<'_>,
    own: Option<DocId>,
    mined: &mut Mined,
) {
    let Corpus { texts, guard, .. } = corpus;
    let missing = total.saturating_sub(mined.negatives.len());
    if missing == 0 || texts.is_empty() {
        return;
    }
    let kept = mined.negatives.len();
    // A few more than needed are mostly enough; else all, in another order.
    let mut draws = missing.saturating_mul(2).saturating_add(8).min(texts.len());
    loop {
        mined.negatives.truncate(kept);
        let mut taken: Vec<Subject<'_>> =
            mined.negatives.iter().map(|negative| guard.document(negative.doc, texts)).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for at in sample(&mut rng, texts.len(), draws) {
            if mined.negatives.len() == total {
                break;
            }
            // Every document has a number that fits: the index could not have been built otherwise.
            let Ok(doc) = DocId::try_from(at) else { continue };
            let is_duplicate = |of: &Subject<'_>| guard.compare(of, doc, texts).is_some();
            if own == Some(doc) || guard.is_blank(doc) || is_duplicate(positive) {
                continue;
            }
            if taken.iter().any(is_duplicate) {
                continue;
            }
            taken.push(guard.document(doc, texts));
            mined.negatives.push(Negative { doc, rank: None, score: 0.0, overlap: None });
        }
        if mined.negatives.len() == total || draws == texts.len() {
            return;
        }
        draws = texts.len();
    }
}
