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
//!
//! Of fewer than [`FEW`] shingles no two different sets reach 0.8, so the set itself is the key: the thousands of short
//! texts that share a word have no band in common.

use std::num::NonZeroU128;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::exact::hash_of_words;
use super::shingles::{Shingles, WIDTH, hash_shingles};
use super::words::{for_each_word, is_within_word, mix, word_hashes};

/// Bands of a signature: two texts that agree in one are compared.
pub const BANDS: usize = 20;

/// MinHash functions in a band.
const ROWS: usize = 6;

/// All MinHash functions.
const HASHES: usize = BANDS * ROWS;

/// A set of fewer shingles is similar enough to no other: 3 of 4 are less than
/// [`DEDUP_JACCARD`](super::DEDUP_JACCARD), 4 of 5 are not.
const FEW: usize = 4;

/// The key of a band that a text does not have. No text has this for a key.
pub(super) const NO_KEY: u32 = 0;

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
    /// The key of each band, [`NO_KEY`] where there is none: all when only exact duplicates are wanted, all but the first
    /// of a text with few shingles.
    pub(super) bands: [u32; BANDS],
}

impl Signature {
    /// The signature of a text without any word, which repeats nothing.
    const BLANK: Self = Self { words: None, bands: [NO_KEY; BANDS] };

    /// The signature of a text, in linear time: a passage of 800 characters takes about 10 µs. A pure function, to be
    /// called on many threads.
    pub fn of(text: &str, what: Dedup) -> Self {
        if what == Dedup::Off {
            return Self::BLANK;
        }
        let mut words = word_hashes(text);
        let hash = hash_of(&words);
        if what == Dedup::Exact || hash.is_none() {
            return Self { words: hash, ..Self::BLANK };
        }
        hash_shingles(&mut words);
        let bands = few(&words).unwrap_or_else(|| keys(&minima(&words)));
        Self { words: hash, bands }
    }

    /// The signature of a text as a whole, and those of spans of it, which ascend. Hardly slower than those of the spans
    /// alone, because most of what is hashed is the same.
    pub fn of_whole_and_parts(text: &str, parts: &[Range<usize>], what: Dedup) -> (Self, Vec<Self>) {
        let each = || parts.iter().map(|part| Self::of(&text[part.clone()], what)).collect();
        if what == Dedup::Off {
            return (Self::BLANK, each());
        }
        // A word that a bound falls into is another word on either side of it.
        if parts.iter().any(|part| is_within_word(text, part.start) || is_within_word(text, part.end)) {
            return (Self::of(text, what), each());
        }
        let (words, parts) = words_of_parts(text, parts);
        let hash = hash_of(&words);
        if what == Dedup::Exact {
            let part = |part: Range<usize>| Self { words: hash_of(&words[part]), ..Self::BLANK };
            return (Self { words: hash, ..Self::BLANK }, parts.into_iter().map(part).collect());
        }
        let mut shingles = words.clone();
        hash_shingles(&mut shingles);
        let mut whole = [u32::MAX; HASHES];
        // The shingles before this one have their share in the whole.
        let mut seen = 0;
        let mut signatures = Vec::with_capacity(parts.len());
        for part in parts {
            let hash = hash_of(&words[part.clone()]);
            if part.len() < WIDTH {
                let own = &words[part];
                let bands = hash.and_then(|_| few(own)).unwrap_or(Self::BLANK.bands);
                signatures.push(Self { words: hash, bands });
                continue;
            }
            let own = part.start..part.end - (WIDTH - 1);
            let least = minima(&shingles[own.clone()]);
            merge(&mut whole, &minima(&shingles[seen.min(own.start)..own.start]));
            merge(&mut whole, &least);
            seen = seen.max(own.end);
            let bands = few(&shingles[own]).unwrap_or_else(|| keys(&least));
            signatures.push(Self { words: hash, bands });
        }
        merge(&mut whole, &minima(&shingles[seen..]));
        let bands = match hash {
            Some(_) => few(&shingles).unwrap_or_else(|| keys(&whole)),
            None => Self::BLANK.bands,
        };
        (Self { words: hash, bands }, signatures)
    }
}

