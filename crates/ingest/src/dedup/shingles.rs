//! Near duplicates: texts that share most of their word 3-grams (Broder: On the resemblance and containment of
//! documents, 1997).

use super::words::{for_each_word, mix};

/// Two texts are near duplicates from this Jaccard index on.
///
/// A word replaced changes three 3-grams on either side: k words replaced far apart in n leave an index of
/// (n - 2 - 3k) / (n - 2 + 3k), so 0.6 forgives 8 edits in a passage of 100 words and 1 in one of 20. Passages on the
/// same subject that were written independently share a few 3-grams in a hundred.
pub const NEAR_JACCARD: f64 = 0.6;

/// Two texts are near duplicates when one contains this share of the other's shingles.
///
/// A longer passage that holds nearly all of the positive answers its question as well, and yet their Jaccard index
/// is small; a fifth is left to edits.
pub const NEAR_CONTAINMENT: f64 = 0.8;

/// Containment is only believed from this many shingles of the smaller text on (10 words): a heading or a stock
/// phrase stands in many passages that share nothing else.
pub const NEAR_CONTAINMENT_SHINGLES: usize = 8;

/// The words in a shingle.
pub(super) const WIDTH: usize = 3;

/// The set of a text's word 3-grams, hashed; of a text with fewer than three words, the set of its words. Or any other set
/// of hashes ([`of_hashes`](Self::of_hashes)): short texts are better compared by other parts.
///
/// Words are compared in lower case and without punctuation. The hashes are the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// The shingles of a text.
    pub fn of(text: &str) -> Self {
        let mut words = Vec::new();
        for_each_word(text, |word| words.push(word));
        hash_shingles(&mut words);
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// The set of these parts, whatever they are the hashes of.
    pub fn of_hashes(parts: impl IntoIterator<Item = u64>) -> Self {
        let mut parts: Vec<u64> = parts.into_iter().map(mix).collect();
        parts.sort_unstable();
        parts.dedup();
        parts.shrink_to_fit();
        Self(parts)
    }

    /// How many different shingles there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none: the text has no word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shingles' hashes, ascending.
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// The Jaccard index of two sets, in 0..=1: shared shingles over all shingles. 0 when both are empty.
    pub fn jaccard(&self, other: &Self) -> f64 {
        let shared = self.shared(other);
        let all = self.len() + other.len() - shared;
        if all == 0 { 0.0 } else { shared as f64 / all as f64 }
    }

    /// The share of the smaller set that the larger one holds, in 0..=1. 0 when either is empty.
    pub fn containment(&self, other: &Self) -> f64 {
        let smaller = self.len().min(other.len());
        if smaller == 0 { 0.0 } else { self.shared(other) as f64 / smaller as f64 }
    }

    /// The set of these hashes, which ascend.
    pub(super) fn of_ascending(hashes: Vec<u64>) -> Self {
        Self(hashes)
    }

    /// Gives back the room that repetitions took, for sets that are held for long.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    fn shared(&self, other: &Self) -> usize {
        // Which set is ahead cannot be foreseen, so nothing branches on it.
        let (mut a, mut b) = (0, 0);
        let mut shared = 0;
        while let (Some(x), Some(y)) = (self.0.get(a), other.0.get(b)) {
            shared += usize::from(x == y);
            a += usize::from(x <= y);
            b += usize::from(y <= x);
        }
        shared
    }
}

/// Whether two texts say nearly the same in nearly the same words: a Jaccard index of at least [`NEAR_JACCARD`], or a
/// containment of at least [`NEAR_CONTAINMENT`] with at least [`NEAR_CONTAINMENT_SHINGLES`] shingles in the smaller.
pub fn is_near_duplicate(a: &Shingles, b: &Shingles) -> bool {
    let (smaller, larger) = if a.len() <= b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
    if smaller == 0 {
        return false;
    }
    let contains = smaller >= NEAR_CONTAINMENT_SHINGLES;
    // Sets of such different sizes cannot reach the Jaccard index: nothing to count.
    if !contains && (smaller as f64) < NEAR_JACCARD * larger as f64 {
        return false;
    }
    let shared = a.shared(b);
    let jaccard = shared as f64 / (smaller + larger - shared) as f64;
    jaccard >= NEAR_JACCARD || (contains && shared as f64 >= NEAR_CONTAINMENT * smaller as f64)
}

/// Puts the hashes of the shingles in the place of the words, with repetitions; fewer words than a shingle has stay.
pub(super) fn hash_shingles(words: &mut Vec<u64>) {
    if words.len() >= WIDTH {
        for at in 0..=words.len() - WIDTH {
            words[at] = hash([words[at], words[at + 1], words[at + 2]]);
        }
        words.truncate(words.len() - WIDTH + 1);
    }
}

