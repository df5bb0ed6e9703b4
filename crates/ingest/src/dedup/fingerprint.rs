//! What a corpus keeps of each text so that duplicates are found without reading the texts again: a hash of its words,
//! and a bitmap of its shingles.
//!
//! A bitmap can say for certain that two texts are no near duplicates, and nearly always does: it is a bound, not an
//! estimate, so no near duplicate is missed. What it cannot rule out is compared in full.

use std::borrow::Cow;

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::shingles::{NEAR_CONTAINMENT_SHINGLES, Shingles, hash_shingles};
use super::words::{for_each_word, mix};

/// A bitmap has at least this many bits for each shingle, and less than twice as many: its length is a power of two,
/// so that the longer of two can be folded to the length of the shorter.
const BITS_PER_SHINGLE: usize = 3;

/// Texts whose fingerprints are taken by one thread at a time.
const CHUNK: usize = 256;

/// What is kept of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint<'a> {
    hash: u64,
    /// Shingles with repetitions; never fewer than there are different ones.
    shingles: u32,
    /// Bits that are set; never more than there are different shingles.
    ones: u32,
    /// A bit for each shingle, at the place that the shingle's hash names. Empty without shingles, or when only exact
    /// duplicates are wanted.
    bits: Cow<'a, [u64]>,
}

impl Fingerprint<'static> {
    /// The fingerprint of a text; without `near` it tells exact duplicates only.
    pub fn of(text: &str, near: bool) -> Self {
        let (mut words, mut bits) = (Vec::new(), Vec::new());
        let (hash, shingles) = take(text, near, &mut words, &mut bits);
        Self { hash, shingles, ones: count_ones(&bits), bits: Cow::Owned(bits) }
    }
}

