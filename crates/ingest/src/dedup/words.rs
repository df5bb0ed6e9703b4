//! The words of a text as duplicates are compared: lower case, without punctuation and white space.

use std::ops::Range;
use std::sync::LazyLock;

/// Calls `each` with the hash of every word, in order.
///
/// A word is a run of letters and digits; in scripts written without spaces, each character is one. The hashes are
/// the same on every machine.
pub fn for_each_word(text: &str, mut each: impl FnMut(u64)) {
    let alphabets = &*ALPHABETS;
    let bytes = text.as_bytes();
    let mut word = WordHash::default();
    let mut at = 0;
    loop {
        // ASCII goes eight bytes at a time, most words at once, which is several times faster.
        while let Some(&block) = bytes[at..].first_chunk()
            && block[0].is_ascii()
            && word.waiting == 0
        {
            let (letters, length) = leading_letters(block);
            at += length;
            if length == block.len() {
                word.take(letters);
                continue;
            }
            word.waiting = letters;
            if !bytes[at].is_ascii() {
                break;
            }
            word.finish(&mut each);
            at += 1;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        match alphabets.get(c as usize).copied().flatten() {
            Some(SEPARATOR) => word.finish(&mut each),
            Some(lower) => word.push(lower),
            None if !c.is_alphanumeric() => word.finish(&mut each),
            None if is_unspaced(c) => {
                word.finish(&mut each);
                word.push(c);
                word.finish(&mut each);
            }
            None => c.to_lowercase().for_each(|lower| word.push(lower)),
        }
    }
    word.finish(&mut each);
}

/// The hashes of a text's words, in order.
pub(crate) fn word_hashes(text: &str) -> Vec<u64> {
    // English has six bytes a word, the space included; what is reserved in vain is never touched.
    let mut words = Vec::with_capacity(text.len() / 5);
    for_each_word(text, |word| words.push(word));
    words
}

/// Where the words of a text stand, in order, as byte ranges: those that [`for_each_word`] hashes.
pub fn word_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|(_, c)| c.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        if !is_unspaced(first) {
            while let Some((at, c)) = chars.next_if(|(_, c)| c.is_alphanumeric() && !is_unspaced(*c)) {
                end = at + c.len_utf8();
            }
        }
        Some(start..end)
    })
}

/// Whether a word goes on across this byte of a text, a boundary of characters.
pub(super) fn is_within_word(text: &str, at: usize) -> bool {
    let joins = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    text[..at].chars().next_back().is_some_and(joins) && text[at..].chars().next().is_some_and(joins)
}

/// The lower case of letters and digits in the alphabets before Thai, [`SEPARATOR`] for what is neither, `None` for what
/// becomes several. The standard library's tables are smaller and several times slower.
static ALPHABETS: LazyLock<[Option<char>; 0xe00]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let c = char::from_u32(code as u32).filter(|c| c.is_alphanumeric());
        let mut lower = c.unwrap_or(SEPARATOR).to_lowercase();
        lower.next().filter(|_| lower.next().is_none())
    })
});

/// Stands for what is between words.
const SEPARATOR: char = '\0';

/// The letters and digits of ASCII that a block begins with, in lower case, the last in the lowest byte; and how many
/// they are.
fn leading_letters(block: [u8; 8]) -> (u64, usize) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let block = u64::from_le_bytes(block);
    // The highest bit of each byte says whether the lower seven, to which this is added, reach a bound.
    let reach = |bytes: u64, bound: u8| bytes + EACH * u64::from(0x80 - bound);
    let low = block & (EACH * 0x7f);
    let folded = low | (EACH * 0x20);
    let is_letter = reach(folded, b'a') & !reach(folded, b'z' + 1);
    let is_digit = reach(low, b'0') & !reach(low, b'9' + 1);
    let others = !((is_letter | is_digit) & !block) & (EACH * 0x80);
    let length = others.trailing_zeros() / 8;
    // Digits have the bit of lower case already.
    let letters = folded.swap_bytes().checked_shr(64 - 8 * length).unwrap_or(0);
    (letters, length as usize)
}

/// The hash of a word's characters: eight ASCII characters at a time, any other by itself.
#[derive(Default)]
struct WordHash {
    /// What was hashed.
    state: u64,
    /// ASCII characters that were not yet, a byte each.
    waiting: u64,
}

