//! What a corpus of any length keeps of a text while it streams by, so that duplicates are found without holding the
//! texts: a hash of its words and, by MinHash, a key for each of a few bands.
//!
//! A MinHash function orders all shingles at random; two sets have the same least shingle with a chance of their
//! Jaccard index *s* (Broder: On the resemblance and containment of documents, 1997). [`BANDS`] bands of [`ROWS`]
//! functions each make two texts candidates when all the rows of some band agree, which happens with a chance of
//!
//! > 1 − (1 − *s*^6)^20
//!
//! (Indyk, Motwani: Approximate nearest neighbors, 1998; Leskovec, Rajaraman, Ullman: Mining of massive datasets, 3.4):
//!
//! | *s* | 0.2 | 0.3 | 0.4 | 0.5 | 0.6 | 0.7 | 0.8 | 0.85 | 0.9 |
//! |---|---|---|---|---|---|---|---|---|---|
//! | candidates | 0.1 % | 1.4 % | 7.9 % | 27.0 % | 61.5 % | 91.8 % | 99.8 % | 99.99 % | 99.9999 % |
//!
//! Candidates are compared in full, so those below 0.8 cost time and nothing else.

use std::num::NonZeroU128;

use serde::{Deserialize, Serialize};

use super::exact::hash_of_words;
use super::shingles::{Shingles, hash_shingles};
use super::words::{mix, word_hashes};

/// Bands of a signature: two texts that agree in one are compared.
pub const BANDS: usize = 20;

/// MinHash functions in a band.
const ROWS: usize = 6;

/// All MinHash functions.
const HASHES: usize = BANDS * ROWS;

/// Which repetitions are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedup {
    /// None.
    Off,
    /// Texts with the same words in the same order, whatever their case, punctuation and white space.
    Exact,
    /// Those, and texts that share nearly all of their word 3-grams: a Jaccard index of
    /// [`DEDUP_JACCARD`](super::DEDUP_JACCARD) or more.
    #[default]
    Near,
}

/// What is kept of one text to find its duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The hash of the words in order; `None` when there is no word, or nothing is to be compared.
    pub(super) words: Option<NonZeroU128>,
    /// The key of each band; zeros when only exact duplicates are wanted.
    pub(super) bands: [u32; BANDS],
}

impl Signature {
    /// The signature of a text, in linear time: a passage of 800 characters takes about 10 µs. A pure function, to be
    /// called on many threads.
    pub fn of(text: &str, what: Dedup) -> Self {
        let mut signature = Self { words: None, bands: [0; BANDS] };
        if what == Dedup::Off {
            return signature;
        }
        let mut words = word_hashes(text);
        if words.is_empty() {
            return signature;
        }
        signature.words = NonZeroU128::new(hash_of_words(&words));
        if what == Dedup::Near {
            hash_shingles(&mut words);
            signature.bands = keys(&minima(&words));
        }
        signature
    }
}

/// The key of each band of a set, for comparing sets as they come: two of them are candidates when some band has the same
/// key in both. `None` for the empty set.
pub fn band_keys(shingles: &Shingles) -> Option<[u32; BANDS]> {
    (!shingles.is_empty()).then(|| keys(&minima(shingles.hashes())))
}

/// A MinHash function: the order of `(x ^ flip) * factor` in 32 bits. Shingles are mixed already, so that any bijection
/// orders them at random; these two instructions give enough different ones, and four or eight at a time.
#[derive(Clone, Copy)]
struct Functions {
    flips: [u32; HASHES],
    factors: [u32; HASHES],
}

const FUNCTIONS: Functions = {
    let mut functions = Functions { flips: [0; HASHES], factors: [0; HASHES] };
    let mut at = 0;
    while at < HASHES {
        let bits = mix(at as u64 + 1);
        functions.flips[at] = (bits >> 32) as u32;
        functions.factors[at] = bits as u32 | 1;
        at += 1;
    }
    functions
};

