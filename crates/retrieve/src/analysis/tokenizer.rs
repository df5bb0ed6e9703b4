//! Lucene's StandardTokenizer: words, numbers, ideographs and emoji of a text.

use super::char_class::{CharClass, Group, WordBreak};
use super::scan::Scan;
use super::{ascii, emoji, word};

/// The longest token, in UTF-16 code units: longer ones are cut into pieces of this length.
pub const MAX_TOKEN_UNITS: usize = 255;

/// The tokens of a text, as slices of it in their order.
///
/// At each place the longest match of these wins; what matches none of them is skipped:
///
/// - a word or number by the word boundary rules of UAX #29 (Unicode 12.1, Lucene 9.5's version):
///   letters with single `'`, `.`, `:` or `·` between them, digits with single `,`, `.`, `;` or `'`
///   between them, either joined by `_`; a run of Katakana, of Hangul (`can't`, `1,234.5`, `カタカナ`);
/// - a run of a Southeast Asian script that is written without spaces;
/// - one Han or Hiragana character;
/// - an emoji sequence, a keycap, a flag.
///
/// Combining marks, soft hyphens and zero-width joiners stay inside their token. Number symbols (`½`,
/// `²`, `①`), punctuation, the zero-width space and characters newer than Unicode 12.1 are skipped. A
/// token is at most [`MAX_TOKEN_UNITS`] long.
///
/// ```
/// use ragstill_retrieve::analysis::Tokenizer;
///
/// let tokens: Vec<&str> = Tokenizer::new("Don't pay ½ of $1,234.50 👍🏽!").collect();
/// assert_eq!(tokens, ["Don't", "pay", "of", "1,234.50", "👍🏽"]);
/// ```
#[derive(Debug, Clone)]
pub struct Tokenizer<'a> {
    rest: &'a str,
}

impl<'a> Tokenizer<'a> {
    /// The tokens of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }
}

impl<'a> Iterator for Tokenizer<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.rest = &self.rest[ascii::gap(self.rest.as_bytes())..];
            if let Some(end) = ascii::word(self.rest.as_bytes()) {
                let (token, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(token);
            }
            let first = self.rest.chars().next()?;
            let class = CharClass::of(first);
            if class == CharClass::NONE {
                self.rest = &self.rest[first.len_utf8()..];
                continue;
            }
            let length = longest(self.rest, class);
            let end = if length > 0 { length } else { unmatched(self.rest, first) };
            let (token, rest) = self.rest.split_at(end);
            self.rest = rest;
            if length > 0 {
                return Some(token);
            }
        }
    }
}

/// Length in bytes of the longest token that begins `text`, whose first character is of `class`; 0 if none.
fn longest(text: &str, class: CharClass) -> usize {
    let scan = || Scan::new(text);
    let by_group = match class.group {
        Group::None | Group::Pictograph => 0,
        Group::KeycapBase => emoji::keycap(scan()),
        Group::Han | Group::Hiragana => clusters(scan(), class.group, 1, 1),
        Group::RegionalIndicator => clusters(scan(), class.group, 2, 2),
        Group::SoutheastAsian => clusters(scan(), class.group, 1, usize::MAX),
    };
    // Joiners and skin tones begin emoji although their class is Extend.
    let by_emoji = match (class.group, class.word_break) {
        (Group::Pictograph, _) | (_, WordBreak::Extend) => emoji::longest(scan()),
        _ => 0,
    };
    word::longest(scan()).max(by_group).max(by_emoji)
}

/// Bytes to skip where no token begins although `first` could begin one.
///
/// One character, but of a longer run of it (`____`) all places from which only the run can be seen: the match
/// fails there as it did here, and trying would cost a whole token's length each time.
fn unmatched(text: &str, first: char) -> usize {
    let copies = text.chars().take_while(|&c| c == first).count();
    let in_sight = MAX_TOKEN_UNITS.div_ceil(first.len_utf16());
    first.len_utf8() * (copies + 1).saturating_sub(in_sight).max(1)
}