/// Tells a character that is not ASCII from a pair of ASCII characters.
const NOT_ASCII: u64 = 1 << 63;

impl WordHash {
    /// Takes a character in lower case. It may be ASCII where that of the text is not: the Kelvin sign is a k.
    fn push(&mut self, c: char) {
        let is_full = self.waiting >> 56 != 0;
        if self.waiting != 0 && (is_full || !c.is_ascii()) {
            self.take(self.waiting);
            self.waiting = 0;
        }
        if c.is_ascii() {
            self.waiting = (self.waiting << 8) | u64::from(c);
        } else {
            self.take(u64::from(c) | NOT_ASCII);
        }
    }

    fn take(&mut self, part: u64) {
        self.state = mix(self.state ^ part);
    }

    fn finish(&mut self, each: &mut impl FnMut(u64)) {
        if self.waiting != 0 {
            self.take(self.waiting);
        }
        // No part is 0, and mixing is a bijection that keeps 0 alone at 0: a state of 0 is that of no word, but for one
        // word in 2⁶⁴.
        if self.state != 0 {
            each(self.state);
        }
        (self.state, self.waiting) = (0, 0);
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): every bit
/// of the argument changes about half of the result's.
pub(super) const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Whether the script of this character puts no spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese
/// characters.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{WordHash, word_hashes as words, word_ranges};

    #[test]
    fn case_punctuation_and_white_space_do_not_count() {
        assert_eq!(words("The  LAKE, (deep)\n— Élan!"), words("the lake deep élan"));
        assert_eq!(words("the lake deep élan").len(), 4);
        assert_ne!(words("ab c"), words("a bc"));
        assert!(words(" .,—\n").is_empty());
    }

    #[test]
    fn words_of_any_length_and_script_are_told_apart() {
        let long = "abcdefghijklmnopqrstuvwxyz0123456789";
        let mut all: Vec<u64> = (1..=long.len()).flat_map(|length| words(&long[..length])).collect();
        // 慢 is the number of the bytes of "ab".
        all.extend(
            ["慢", "é", "aé", "éa", "éab", "abé", "aéb", "ба", "аб"].iter().flat_map(|word| words(word)),
        );
        let different: std::collections::HashSet<u64> = all.iter().copied().collect();
        assert_eq!((all.len(), different.len()), (45, 45));
        assert_eq!(words("\u{212a}ELVIN"), words("kelvin"), "the Kelvin sign is a k");
    }

    #[test]
    fn unspaced_scripts_count_by_character() {
        assert_eq!(words("湖は深い。lake").len(), 5);
        assert_eq!(words("湖は"), words("湖 は"));
    }

    #[test]
    fn ranges_leave_out_what_is_between_words() {
        let text = "«Élan», l'été: 湖は 12 m!";
        let found: Vec<&str> = word_ranges(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["Élan", "l", "été", "湖", "は", "12", "m"]);
        assert_eq!(word_ranges(" — ").count(), 0);
    }

    /// The words of a text, character by character.
    fn words_by_characters(text: &str) -> Vec<u64> {
        let mut words = Vec::new();
        for range in word_ranges(text) {
            let mut word = WordHash::default();
            text[range].chars().flat_map(char::to_lowercase).for_each(|c| word.push(c));
            word.finish(&mut |hash| words.push(hash));
        }
        words
    }

    #[test]
    fn every_character_of_ascii_is_told_in_every_place_of_a_block() {
        for place in 0..8 {
            for byte in 0..128_u8 {
                let mut text = *b"abcdefgh12345678";
                text[place] = byte;
                let text = std::str::from_utf8(&text).unwrap();
                assert_eq!(words(text), words_by_characters(text), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn blocks_and_characters_make_the_same_words(text in "([a-c]{1,20}[,A-Z0-9]|[ é湖は\u{212a}\u{e01}İ]|\\PC){0,20}") {
            prop_assert_eq!(words(&text), words_by_characters(&text));
        }

        #[test]
        fn what_stands_in_a_range_is_the_word_that_is_hashed(text in "([a-cA-C0-9 ,.é湖はßİΣ\u{212a}\u{301}\u{e01}]|\\PC){0,40}") {
            let each: Vec<u64> = word_ranges(&text).flat_map(|range| words(&text[range])).collect();
            prop_assert_eq!(each, words(&text));
        }
    }
}
