//! Exact duplicates: the same words in the same order.

use super::words::{for_each_word, mix};

/// A hash of a text's words in order: equal for texts that differ only in case, punctuation and white space.
///
/// Texts without any word are told apart by their characters. 128 bits: among a million texts, two different ones
/// share a hash with a chance under 10⁻²⁶. Not meant to withstand texts made to collide.
pub fn content_hash(text: &str) -> u128 {
    let mut hash = Pair { high: 1, low: 2 };
    let mut count = 0_u64;
    for_each_word(text, |word| {
        hash.push(word);
        count += 1;
    });
    if count == 0 {
        text.trim().chars().for_each(|c| hash.push(u64::from(c)));
    }
    hash.finish(count)
}

/// The hash of a text with these words, at least one: that of [`content_hash`].
pub(super) fn hash_of_words(words: &[u64]) -> u128 {
    let mut hash = Pair { high: 1, low: 2 };
    words.iter().for_each(|&word| hash.push(word));
    hash.finish(words.len() as u64)
}

/// Two hashes of the same sequence, with different multipliers.
struct Pair {
    high: u64,
    low: u64,
}

impl Pair {
    fn push(&mut self, value: u64) {
        // Odd constants (the golden ratio and the square root of two, in 64 bits) keep the steps invertible.
        self.high = mix(self.high.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ value);
        self.low = mix(self.low.wrapping_mul(0x6a09_e667_f3bc_c909) ^ value.rotate_left(32));
    }

    fn finish(mut self, count: u64) -> u128 {
        self.push(count);
        (u128::from(self.high) << 64) | u128::from(self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::{content_hash, hash_of_words};
    use crate::dedup::words::word_hashes;

    #[test]
    fn form_does_not_count_and_words_do() {
        let text = "Lake Tahoe is 501 m deep; it does not freeze.";
        assert_eq!(content_hash(text), content_hash("lake tahoe IS 501 m deep —\n\nit does not freeze"));
        assert_ne!(content_hash(text), content_hash("Lake Tahoe is 502 m deep; it does not freeze."));
        assert_ne!(content_hash("a b"), content_hash("b a"));
        assert_ne!(content_hash("a"), content_hash("a a"));
        assert_eq!(content_hash(text), hash_of_words(&word_hashes(text)));
    }

    #[test]
    fn texts_without_words_are_told_apart() {
        assert_eq!(content_hash("!?"), content_hash(" !?\n"));
        assert_ne!(content_hash("!?"), content_hash("?!"));
        assert_ne!(content_hash(""), content_hash("!"));
    }
}
