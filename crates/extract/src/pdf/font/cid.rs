//! The glyphs of Adobe's character collections, which Chinese, Japanese and Korean fonts are numbered by.

use std::sync::OnceLock;

/// A collection. Fonts that use it need neither be embedded nor say what their glyphs mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Japan1,
    Gb1,
    Cns1,
    Korea1,
}

impl Collection {
    /// Of the `Ordering` in a font's `CIDSystemInfo`.
    pub(super) fn from_ordering(ordering: &[u8]) -> Option<Self> {
        match ordering {
            b"Japan1" => Some(Self::Japan1),
            b"GB1" => Some(Self::Gb1),
            b"CNS1" => Some(Self::Cns1),
            b"Korea1" => Some(Self::Korea1),
            _ => None,
        }
    }

    /// The character of a glyph.
    pub(super) fn char_of(self, glyph: u32) -> Option<char> {
        static TABLES: [OnceLock<Vec<char>>; 4] = [const { OnceLock::new() }; 4];
        let (place, file) = match self {
            Self::Japan1 => (0, include_str!("cid/japan1.txt")),
            Self::Gb1 => (1, include_str!("cid/gb1.txt")),
            Self::Cns1 => (2, include_str!("cid/cns1.txt")),
            Self::Korea1 => (3, include_str!("cid/korea1.txt")),
        };
        let table = TABLES[place].get_or_init(|| {
            // The licence stands before, between lines of hyphens.
            let glyphs = file.rsplit_once("\n----\n").map_or("", |(_, glyphs)| glyphs);
            glyphs.lines().flat_map(str::chars).collect()
        });
        table.get(glyph as usize).copied().filter(|c| *c != char::REPLACEMENT_CHARACTER)
    }
}

#[cfg(test)]
mod tests {
    use super::Collection;

    #[test]
    fn glyphs_of_each_collection() {
        for (collection, glyph, c) in [
            (Collection::Japan1, 34, 'A'),
            (Collection::Japan1, 843, 'あ'),
            (Collection::Japan1, 1125, '亜'),
            (Collection::Gb1, 34, 'A'),
            (Collection::Gb1, 940, '啊'),
            (Collection::Cns1, 595, '一'),
            (Collection::Korea1, 1086, '가'),
        ] {
            assert_eq!(collection.char_of(glyph), Some(c), "{collection:?} {glyph}");
        }
        assert_eq!(Collection::Japan1.char_of(0), None);
        assert_eq!(Collection::Japan1.char_of(23_060), None);
        assert!(Collection::Japan1.char_of(23_057).is_some());
    }
}
