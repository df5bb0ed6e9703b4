//! Tokens without a tokenizer.
//!
//! The tokenizers of today's models break a text in much the same way before they look into their vocabularies: at
//! words, at runs of punctuation, at three digits, at line breaks. What each such piece comes to on average follows from
//! its script and its length. The weights below are least-squares fits, rounded, to the mean of `cl100k_base` and
//! `o200k_base` over prose (English, German, Russian, Chinese, Japanese), code and numbers. Vocabularies of few languages
//! need more tokens for the others; English, code and numbers differ least.

/// Of a word in Latin letters.
const WORD: usize = 910;
/// Of each of its letters after [`LONG_WORD`].
const LONG_LETTER: usize = 240;
/// Of each of its letters with an accent, which vocabularies made from English have not in their longer words.
const ACCENTED_LETTER: usize = 1500;
const LONG_WORD: usize = 6;
/// Of up to three digits.
const DIGITS: usize = 1000;
/// Of a run of punctuation, and of each mark after its first.
const PUNCTUATION: usize = 970;
const MORE_PUNCTUATION: usize = 100;
/// Of line breaks that follow no punctuation.
const BREAK: usize = 1000;
/// Of an indentation or a gap.
const GAP: usize = 600;
/// Of a Chinese character or a Japanese or Korean syllable.
const SYLLABLE: usize = 850;
/// Of a word in Cyrillic or Greek letters, and of each of its letters.
const OTHER_WORD: usize = 650;
const OTHER_LETTER: usize = 250;
/// Of a letter of the other scripts.
const RARE_LETTER: usize = 600;
/// Of any other character, such as an emoji.
const SYMBOL: usize = 1500;

/// The weight of a token.
const TOKEN: usize = 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Latin,
    Accented,
    Digit,
    Punctuation,
    Break,
    Blank,
    Syllable,
    Other,
    Rare,
    Symbol,
}

impl Class {
    fn of_ascii(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Self::Latin,
            b'0'..=b'9' => Self::Digit,
            b'\n' | b'\r' => Self::Break,
            b' ' | b'\t' => Self::Blank,
            _ => Self::Punctuation,
        }
    }

    fn of(c: char) -> Self {
        match c {
            '\0'..='\x7f' => Self::of_ascii(c as u8),
            'À'..='\u{24f}' => Self::Accented,
            '\u{370}'..='\u{52f}' => Self::Other,
            '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => Self::Syllable,
            c if c.is_whitespace() => Self::Blank,
            c if c.is_alphanumeric() => Self::Rare,
            _ => Self::Symbol,
        }
    }

    /// Whether a run of this class goes on with a character of that.
    fn goes_on_with(self, next: Self) -> bool {
        match self {
            Self::Latin | Self::Accented => matches!(next, Self::Latin | Self::Accented),
            Self::Syllable | Self::Rare | Self::Symbol => false,
            _ => self == next,
        }
    }
}

/// Tells the byte at which each estimated token ends; the last may not be full.
pub(super) fn token_ends(text: &str, mut tell: impl FnMut(usize)) {
    let mut pieces = Pieces { text, at: 0, after: Class::Break };
    let mut carried = 0;
    while let Some((start, weight)) = pieces.next() {
        carried += weight;
        let tokens = carried / TOKEN;
        carried %= TOKEN;
        let length = pieces.at - start;
        for token in 1..=tokens {
            tell(start + length * token / tokens);
        }
    }
    if carried > 0 {
        tell(text.len());
    }
}

/// The pieces of a text and what they weigh.
struct Pieces<'a> {
    text: &'a str,
    at: usize,
    /// The class of the piece before, blanks between words aside.
    after: Class,
}

impl Pieces<'_> {
    /// Where the next piece starts, and its weight; it ends at `at`.
    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let (class, first) = self.class(start)?;
        self.at += first;
        let (mut characters, mut accented) = (1_usize, usize::from(class == Class::Accented));
        while let Some((next, length)) = self.class(self.at).filter(|(next, _)| class.goes_on_with(*next)) {
            self.at += length;
            characters += 1;
            accented += usize::from(next == Class::Accented);
        }
        let weight = match class {
            Class::Latin | Class::Accented => {
                let long = characters.saturating_sub(LONG_WORD);
                WORD + long * LONG_LETTER + accented * ACCENTED_LETTER
            }
            Class::Digit => DIGITS * characters.div_ceil(3),
            Class::Punctuation => PUNCTUATION + (characters - 1) * MORE_PUNCTUATION,
            Class::Break if self.after == Class::Punctuation => 0,
            Class::Break => BREAK,
            Class::Blank if characters == 1 => 0,
            Class::Blank => GAP,
            Class::Syllable => SYLLABLE,
            Class::Other => OTHER_WORD + characters * OTHER_LETTER,
            Class::Rare => RARE_LETTER,
            Class::Symbol => SYMBOL,
        };
        self.after = class;
        Some((start, weight))
    }

    /// The class of the character at this byte, and how many bytes it has.
    fn class(&self, at: usize) -> Option<(Class, usize)> {
        let byte = *self.text.as_bytes().get(at)?;
        if byte.is_ascii() {
            return Some((Class::of_ascii(byte), 1));
        }
        self.text[at..].chars().next().map(|c| (Class::of(c), c.len_utf8()))
    }
}

#[cfg(test)]
mod tests {
    use super::token_ends;

    fn ends(text: &str) -> Vec<usize> {
        let mut ends = Vec::new();
        token_ends(text, |end| ends.push(end));
        ends
    }

    #[test]
    fn ends_ascend_to_the_end_of_the_text() {
        for text in
            ["a", "A lake.", "湖は深い", "Internationalisierungsbehörde 12345", "\n\n\n", "👩\u{200d}🔬", ""]
        {
            let ends = ends(text);
            assert!(ends.is_sorted() && ends.last().is_none_or(|end| *end <= text.len()), "{text}: {ends:?}");
            assert_eq!(ends.is_empty(), text.is_empty());
        }
    }

    #[test]
    fn counts_are_about_those_of_tokenizers() {
        // Models of four makers find 18 to 20, 11 to 14, 14 to 16 and 10 to 17 tokens in these.
        for (text, least, most) in [
            ("The lake is deep and its water is clear. Nobody has seen its ground since 1874.", 17, 21),
            ("fn main() { println!(\"{}\", count(&text)); }", 10, 14),
            ("3.14159, 2.71828, 1.41421", 14, 18),
            ("湖は深く、水は澄んでいる。", 11, 18),
        ] {
            let count = ends(text).len();
            assert!((least..=most).contains(&count), "{count} tokens: {text}");
        }
    }
}