/// The least value of each function over the shingles, of which there is at least one. Repetitions change nothing.
fn minima(shingles: &[u64]) -> [u32; HASHES] {
    let Functions { flips, factors } = &FUNCTIONS;
    let mut minima = [u32::MAX; HASHES];
    for shingle in shingles {
        let x = (shingle >> 32) as u32;
        for ((least, flip), factor) in minima.iter_mut().zip(flips).zip(factors) {
            *least = (*least).min((x ^ flip).wrapping_mul(*factor));
        }
    }
    minima
}

/// A key for each band's minima. Among a million texts, two bands that differ have the same key for one text in 4,000.
fn keys(minima: &[u32; HASHES]) -> [u32; BANDS] {
    let mut keys = [0; BANDS];
    for (key, rows) in keys.iter_mut().zip(minima.chunks_exact(ROWS)) {
        *key = (rows.iter().fold(0, |all, &row| mix(all ^ u64::from(row))) >> 32) as u32;
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::{BANDS, Dedup, ROWS, Signature, band_keys, minima};
    use crate::dedup::words::mix;
    use crate::dedup::{Shingles, content_hash};

    /// Two sets of `size` shingles each that share this many.
    fn sets(seed: u64, size: u64, shared: u64) -> (Vec<u64>, Vec<u64>) {
        let shingle = |at: u64| mix((seed << 32) + at + 1);
        ((0..size).map(shingle).collect(), (size - shared..2 * size - shared).map(shingle).collect())
    }

    #[test]
    fn options_are_written_in_lower_case() {
        let all = [Dedup::Off, Dedup::Exact, Dedup::default()];
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"["off","exact","near"]"#);
    }

    #[test]
    fn form_does_not_count_and_blank_texts_have_none() {
        let near = |text| Signature::of(text, Dedup::Near);
        assert_eq!(near("Lake Tahoe is deep."), near("lake tahoe — IS deep"));
        assert_ne!(near("Lake Tahoe is deep."), near("Lake Tahoe was deep."));
        let blank = Signature::of("?", Dedup::Off);
        assert!(
            [near(""), near(" — !"), Signature::of("word", Dedup::Off)].iter().all(|other| *other == blank)
        );
        assert_eq!(band_keys(&Shingles::of("Lake Tahoe is deep.")), Some(near("lake tahoe is deep").bands));
        assert_eq!(band_keys(&Shingles::of_hashes([])), None);
        let exact = Signature::of("one word", Dedup::Exact);
        assert_eq!((exact.words.unwrap().get(), exact.bands), (content_hash("one word"), [0; BANDS]));
    }

    #[test]
    fn the_order_of_shingles_does_not_count_and_that_of_words_does() {
        // Fewer than three words are compared as a set.
        let (one, two) = (Signature::of("a b", Dedup::Near), Signature::of("b a", Dedup::Near));
        assert!(one.words != two.words && one.bands == two.bands);
    }

    /// What the formula promises, for texts of few and of many shingles. 3,000 pairs: a standard deviation of at most
    /// 0.009.
    #[test]
    fn candidates_are_as_frequent_as_the_formula_says() {
        for (size, shared) in [(9, 3), (9, 5), (18, 16), (150, 50), (150, 100), (180, 160), (3000, 2000)] {
            let jaccard = shared as f64 / (2 * size - shared) as f64;
            let expected = 1.0 - (1.0 - jaccard.powi(ROWS as i32)).powi(BANDS as i32);
            let pairs = if size > 1000 { 300 } else { 3000 };
            let (mut agreeing, mut candidates) = (0, 0);
            for seed in 0..pairs {
                let (a, b) = sets(seed, size, shared);
                let (a, b) = (minima(&a), minima(&b));
                agreeing += a.iter().zip(&b).filter(|(x, y)| x == y).count();
                candidates += u64::from(a.chunks(ROWS).zip(b.chunks(ROWS)).any(|(x, y)| x == y));
            }
            let agreeing = agreeing as f64 / (pairs as usize * BANDS * ROWS) as f64;
            let found = candidates as f64 / pairs as f64;
            let deviation = (expected * (1.0 - expected) / pairs as f64).sqrt();
            assert!((agreeing - jaccard).abs() < 0.01, "{size}, {shared}: {agreeing} for {jaccard}");
            assert!(
                (found - expected).abs() < 4.0 * deviation + 1e-3,
                "{size}, {shared}: {found} for {expected}"
            );
        }
    }
}
