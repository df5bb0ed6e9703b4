//! What an embedded font program says of its glyphs, for fonts that do not say it otherwise.

use std::collections::HashMap;

use memchr::memmem;
use ttf_parser::{Face, GlyphId, cff};

use super::glyphs;
use crate::pdf::budget::Budget;

/// A glyph program's own knowledge: the text of its codes or of its glyphs.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Of simple fonts: code to text.
    pub(super) codes: HashMap<u8, String>,
    /// Of TrueType fonts: glyph to character.
    pub(super) glyphs: HashMap<u16, char>,
}

impl Program {
    /// Type 1: the encoding stands in plain PostScript before the encrypted part, as `dup 65 /A put`.
    pub(super) fn type1(data: &[u8]) -> Self {
        let mut program = Self::default();
        let end = memmem::find(data, b"eexec").unwrap_or(data.len());
        let Some(start) = memmem::find(&data[..end], b"/Encoding") else { return program };
        let words: Vec<&[u8]> = data[start..end].split(|byte| byte.is_ascii_whitespace()).collect();
        for window in words.windows(4) {
            if let [b"dup", code, name, b"put"] = window
                && let Some(code) = std::str::from_utf8(code).ok().and_then(|code| code.parse().ok())
                && let Some(text) = name.strip_prefix(b"/").and_then(glyphs::text_of)
            {
                program.codes.insert(code, text);
            }
        }
        program
    }

    /// A compact font, bare or in an OpenType file.
    pub(super) fn compact(data: &[u8], budget: &Budget<'_>) -> Self {
        let mut program = Self::default();
        if data.starts_with(b"OTTO") {
            return Self::true_type(data, budget);
        }
        let Some(table) = cff::Table::parse(data) else { return program };
        budget.work(data.len());
        for code in 0..=255 {
            if let Some(text) = table
                .glyph_index(code)
                .and_then(|glyph| table.glyph_name(glyph))
                .and_then(|name| glyphs::text_of(name.as_bytes()))
            {
                program.codes.insert(code, text);
            }
        }
        for glyph in 1..table.number_of_glyphs() {
            if !budget.work(16) {
                break;
            }
            if let Some(name) = table.glyph_name(GlyphId(glyph))
                && let Some(text) = glyphs::text_of(name.as_bytes())
                && let Some(c) = text.chars().next()
            {
                program.glyphs.insert(glyph, c);
            }
        }
        program
    }

    /// TrueType and OpenType: the tables of characters, read backwards.
    pub(super) fn true_type(data: &[u8], budget: &Budget<'_>) -> Self {
        let mut program = Self::default();
        let Ok(face) = Face::parse(data, 0) else { return program };
        budget.work(data.len());
        let Some(tables) = face.tables().cmap else { return program };
        let mut by_code: HashMap<u8, GlyphId> = HashMap::new();
        for table in tables.subtables.into_iter().take(8) {
            let is_unicode = table.is_unicode();
            let mut is_allowed = true;
            table.codepoints(|code| {
                // A table may claim all code points for each of its segments.
                is_allowed = is_allowed && budget.work(16);
                if !is_allowed {
                    return;
                }
                let Some(glyph) = table.glyph_index(code).filter(|glyph| glyph.0 > 0) else { return };
                let private = (0xe000..0xf900).contains(&code);
                if is_unicode && !private {
                    if let Some(c) = char::from_u32(code) {
                        program.glyphs.entry(glyph.0).or_insert(c);
                    }
                } else if code < 256 || (0xf000..0xf100).contains(&code) {
                    by_code.entry(code as u8).or_insert(glyph);
                }
            });
        }
        for (code, glyph) in by_code {
            let named = || face.glyph_name(glyph).and_then(|name| glyphs::text_of(name.as_bytes()));
            if let Some(text) = program.glyphs.get(&glyph.0).map(char::to_string).or_else(named) {
                program.codes.insert(code, text);
            }
        }
        program
    }
}

#[cfg(test)]
mod tests {
    use super::Program;

    #[test]
    fn the_encoding_of_a_type1_program() {
        let program = Program::type1(b"%!PS\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 13 /ff put\ndup 65 /A put\nreadonly def\ncurrentfile eexec dup 66 /B put");
        assert_eq!(program.codes.len(), 2);
        assert_eq!(program.codes[&65], "A");
        assert_eq!(program.codes[&13], "ﬀ");
    }
}
