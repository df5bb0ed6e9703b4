//! What a glyph says, in four bytes.

use std::collections::HashMap;

/// A character, or a place in the list of longer texts. 0 is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Text(u32);

/// Above all characters.
const FIRST_LONG: u32 = 0x11_0000;

impl Text {
    pub(crate) const NOTHING: Self = Self(0);

    pub(crate) fn of(c: char) -> Self {
        Self(c.into())
    }

    pub(crate) fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// The character, where it is a single one.
    pub(crate) fn char(self) -> Option<char> {
        char::from_u32(self.0).filter(|c| *c != '\0')
    }
}

/// The longer texts of a document's glyphs.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    all: Vec<Box<str>>,
    places: HashMap<Box<str>, u32>,
}

impl Texts {
    /// The glyph's text, ligatures written out and what no reader sees left out.
    pub(crate) fn add(&mut self, text: &str) -> Text {
        let mut plain = String::new();
        text.chars().for_each(|c| push_plain(&mut plain, c));
        let mut chars = plain.chars();
        match (chars.next(), chars.next()) {
            (None, _) => Text::NOTHING,
            (Some(c), None) => Text::of(c),
            _ => {
                let next = FIRST_LONG + self.all.len() as u32;
                let place = *self.places.entry(plain.clone().into()).or_insert(next);
                if place == next {
                    self.all.push(plain.into());
                }
                Text(place)
            }
        }
    }

    /// The long text, where it is one.
    pub(crate) fn long(&self, text: Text) -> Option<&str> {
        self.all.get(text.0.checked_sub(FIRST_LONG)? as usize).map(|long| &**long)
    }
}

/// Appends a character as text has it.
fn push_plain(text: &mut String, c: char) {
    match c {
        // Compatibility ligatures (Unicode, Alphabetic Presentation Forms).
        'ﬀ' => text.push_str("ff"),
        'ﬁ' => text.push_str("fi"),
        'ﬂ' => text.push_str("fl"),
        'ﬃ' => text.push_str("ffi"),
        'ﬄ' => text.push_str("ffl"),
        'ﬅ' | 'ﬆ' => text.push_str("st"),
        'ﬓ' => text.push_str("մն"),
        'ﬔ' => text.push_str("մե"),
        'ﬕ' => text.push_str("մի"),
        'ﬖ' => text.push_str("վն"),
        'ﬗ' => text.push_str("մխ"),
        'ĳ' => text.push_str("ij"),
        'Ĳ' => text.push_str("IJ"),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\t' | '\n' | '\r' => text.push(' '),
        // Marks of no width, noncharacters, and the code points a font's maker chose for its own use.
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffd}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' => {}
        c if c.is_control() => {}
        c => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, Texts};

    #[test]
    fn texts_are_plain_and_stand_once() {
        let mut texts = Texts::default();
        assert_eq!(texts.add("a"), Text::of('a'));
        assert_eq!(texts.add("\u{a0}").char(), Some(' '));
        assert!(texts.add("\u{fffd}").is_nothing() && texts.add("\0").is_nothing());
        let ligature = texts.add("ﬃ");
        assert_eq!(texts.long(ligature), Some("ffi"));
        assert_eq!(ligature, texts.add("ffi"));
        assert_eq!(ligature.char(), None);
    }
}
