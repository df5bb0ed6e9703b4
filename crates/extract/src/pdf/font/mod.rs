//! Fonts: the bytes of a string to glyphs, each with its text and its width.

mod accents;
mod cid;
mod cmap;
mod composite;
mod encoding;
mod glyphs;
mod program;
mod simple;
mod text;

pub(super) use accents::{compose, mark_of};
pub(super) use cmap::decode_utf16;
pub(super) use text::{Text, Texts};

use composite::Composite;

use super::syntax::{Dict, File};
use cmap::CMap;
use program::Program;

/// A glyph as text sees it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Glyph {
    pub(super) text: Text,
    /// How far it moves on, in sizes of the font.
    pub(super) width: f32,
}

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    kind: Kind,
    /// Whether lines run from top to bottom.
    pub(super) is_vertical: bool,
    /// Whether its name or its descriptor says that it is bold.
    pub(super) is_bold: bool,
}

#[derive(Debug)]
enum Kind {
    Simple(Box<[Glyph; 256]>),
    Composite(Box<Composite>),
}

impl Font {
    /// The font of a dictionary; of a broken one, what can be made of it.
    pub(super) fn load(file: &File<'_>, dict: &Dict, texts: &mut Texts) -> Self {
        let descendant = file
            .get(dict, b"DescendantFonts")
            .array()
            .and_then(|fonts| fonts.first())
            .and_then(|font| file.resolve(font).dict().cloned());
        let described = descendant.as_deref().unwrap_or(dict);
        let descriptor = file.get_dict(described, b"FontDescriptor").unwrap_or_default();
        let is_bold = is_bold(file, dict, &descriptor);
        match descendant {
            Some(descendant) => {
                let composite = Composite::load(file, dict, &descendant, &descriptor, texts);
                let is_vertical = composite.is_vertical;
                Self { kind: Kind::Composite(Box::new(composite)), is_vertical, is_bold }
            }
            None => Self {
                kind: Kind::Simple(simple::load(file, dict, &descriptor, texts)),
                is_vertical: false,
                is_bold,
            },
        }
    }

    /// The first glyph of these bytes, and of how many bytes it is (at least one). There must be a byte.
    #[inline]
    pub(super) fn glyph(&self, bytes: &[u8], texts: &mut Texts) -> (Glyph, usize) {
        match &self.kind {
            Kind::Simple(glyphs) => (glyphs[usize::from(bytes[0])], 1),
            Kind::Composite(composite) => composite.glyph(bytes, texts),
        }
    }
}

fn is_bold(file: &File<'_>, dict: &Dict, descriptor: &Dict) -> bool {
    const FORCE_BOLD: usize = 1 << 18;
    let name = file.get(dict, b"BaseFont");
    let name = name.name().unwrap_or_default();
    name.windows(4).any(|part| part.eq_ignore_ascii_case(b"bold"))
        || file.get(descriptor, b"Flags").unsigned().is_some_and(|flags| flags & FORCE_BOLD != 0)
        || file.get_number(descriptor, b"FontWeight").is_some_and(|weight| weight >= 600.0)
}

/// The font's map to text, where it has one.
fn to_unicode(file: &File<'_>, dict: &Dict, texts: &mut Texts) -> Option<CMap> {
    let map = file.get(dict, b"ToUnicode");
    let bytes = file.decode(map.stream()?)?;
    Some(CMap::parse(&bytes, texts, file.budget)).filter(CMap::has_texts)
}

/// What the embedded program knows.
fn program(file: &File<'_>, descriptor: &Dict) -> Program {
    let decoded = |key: &[u8]| file.get(descriptor, key).stream().and_then(|stream| file.decode(stream));
    if let Some(data) = decoded(b"FontFile3") {
        Program::compact(&data, file.budget)
    } else if let Some(data) = decoded(b"FontFile2") {
        Program::true_type(&data, file.budget)
    } else if let Some(data) = decoded(b"FontFile") {
        Program::type1(&data)
    } else {
        Program::default()
    }
}