/// Length in bytes of at least `min`, at most `max` characters of `group` at the start of `scan`, each with
/// the marks that extend it; 0 if there are fewer.
fn clusters(scan: Scan<'_>, group: Group, min: usize, max: usize) -> usize {
    let (mut count, mut end) = (0, 0);
    for step in scan {
        if step.class.group == group && count < max {
            count += 1;
        } else if step.class.word_break != WordBreak::Extend {
            break;
        }
        if count >= min {
            end = step.end;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every expectation in these tests is what Lucene 9.5's StandardTokenizer returns.
    fn tokens(text: &str) -> Vec<&str> {
        Tokenizer::new(text).collect()
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(tokens("").is_empty());
        assert!(tokens(" \r\n\t.,!?…—\u{200B}\u{AD}").is_empty());
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!(tokens("some-dashed 2B C3PO ac/dc"), ["some", "dashed", "2B", "C3PO", "ac", "dc"]);
        assert_eq!(
            tokens("O'Reilly's can\u{2019}t dogs' 'quoted'"),
            ["O'Reilly's", "can\u{2019}t", "dogs", "quoted"]
        );
        assert_eq!(tokens("a.b.c a:b a·b U.S. 3.a a,b"), ["a.b.c", "a:b", "a·b", "U.S", "3", "a", "a", "b"]);
        assert_eq!(
            tokens("1,234.5 1;2 1:2 10.0.0.1 5' 1'2"),
            ["1,234.5", "1;2", "1", "2", "10.0.0.1", "5", "1'2"]
        );
        assert_eq!(tokens("a..b a.'b 1,,2"), ["a", "b", "a", "b", "1", "2"]);
    }

    #[test]
    fn connectors_join_but_do_not_stand_alone() {
        assert_eq!(tokens("snake_case __ _a_ 1__2 カ_a"), ["snake_case", "_a_", "1__2", "カ_a"]);
        assert_eq!(tokens("a._b a_.b"), ["a", "_b", "a_", "b"]);
    }

    #[test]
    fn hebrew_quotes() {
        assert_eq!(tokens("צה\"ל א\" ג' א'ב"), ["צה\"ל", "א", "ג'", "א'ב"]);
        assert_eq!(tokens("א\"א\"א א.א'"), ["א\"א", "א", "א.א"]);
    }

    #[test]
    fn emoji_are_tokens() {
        assert_eq!(tokens("nice😀😀day"), ["nice", "😀", "😀", "day"]);
        assert_eq!(tokens("👍🏽 👨‍👩‍👧‍👦 ❤️‍🔥 ☺\u{FE0E}"), ["👍🏽", "👨‍👩‍👧‍👦", "❤️‍🔥", "☺"]);
        assert_eq!(tokens("©2020 ™ ㊗"), ["©", "2020", "™", "㊗"]);
        assert_eq!(tokens("\u{200D}😀 😀\u{FE0F}\u{200D}\u{200D}🏽"), ["\u{200D}😀", "😀\u{FE0F}", "🏽"]);
        assert_eq!(tokens("🏽 a🏽b"), ["🏽", "a🏽b"]);
    }

    #[test]
    fn flags_and_keycaps() {
        assert_eq!(tokens("🇩🇪🇫🇷 🇩 🇩🇪🇫"), ["🇩🇪", "🇫🇷", "🇩🇪"]);
        assert_eq!(
            tokens("🏴\u{E0067}\u{E0062}\u{E007F} 🏴\u{FE0F}\u{E0067}\u{E007F}x"),
            ["🏴\u{E0067}\u{E0062}\u{E007F}", "🏴\u{FE0F}\u{E0067}\u{E007F}", "x"]
        );
        assert_eq!(
            tokens("1\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3} *\u{20E3} # * *\u{FE0F}"),
            ["1\u{FE0F}\u{20E3}", "#\u{FE0F}\u{20E3}", "*\u{20E3}"]
        );
        assert_eq!(
            tokens("#\u{20E3}\u{FE0F} #\u{20E3}\u{FE0F}\u{20E3}\u{301}"),
            ["#\u{20E3}", "#\u{20E3}\u{FE0F}\u{20E3}\u{301}"]
        );
    }

    #[test]
    fn number_symbols_are_dropped_letters_of_number_shape_are_not() {
        assert_eq!(tokens("½ ² ① x² 3½ ⑴"), ["x", "3"]);
        assert_eq!(tokens("ⅷ Ⓜ １２ ٣"), ["ⅷ", "Ⓜ", "１２", "٣"]);
    }

    #[test]
    fn east_asian_scripts() {
        assert_eq!(tokens("日本語"), ["日", "本", "語"]);
        assert_eq!(tokens("ひらが\u{3099}な"), ["ひ", "ら", "が\u{3099}", "な"]);
        assert_eq!(tokens("カタカナー カタabc"), ["カタカナー", "カタ", "abc"]);
        assert_eq!(tokens("한국어 ᄒ\u{1161}ᆫ"), ["한국어", "ᄒ\u{1161}ᆫ"]);
        assert_eq!(tokens("人々a 〇"), ["人", "々a", "〇"]);
        assert_eq!(tokens("𩬅艱"), ["𩬅", "艱"]);
    }

    #[test]
    fn southeast_asian_runs_stay_whole() {
        assert_eq!(tokens("สวัสดีครับ โลก๑๒"), ["สวัสดีครับ", "โลก", "๑๒"]);
        assert_eq!(tokens("ສາທາລະນະລັດ မြန်မာ ខ្មែរabc"), ["ສາທາລະນະລັດ", "မြန်မာ", "ខ្មែរ", "abc"]);
        assert_eq!(tokens("\u{E31}x"), ["\u{E31}", "x"]);
    }

    #[test]
    fn marks_and_invisible_characters() {
        assert_eq!(tokens("e\u{301}te\u{301} \u{301}x"), ["e\u{301}te\u{301}", "x"]);
        assert_eq!(tokens("soft\u{AD}hyphen \u{AD}x"), ["soft\u{AD}hyphen", "x"]);
        assert_eq!(
            tokens("zero\u{200B}width non\u{200C}joiner joi\u{200D}ner bom\u{FEFF}s"),
            ["zero", "width", "non\u{200C}joiner", "joi\u{200D}ner", "bom\u{FEFF}s"]
        );
        assert_eq!(tokens("1\u{301},\u{301}2"), ["1\u{301},\u{301}2"]);
    }

    #[test]
    fn long_tokens_are_cut_at_255_utf_16_units() {
        let units = |text: &str| tokens(text).iter().map(|t| t.encode_utf16().count()).collect::<Vec<_>>();
        assert_eq!(units(&"a".repeat(255)), [255]);
        assert_eq!(units(&"a".repeat(600)), [255, 255, 90]);
        // A character of two units is never cut in half.
        assert_eq!(units(&"𐐀".repeat(200)), [254, 146]);
        assert_eq!(units(&"ก".repeat(256)), [255, 1]);
        // The cut falls on the middle character: the word ends before it.
        assert_eq!(units(&format!("{}.b", "a".repeat(254))), [254, 1]);
        // Connectors that fill a whole token without a letter are skipped one by one.
        assert_eq!(units(&format!("{}a", "_".repeat(300))), [255]);
    }
}
