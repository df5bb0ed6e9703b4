//! What characters are.

use std::borrow::Cow;

use icu_properties::props::{GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};

const CATEGORIES: CodePointMapDataBorrowed<'static, GeneralCategory> =
    CodePointMapData::<GeneralCategory>::new();
const SCRIPTS: CodePointMapDataBorrowed<'static, Script> = CodePointMapData::<Script>::new();

/// Letters and numbers.
const WORD: GeneralCategoryGroup = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Number);

/// Whether Python's `\w` matches it, `_` aside. Unlike [`char::is_alphanumeric`] that is not so for marks and for letters in
/// circles.
pub(crate) fn is_word(c: char) -> bool {
    WORD.contains(CATEGORIES.get(c))
}

/// Whether Python's `str.split()` splits at it.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The one letter whose lower case hangs on the characters around it.
const SIGMA: char = 'Σ';

/// The text, in lower case already if that hangs on more than single characters.
pub(crate) fn lower_sigmas(text: &str) -> Cow<'_, str> {
    if text.contains(SIGMA) { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

/// Appends the character in lower case.
pub(crate) fn push_lower(c: char, to: &mut Vec<u8>) {
    // Most characters beyond the Greek, Cyrillic and so on have no case: no need to look for it.
    if matches!(c, '\u{2e80}'..'\u{a640}' | '\u{ac00}'..'\u{d7a4}') {
        push(c, to);
    } else {
        c.to_lowercase().for_each(|c| push(c, to));
    }
}

/// Appends the character.
fn push(c: char, to: &mut Vec<u8>) {
    to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// What a character that is no white space does to a text in Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It is a token.
    Single,
    /// It is part of a word or a number.
    Word,
    /// It belongs to the character before it.
    Mark,
    /// It separates, and is dropped.
    Separator,
    /// It is dropped.
    Nothing,
}

/// The class of a character outside ASCII.
pub(crate) fn class(c: char) -> Class {
    // The blocks of most Chinese text.
    if matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}') {
        return Class::Single;
    }
    if matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}') {
        return Class::Nothing;
    }
    let category = CATEGORIES.get(c);
    if WORD.contains(category) {
        // The sign that lengthens a kana belongs to two scripts, and so to none in these tables.
        let is_single = matches!(c, 'ー' | 'ｰ')
            || matches!(SCRIPTS.get(c), Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo);
        return if is_single { Class::Single } else { Class::Word };
    }
    if GeneralCategoryGroup::Mark.contains(category) {
        Class::Mark
    } else if GeneralCategoryGroup::Symbol.contains(category) {
        Class::Single
    } else if GeneralCategoryGroup::Punctuation.contains(category) {
        Class::Separator
    } else {
        // Format, control, private, unassigned.
        Class::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, class, is_space, is_word};

    #[test]
    fn words_are_pythons() {
        for word in "aÅ7߁½Ⅷ²〇京ª\u{1d400}ʰ".chars() {
            assert!(is_word(word), "{word:?}");
        }
        for other in "\u{301}Ⓐ–’€\u{200b}\u{903}\u{e000}🚀\u{7f}".chars() {
            assert!(!is_word(other), "{other:?}");
        }
    }

    #[test]
    fn spaces_are_pythons() {
        let spaces: Vec<u32> = ('\0'..=char::MAX).filter(|c| is_space(*c)).map(u32::from).collect();
        // [c for c in range(0x110000) if chr(c).isspace()] of Python 3.11.
        let mut expected: Vec<u32> = (0x09..=0x0d).chain(0x1c..=0x20).collect();
        expected.extend([0x85, 0xa0, 0x1680]);
        expected.extend(0x2000..=0x200a);
        expected.extend([0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);
        assert_eq!(spaces, expected);
    }

    #[test]
    fn classes() {
        for (characters, expected) in [
            ("京々〇ぁアｱーｰㄅ\u{20000}㍍℃￥€🚀＋", Class::Single),
            ("éß７Ａ한ก½Ⅷ", Class::Word),
            ("\u{301}\u{3099}\u{94d}", Class::Mark),
            ("，。《・—’…％＿〜", Class::Separator),
            ("\u{200b}\u{feff}\u{fe0f}\u{e0100}\u{ad}\u{80}", Class::Nothing),
        ] {
            for c in characters.chars() {
                assert_eq!(class(c), expected, "{c:?}");
            }
        }
    }
}