impl Fingerprint<'_> {
    /// Whether the other text has the same words in the same order, as [`content_hash`](super::content_hash) compares
    /// them. Two other texts pass for the same with a chance of 2⁻⁶⁴.
    pub fn has_same_words(&self, other: &Fingerprint<'_>) -> bool {
        self.hash == other.hash
    }

    /// Whether the text has no word.
    pub fn is_blank(&self) -> bool {
        self.shingles == 0
    }

    /// False when the texts are certainly no near duplicates ([`is_near_duplicate`](super::is_near_duplicate)).
    ///
    /// *s* shared shingles set *s* bits in both bitmaps, less those that fall together: a text of *n* shingles with *a*
    /// bits has *n - a* of those. So with fewer than *s - (n - a)* common bits there are fewer than *s* shared shingles.
    pub fn may_be_near(&self, other: &Fingerprint<'_>) -> bool {
        let Some(needed) = self.needed(other) else { return false };
        let (small, large) = if self.bits.len() <= other.bits.len() { (self, other) } else { (other, self) };
        let mut together = small.shingles - small.ones;
        let mut common = 0;
        if small.bits.len() == large.bits.len() {
            together = together.min(large.shingles - large.ones);
            for (one, two) in small.bits.iter().zip(large.bits.iter()) {
                common += (one & two).count_ones();
            }
        } else {
            for (at, bits) in small.bits.iter().enumerate() {
                // The bit of a shingle in a bitmap of half the length is that of either half.
                let halves = large.bits[at..].iter().step_by(small.bits.len());
                common += (bits & halves.fold(0, |all, bits| all | bits)).count_ones();
            }
        }
        common + together >= needed
    }

    /// False when the text with these shingles and this fingerprint is certainly no near duplicate. Tells more than
    /// [`may_be_near`](Self::may_be_near) when this text is much the longer one.
    pub fn may_hold(&self, shorter: &Shingles, fingerprint: &Fingerprint<'_>) -> bool {
        let Some(needed) = fingerprint.needed(self) else { return false };
        let held = shorter.hashes().iter().filter(|hash| has(&self.bits, **hash)).count();
        held >= needed as usize
    }

    /// The length in shingles, for telling which of two texts is the shorter.
    pub fn length(&self) -> u32 {
        self.shingles
    }

    /// How many shingles two texts must share at least to be near duplicates; `None` when they cannot be. Different
    /// shingles are counted by their bits, which are never more, or with repetitions, which are never fewer.
    fn needed(&self, other: &Fingerprint<'_>) -> Option<u32> {
        let (one, two) = (self.ones, other.ones);
        let (least, most) = (one.min(two), self.shingles.min(other.shingles));
        if least == 0 {
            return None;
        }
        // A Jaccard index of 0.6 is 3/8 of both sets' sizes together, and no more than the smaller set can be shared.
        let similar = (3 * (one + two)).div_ceil(8);
        let similar = (similar <= most).then_some(similar);
        let contained = (most as usize >= NEAR_CONTAINMENT_SHINGLES).then(|| (4 * least).div_ceil(5));
        match (similar, contained) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// The fingerprints of a corpus.
///
/// A text of 130 words takes some 100 bytes, longer ones in proportion: about a tenth of the text.
#[derive(Debug, Default)]
pub struct Fingerprints {
    hashes: Vec<u64>,
    shingles: Vec<u32>,
    ones: Vec<u32>,
    /// All bitmaps, one after the other, and where each ends.
    bits: Vec<u64>,
    ends: Vec<usize>,
    /// The texts by their hashes, those with the same hash in their order.
    by_hash: Vec<u32>,
}

impl Fingerprints {
    /// Takes the fingerprints of texts, on the threads of the current rayon pool; without `near` they tell exact
    /// duplicates only. Texts beyond the first 2³² cannot be found by [`find`](Self::find).
    pub fn of<T: AsRef<str> + Sync>(texts: &[T], near: bool) -> Self {
        let parts: Vec<Self> = texts.par_chunks(CHUNK).map(|texts| Self::of_chunk(texts, near)).collect();
        let mut all = Self {
            hashes: Vec::with_capacity(texts.len()),
            shingles: Vec::with_capacity(texts.len()),
            ones: Vec::with_capacity(texts.len()),
            bits: Vec::with_capacity(parts.iter().map(|part| part.bits.len()).sum()),
            ends: Vec::with_capacity(texts.len()),
            by_hash: Vec::new(),
        };
        for part in parts {
            let before = all.bits.len();
            all.hashes.extend(part.hashes);
            all.shingles.extend(part.shingles);
            all.ones.extend(part.ones);
            all.bits.extend(part.bits);
            all.ends.extend(part.ends.iter().map(|end| before + end));
        }
        all.by_hash = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
        all.by_hash.sort_unstable_by_key(|&at| (all.hashes[at as usize], at));
        all
    }

    fn of_chunk<T: AsRef<str>>(texts: &[T], near: bool) -> Self {
        let mut part = Self::default();
        let mut words = Vec::new();
        for text in texts {
            let before = part.bits.len();
            let (hash, shingles) = take(text.as_ref(), near, &mut words, &mut part.bits);
            part.hashes.push(hash);
            part.shingles.push(shingles);
            part.ones.push(count_ones(&part.bits[before..]));
            part.ends.push(part.bits.len());
        }
        part
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The fingerprint of the text at this place, which must be below [`len`](Self::len).
    pub fn get(&self, at: usize) -> Fingerprint<'_> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let bits = Cow::Borrowed(&self.bits[start..self.ends[at]]);
        Fingerprint { hash: self.hashes[at], shingles: self.shingles[at], ones: self.ones[at], bits }
    }

    /// The place of the first text that is an exact duplicate of this one.
    pub fn find(&self, fingerprint: &Fingerprint<'_>) -> Option<usize> {
        self.find_hash(fingerprint.hash)
    }

    /// The place of the first text with the words of this one. Cheaper than taking its whole fingerprint.
    pub fn find_text(&self, text: &str) -> Option<usize> {
        let mut words = Vec::new();
        self.find_hash(hash_words(text, &mut words))
    }

    fn find_hash(&self, hash: u64) -> Option<usize> {
        let at = self.by_hash.partition_point(|&at| self.hashes[at as usize] < hash);
        let found = *self.by_hash.get(at)? as usize;
        (self.hashes[found] == hash).then_some(found)
    }

    /// The bytes that all of them take.
    pub fn bytes(&self) -> usize {
        8 * (self.hashes.len() + self.bits.len() + self.ends.len())
            + 4 * (self.shingles.len() + self.ones.len() + self.by_hash.len())
    }
}

/// The hash and the number of shingles of a text, and its bitmap at the end of `bits`. `words` is room to work in.
fn take(text: &str, near: bool, words: &mut Vec<u64>, bits: &mut Vec<u64>) -> (u64, u32) {
    let hash = hash_words(text, words);
    hash_shingles(words);
    if near && !words.is_empty() {
        let length = (BITS_PER_SHINGLE * words.len()).next_power_of_two().max(64) / 64;
        let start = bits.len();
        bits.resize(start + length, 0);
        let bits = &mut bits[start..];
        for &shingle in words.iter() {
            let (word, bit) = place(shingle, bits.len());
            bits[word] |= bit;
        }
    }
    (hash, u32::try_from(words.len()).unwrap_or(u32::MAX))
}

/// The hash of a text's words in order, which are left in `words`.
fn hash_words(text: &str, words: &mut Vec<u64>) -> u64 {
    words.clear();
    for_each_word(text, |word| words.push(word));
    // A polynomial of the words, which are mixed already; the multiplier is that of Steele and Vigna's generator.
    let fold = |hash: u64, value: u64| hash.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(value);
    let mut hash = words.iter().copied().fold(words.len() as u64, fold);
    if words.is_empty() {
        // Texts without any word are told apart by their characters.
        hash = text.trim().chars().map(u64::from).fold(1, fold);
    }
    mix(hash)
}

fn count_ones(bits: &[u64]) -> u32 {
    bits.iter().map(|bits| bits.count_ones()).sum()
}

/// The word and the bit in it that a shingle has in a bitmap of this many words, a power of two.
fn place(shingle: u64, words: usize) -> (usize, u64) {
    let at = shingle as usize & (64 * words - 1);
    (at / 64, 1 << (at % 64))
}

fn has(bits: &[u64], shingle: u64) -> bool {
    let (word, bit) = place(shingle, bits.len());
    bits[word] & bit != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fingerprint, Fingerprints};
    use crate::dedup::{Shingles, content_hash, is_near_duplicate};

    /// A text of these numbers as words.
    fn text(words: impl IntoIterator<Item = u32>) -> String {
        words.into_iter().map(|word| format!("w{word} ")).collect()
    }

    fn may(a: &str, b: &str) -> bool {
        let (x, y) = (Fingerprint::of(a, true), Fingerprint::of(b, true));
        let screened = x.may_be_near(&y);
        assert_eq!(screened, y.may_be_near(&x));
        let (small, large, shingles) =
            if x.length() <= y.length() { (x, y, Shingles::of(a)) } else { (y, x, Shingles::of(b)) };
        screened && large.may_hold(&shingles, &small)
    }

    #[test]
    fn unlike_texts_are_told_apart_without_their_shingles() {
        let of =
            |from: u32, words: u32| text((from..from + words).map(|n| n.wrapping_mul(2_654_435_761) >> 8));
        for words in [10, 20, 130, 400, 3000] {
            for other in [10, 20, 130, 400, 3000] {
                let maybe =
                    (0..50).filter(|n| may(&of(n * 10_000, words), &of(5_000_000 + n * 10_000, other)));
                // Eight shingles may by chance seem to stand in a long text.
                assert!(maybe.count() <= usize::from(words.min(other) == 10), "{words} and {other} words");
            }
        }
        // Half of a text is no near duplicate of it by similarity, and by containment its other half is not.
        assert!(!may(&of(0, 200), &of(100, 200)));
        assert!(may(&of(0, 200), &of(0, 190)) && may(&of(0, 20), &of(0, 3000)));
    }

    #[test]
    fn exact_duplicates_are_found_and_the_first_of_them() {
        let texts = ["One two.", "", "three", "ONE — two", "!", "one two three four five"];
        let prints = Fingerprints::of(&texts, true);
        assert_eq!((prints.len(), prints.is_empty()), (6, false));
        assert_eq!(prints.find_text("one, two"), Some(0));
        assert_eq!(prints.find(&Fingerprint::of("Three!", false)), Some(2));
        assert_eq!((prints.find_text(""), prints.find_text("?")), (Some(1), None));
        assert!(
            prints.get(3).has_same_words(&prints.get(0)) && !prints.get(2).has_same_words(&prints.get(0))
        );
        assert!(prints.get(1).is_blank() && prints.get(4).is_blank() && !prints.get(2).is_blank());
        assert_eq!(prints.get(5), Fingerprint::of(texts[5], true));
        assert_eq!(Fingerprints::of::<&str>(&[], true).find_text("one"), None);
    }

    #[test]
    fn a_passage_takes_a_hundred_bytes() {
        let texts: Vec<String> = (0..100).map(|n| text(n * 1000..n * 1000 + 130)).collect();
        assert!(Fingerprints::of(&texts, true).bytes() <= 100 * 100);
        assert!(Fingerprints::of(&texts, false).bytes() <= 32 * 100);
    }

    proptest! {
        /// Copies with edits, of any length and cut anywhere: no near duplicate is ever ruled out.
        #[test]
        fn no_near_duplicate_is_missed(
            words in prop::collection::vec(0_u32..40, 0..200),
            again in 0_usize..4,
            edits in prop::collection::vec((0_usize..200, 0_u32..40), 0..12),
            cut in 0_usize..200,
            more in prop::collection::vec(0_u32..1000, 0..400),
        ) {
            // A text that repeats itself has fewer shingles than it is long.
            let mut copy = words.repeat(again.max(1));
            for (at, word) in edits {
                if let Some(place) = copy.get_mut(at) {
                    *place = word;
                }
            }
            copy.drain(..cut.min(copy.len()) / 4);
            copy.extend(more);
            let (a, b) = (text(words), text(copy));
            prop_assert!(may(&a, &b) || !is_near_duplicate(&Shingles::of(&a), &Shingles::of(&b)));
        }

        #[test]
        fn the_same_words_are_those_of_the_content_hash(a in "[ab ,]{0,6}", b in "[ab ,]{0,6}") {
            let same = Fingerprint::of(&a, false).has_same_words(&Fingerprint::of(&b, false));
            prop_assert_eq!(same, content_hash(&a) == content_hash(&b));
        }
    }
}
