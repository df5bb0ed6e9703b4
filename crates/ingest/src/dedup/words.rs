//! The words of a text as duplicates are compared: lower case, without punctuation and white space.

/// Calls `each` with the hash of every word, in order.
///
/// A word is a run of letters and digits; in scripts written without spaces, each character is one. The hashes are
/// the same on every machine.
pub fn for_each_word(text: &str, mut each: impl FnMut(u64)) {
    let mut word = WordHash::default();
    let mut rest = text;
    loop {
        // ASCII goes byte by byte, which is several times faster.
        let bytes = rest.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at)
            && byte.is_ascii()
        {
            match FOLDED[byte as usize] {
                0 => word.finish(&mut each),
                letter => word.push_ascii(letter),
            }
            at += 1;
        }
        let mut chars = rest[at..].chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        if is_unspaced(c) {
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

/// Letters and digits of ASCII in lower case; 0 for what is neither.
const FOLDED: [u8; 128] = {
    let mut folded = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        let letter = (byte as u8).to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            folded[byte] = letter;
        }
        byte += 1;
    }
    folded
};

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
    fn push_ascii(&mut self, letter: u8) {
        if self.waiting >> 56 != 0 {
            self.take(self.waiting);
            self.waiting = 0;
        }
        self.waiting = (self.waiting << 8) | u64::from(letter);
    }

    fn push(&mut self, c: char) {
        match u8::try_from(c) {
            // Lower case may be ASCII though the character is not: the Kelvin sign is a k.
            Ok(letter) if letter.is_ascii() => self.push_ascii(letter),
            _ => {
                if self.waiting != 0 {
                    self.take(self.waiting);
                    self.waiting = 0;
                }
                self.take(u64::from(c) | NOT_ASCII);
            }
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
}
