//! The words of a text as duplicates are compared: lower case, without punctuation and white space.

/// Calls `each` with the hash of every word, in order.
///
/// A word is a run of letters and digits; in scripts written without spaces, each character is one.
pub(super) fn for_each_word(text: &str, mut each: impl FnMut(u64)) {
    let mut word = WordHash::default();
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                word.push(c.to_ascii_lowercase());
            } else {
                word.finish(&mut each);
            }
        } else if is_unspaced(c) {
            word.finish(&mut each);
            word.push(c);
            word.finish(&mut each);
        } else if c.is_alphanumeric() {
            c.to_lowercase().for_each(|lower| word.push(lower));
        } else {
            word.finish(&mut each);
        }
    }
    word.finish(&mut each);
}

/// FNV-1a over the characters of a word, mixed at its end.
struct WordHash {
    state: u64,
    empty: bool,
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

impl Default for WordHash {
    fn default() -> Self {
        Self { state: FNV_OFFSET, empty: true }
    }
}

impl WordHash {
    fn push(&mut self, c: char) {
        self.state = (self.state ^ u64::from(c)).wrapping_mul(FNV_PRIME);
        self.empty = false;
    }

    fn finish(&mut self, each: &mut impl FnMut(u64)) {
        if !self.empty {
            each(mix(self.state));
            *self = Self::default();
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): every bit
/// of the argument changes about half of the result's.
pub(super) fn mix(mut x: u64) -> u64 {
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
    use super::for_each_word;

    fn words(text: &str) -> Vec<u64> {
        let mut words = Vec::new();
        for_each_word(text, |word| words.push(word));
        words
    }

    #[test]
    fn case_punctuation_and_white_space_do_not_count() {
        assert_eq!(words("The  LAKE, (deep)\n— Élan!"), words("the lake deep élan"));
        assert_eq!(words("the lake deep élan").len(), 4);
        assert_ne!(words("ab c"), words("a bc"));
        assert!(words(" .,—\n").is_empty());
    }

    #[test]
    fn unspaced_scripts_count_by_character() {
        assert_eq!(words("湖は深い。lake").len(), 5);
        assert_eq!(words("湖は"), words("湖 は"));
    }
}
