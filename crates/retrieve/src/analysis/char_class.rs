//! The character properties that token boundaries depend on.

use super::char_table::RANGES;

/// Word_Break of UAX #29, reduced to what the word rules tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordBreak {
    Other,
    /// ALetter.
    Letter,
    HebrewLetter,
    Numeric,
    Katakana,
    /// ExtendNumLet: `_` and its kin.
    Connector,
    /// Joins letters.
    MidLetter,
    /// MidNum: joins digits.
    MidNumber,
    /// MidNumLet: joins letters, joins digits.
    MidBoth,
    SingleQuote,
    DoubleQuote,
    /// Extend, Format or ZWJ: belongs to the character before it.
    Extend,
}

/// What a character is beside its Word_Break, where a rule asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    None,
    /// Script=Han.
    Han,
    /// Script=Hiragana.
    Hiragana,
    /// Line_Break=Complex_Context: Thai, Lao, Khmer, Myanmar and others written without spaces.
    SoutheastAsian,
    RegionalIndicator,
    /// Digits, `#` and `*`.
    KeycapBase,
    /// Extended_Pictographic, or Emoji other than `#`, `*`, digits, flags' letters and skin tones.
    Pictograph,
}

/// The class of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CharClass {
    pub(super) word_break: WordBreak,
    pub(super) group: Group,
}

impl CharClass {
    /// Punctuation, spaces, symbols: begins nothing and joins nothing.
    pub(super) const NONE: Self = Self { word_break: WordBreak::Other, group: Group::None };

    /// The class of `c` in Unicode 12.1.
    pub(super) fn of(c: char) -> Self {
        let c = u32::from(c);
        if let Some(class) = FIRST.get(c as usize) {
            return *class;
        }
        let at = RANGES.partition_point(|&(_, last, _)| last < c);
        match RANGES.get(at) {
            Some(&(first, _, class)) if first <= c => class,
            _ => Self::NONE,
        }
    }
}

/// The alphabets of Europe, and Hebrew and Arabic, are looked up without a search.
static FIRST: [CharClass; 0x700] = {
    let mut classes = [CharClass::NONE; 0x700];
    let mut at = 0;
    // No range crosses the end.
    while RANGES[at].0 < 0x700 {
        let (first, last, class) = RANGES[at];
        let mut c = first;
        while c <= last {
            classes[c as usize] = class;
            c += 1;
        }
        at += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_ascending_and_disjoint() {
        assert!(RANGES.iter().all(|(first, last, _)| first <= last));
        assert!(RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn finds_classes_at_the_edges_of_ranges() {
        let word_break = |c| CharClass::of(c).word_break;
        assert_eq!(word_break('/'), WordBreak::Other);
        assert_eq!(word_break('0'), WordBreak::Numeric);
        assert_eq!(word_break('9'), WordBreak::Numeric);
        assert_eq!(word_break('z'), WordBreak::Letter);
        assert_eq!(word_break('{'), WordBreak::Other);
        assert_eq!(word_break('\u{5D0}'), WordBreak::HebrewLetter);
        assert_eq!(word_break('\u{E01EF}'), WordBreak::Extend);
        assert_eq!(word_break('\u{10FFFF}'), WordBreak::Other);
    }

    #[test]
    fn characters_newer_than_unicode_12_1_have_no_class() {
        // Lucene drops them; a letter of Unicode 13 is the nearest example.
        assert_eq!(CharClass::of('\u{A7C7}'), CharClass::NONE);
    }
}