/// The words are mixed already: a sum with odd weights that tells their places apart, mixed once more.
fn hash([first, second, third]: [u64; WIDTH]) -> u64 {
    let sum = first
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(second.wrapping_mul(0x6a09_e667_f3bc_c909))
        .wrapping_add(third.wrapping_mul(0xd134_2543_de82_ef95));
    mix(sum)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Shingles, is_near_duplicate};

    const PASSAGE: &str = "A dimictic lake mixes twice a year. In spring, when the ice has melted and the whole water \
        column stands near 4 °C, wind can stir it from top to bottom. Summer warms the surface and a thermocline \
        forms, which keeps oxygen from the deep water. In autumn the surface cools until its density matches that of \
        the water below, and the lake overturns again. Under winter ice it is layered the other way round, with the \
        coldest water on top.";

    fn near(a: &str, b: &str) -> bool {
        let (a, b) = (Shingles::of(a), Shingles::of(b));
        assert_eq!(is_near_duplicate(&a, &b), is_near_duplicate(&b, &a));
        is_near_duplicate(&a, &b)
    }

    #[test]
    fn counted_by_hand() {
        let a = Shingles::of("one two three four five");
        let b = Shingles::of("Two three, four five six seven");
        assert_eq!((a.len(), b.len()), (3, 4));
        assert_eq!(a.jaccard(&b), 2.0 / 5.0);
        assert_eq!(a.containment(&b), 2.0 / 3.0);
        // A 3-gram that comes twice is one shingle.
        assert_eq!(Shingles::of("a b c a b c").len(), 3);
        assert_eq!(Shingles::of("two words").len(), 2);
        assert_eq!(Shingles::of("words two"), Shingles::of("two words"));
        assert!(Shingles::of(" — ").is_empty());
        let (a, b) = (Shingles::of_hashes([3, 1, 2, 3]), Shingles::of_hashes([2, 3, 4]));
        assert_eq!((a.len(), a.jaccard(&b)), (3, 0.5));
    }

    #[test]
    fn edits_of_form_and_of_a_few_words_are_near_duplicates() {
        assert!(near(PASSAGE, &PASSAGE.to_uppercase().replace(' ', "\n").replace(',', " —")));
        let typos = PASSAGE
            .replace("melted", "meltd")
            .replace("thermocline", "termocline")
            .replace("coldest", "colder");
        assert!(near(PASSAGE, &typos));
        let reordered = {
            let mut sentences: Vec<&str> = PASSAGE.split_inclusive(". ").collect();
            sentences.swap(1, 2);
            sentences.concat()
        };
        assert!(near(PASSAGE, &reordered));
    }

    #[test]
    fn a_passage_within_a_longer_one_is_a_near_duplicate() {
        let added = format!("{PASSAGE} Lake Mendota in Wisconsin is a much studied example of such a lake.");
        assert!(near(PASSAGE, &added));
        let padded = format!("{} {PASSAGE}", (0..400).map(|n| format!("word{n} ")).collect::<String>());
        let (small, large) = (Shingles::of(PASSAGE), Shingles::of(&padded));
        assert!(small.jaccard(&large) < 0.3 && small.containment(&large) == 1.0);
        assert!(is_near_duplicate(&small, &large));
    }

    #[test]
    fn other_passages_of_the_same_subject_are_not() {
        let other = "A monomictic lake mixes once a year. In warm monomictic lakes the surface never freezes, so the \
            water column circulates all winter and is layered in summer, when a thermocline keeps oxygen from the \
            deep water. Cold monomictic lakes are frozen for most of the year and mix only in summer, at \
            temperatures of 4 °C or less.";
        assert!(!near(PASSAGE, other));
        // A shared heading or stock phrase is not enough.
        assert!(!near("Lakes of Europe: an overview", &format!("Lakes of Europe: an overview. {PASSAGE}")));
        assert!(!near("", "") && !near("", PASSAGE));
        assert!(near("Lake Tahoe", "lake tahoe!"));
    }

    proptest! {
        #[test]
        fn set_sizes_agree_with_sets(a in "[ab c]{0,40}", b in "[ab c]{0,40}") {
            let (a, b) = (Shingles::of(&a), Shingles::of(&b));
            let set = |shingles: &Shingles| shingles.hashes().iter().copied().collect::<BTreeSet<u64>>();
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!((x.len(), y.len()), (a.len(), b.len()));
            let union = x.union(&y).count();
            let shared = x.intersection(&y).count();
            prop_assert_eq!(a.jaccard(&b), if union == 0 { 0.0 } else { shared as f64 / union as f64 });
            let near = a.jaccard(&b) >= 0.6 || (a.containment(&b) >= 0.8 && x.len().min(y.len()) >= 8);
            prop_assert_eq!(is_near_duplicate(&a, &b), near);
        }
    }
}