/// The words of a text, and which of them are those of each part.
fn words_of_parts(text: &str, parts: &[Range<usize>]) -> (Vec<u64>, Vec<Range<usize>>) {
    let mut bounds: Vec<usize> = parts.iter().flat_map(|part| [part.start, part.end]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut words = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    let before: Vec<usize> = bounds
        .iter()
        .map(|&bound| {
            for_each_word(&text[at..bound], |word| words.push(word));
            at = bound;
            words.len()
        })
        .collect();
    for_each_word(&text[at..], |word| words.push(word));
    let place = |bound| bounds.binary_search(&bound).map_or(0, |at| before[at]);
    let parts = parts.iter().map(|part| place(part.start)..place(part.end)).collect();
    (words, parts)
}

/// The hash of a text with these words.
fn hash_of(words: &[u64]) -> Option<NonZeroU128> {
    if words.is_empty() { None } else { NonZeroU128::new(hash_of_words(words)) }
}

/// The bands of a text with few shingles, at least one: only its set is its like.
fn few(shingles: &[u64]) -> Option<[u32; BANDS]> {
    let mut different = [0; FEW];
    let mut count = 0;
    for shingle in shingles {
        if !different[..count].contains(shingle) {
            different[count] = *shingle;
            count += 1;
            if count == FEW {
                return None;
            }
        }
    }
    different[..count].sort_unstable();
    let mut bands = [NO_KEY; BANDS];
    bands[0] = key(different[..count].iter().fold(0, |all, &shingle| mix(all ^ shingle)));
    Some(bands)
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

/// The least value of each function over the shingles. Repetitions change nothing.
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

/// The minima of two sets together.
fn merge(minima: &mut [u32; HASHES], others: &[u32; HASHES]) {
    for (least, other) in minima.iter_mut().zip(others) {
        *least = (*least).min(*other);
    }
}

/// A key for each band's minima. Among a million texts, two bands that differ have the same key for one text in 4,000.
fn keys(minima: &[u32; HASHES]) -> [u32; BANDS] {
    let mut keys = [NO_KEY; BANDS];
    for (found, rows) in keys.iter_mut().zip(minima.chunks_exact(ROWS)) {
        *found = key(rows.iter().fold(0, |all, &row| mix(all ^ u64::from(row))));
    }
    keys
}

/// A hash as a key.
fn key(hash: u64) -> u32 {
    match (hash >> 32) as u32 {
        NO_KEY => 1,
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BANDS, Dedup, NO_KEY, ROWS, Signature, band_keys, minima};
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
        let long = "Lake Tahoe is deep, and it is cold all the year.";
        assert_eq!(band_keys(&Shingles::of(long)), Some(near(&long.to_lowercase()).bands));
        assert_eq!(band_keys(&Shingles::of_hashes([])), None);
        let exact = Signature::of("one word", Dedup::Exact);
        assert_eq!((exact.words.unwrap().get(), exact.bands), (content_hash("one word"), [NO_KEY; BANDS]));
    }

    #[test]
    fn a_few_shingles_are_like_the_same_ones_only() {
        let bands = |text| Signature::of(text, Dedup::Near).bands;
        let short = bands("record 17");
        assert!(short[0] != NO_KEY && short[1..] == [NO_KEY; BANDS - 1]);
        assert_eq!(short, bands("17: record"));
        assert_ne!(short[0], bands("record 18")[0]);
        // Three shingles, in the second text again and again.
        assert_eq!(bands("a b c a b"), bands("a b c a b c a b c a"));
        assert!(bands("a b c d e f").iter().all(|key| *key != NO_KEY));
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

    proptest! {
        #[test]
        fn a_whole_and_its_parts_are_signed_as_texts_of_their_own(
            text in "([a-c]{1,3}[ ,.\n]{1,2}|湖|é){0,40}",
            cuts in prop::collection::vec((0.0..1.0, 0.0..1.0), 0..6),
            what in prop_oneof![Just(Dedup::Off), Just(Dedup::Exact), Just(Dedup::Near)],
        ) {
            let place = |at: f64| text.floor_char_boundary((at * (text.len() + 1) as f64) as usize);
            let mut parts: Vec<_> =
                cuts.into_iter().map(|(a, b): (f64, f64)| place(a.min(b))..place(a.max(b))).collect();
            parts.sort_unstable_by_key(|part| (part.start, part.end));
            let (whole, signatures) = Signature::of_whole_and_parts(&text, &parts, what);
            prop_assert_eq!(whole, Signature::of(&text, what));
            let each: Vec<Signature> = parts.iter().map(|part| Signature::of(&text[part.clone()], what)).collect();
            prop_assert_eq!(signatures, each);
        }
    }
}
