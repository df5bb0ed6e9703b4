//! A short cut for what most text is made of: words and numbers in ASCII, and what stands between them.
//!
//! It knows the rules of [`word`](super::word) for those, and passes on everything that is less plain.

use super::tokenizer::MAX_TOKEN_UNITS;

/// What a byte is to the word rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Neither begins nor joins anything.
    None,
    Letter,
    Digit,
    /// `_`
    Connector,
    /// `:` joins letters.
    MidLetter,
    /// `,` and `;` join digits.
    MidNumber,
    /// `.` and `'` join letters, and digits.
    MidBoth,
    /// `#` and `*` begin a keycap if the right characters follow.
    KeycapBase,
    /// Part of a character that is not ASCII.
    Beyond,
}

impl Class {
    const fn of_ascii(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Self::Letter,
            b'0'..=b'9' => Self::Digit,
            b'_' => Self::Connector,
            b':' => Self::MidLetter,
            b',' | b';' => Self::MidNumber,
            b'.' | b'\'' => Self::MidBoth,
            b'#' | b'*' => Self::KeycapBase,
            _ => Self::None,
        }
    }

    fn of(byte: u8) -> Self {
        CLASSES[usize::from(byte)]
    }

    fn is_word(self) -> bool {
        matches!(self, Self::Letter | Self::Digit | Self::Connector)
    }

    /// Whether a character of this class can stand between two of class `side`.
    fn joins(self, side: Self) -> bool {
        match self {
            Self::MidBoth => matches!(side, Self::Letter | Self::Digit),
            Self::MidLetter => side == Self::Letter,
            Self::MidNumber => side == Self::Digit,
            _ => false,
        }
    }
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Beyond; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = Class::of_ascii(byte);
        byte += 1;
    }
    classes
};

/// How many bytes at the start of `text` surely begin no token.
pub(super) fn gap(text: &[u8]) -> usize {
    let may_begin = |&byte: &u8| {
        let class = Class::of(byte);
        class.is_word() || matches!(class, Class::KeycapBase | Class::Beyond)
    };
    text.iter().position(may_begin).unwrap_or(text.len())
}

/// Length of the word or number that `text` begins with; `None` where it takes a closer look to tell: at
/// characters that are not ASCII, at words as long as a token may be, and where there is no word.
pub(super) fn word(text: &[u8]) -> Option<usize> {
    // One byte for each UTF-16 unit, as long as all are ASCII.
    let text = text.get(..MAX_TOKEN_UNITS).unwrap_or(text);
    let class_at = |at: usize| text.get(at).map_or(Class::None, |&byte| Class::of(byte));
    let mut at = 0;
    loop {
        while class_at(at).is_word() {
            at += 1;
        }
        if at == 0 || at + 1 >= MAX_TOKEN_UNITS {
            return None;
        }
        let side = class_at(at - 1);
        let between = class_at(at);
        if between.joins(side) {
            let after = class_at(at + 1);
            if after == side {
                at += 1;
                continue;
            }
            if after == Class::Beyond {
                return None;
            }
        }
        // Connectors alone are no word.
        let word = between != Class::Beyond && text[..at].iter().any(|&byte| byte != b'_');
        return word.then_some(at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::super::scan::Scan;
    use super::super::{emoji, word};

    /// Text of what the rules tell apart, mostly ASCII.
    fn text() -> impl Strategy<Value = String> {
        let ascii = vec(select(&b"aaZ09__.,:;''#*\" -"[..]).prop_map(char::from), 0..300);
        let beyond = ['\u{301}', '\u{FE0F}', '\u{20E3}', '\u{200D}', 'é', 'א', '日', '😀'];
        let mixed = [&['a', 'Z', '0', '_', '.', ',', '\'', '#', ' '][..], &beyond].concat();
        let runs = (select(&["a", "_", "0", "a.", "1,"][..]), 120..300_usize);
        proptest::prop_oneof![
            ascii.prop_map(String::from_iter),
            vec(select(mixed), 0..40).prop_map(String::from_iter),
            runs.prop_map(|(run, times)| run.repeat(times))
        ]
    }

    proptest! {
        #[test]
        fn what_it_decides_is_what_the_rules_say(text in text()) {
            for (at, _) in text.char_indices() {
                let rest = &text[at..];
                let longest = word::longest(Scan::new(rest)).max(emoji::keycap(Scan::new(rest)));
                if let Some(length) = super::word(rest.as_bytes()) {
                    prop_assert_eq!(length, longest, "{:?}", rest);
                }
                let gap = super::gap(rest.as_bytes());
                prop_assert!(rest.is_char_boundary(gap));
                prop_assert!(gap == 0 || longest == 0, "{:?}", rest);
            }
        }
    }

    #[test]
    fn decides_about_plain_text_alone() {
        for (text, length) in
            [("word next", 4), ("don't", 5), ("1,234.5.", 7), ("a.b..c", 3), ("_x_", 3), ("3.a", 1)]
        {
            assert_eq!(super::word(text.as_bytes()), Some(length), "{text}");
        }
        for text in ["", " a", "__", "é", "naïve", "1\u{20E3}", "a\u{301}", "a.é", "#1"] {
            assert_eq!(super::word(text.as_bytes()), None, "{text}");
        }
        assert_eq!(super::word("a".repeat(253).as_bytes()), Some(253));
        assert_eq!(super::word("a".repeat(256).as_bytes()), None);
    }
}
