//! Fonts whose codes are single bytes: Type 1, TrueType and Type 3.

use super::encoding::{self, Base};
use super::text::{Text, Texts};
use super::{Glyph, glyphs, program, to_unicode};
use crate::pdf::syntax::{Dict, File, Object};

/// A code's text, before the font's program is asked.
enum Known {
    Text(Text),
    /// A glyph name that says nothing.
    NameOnly,
    Nothing,
}

pub(super) fn load(file: &File<'_>, dict: &Dict, descriptor: &Dict, texts: &mut Texts) -> Box<[Glyph; 256]> {
    let name = file.get(dict, b"BaseFont");
    let name = base_name(name.name().unwrap_or_default());
    let map = to_unicode(file, dict, texts);
    let encoding = file.get(dict, b"Encoding");
    let named = match &encoding {
        Object::Name(name) => Base::from_name(name),
        other => other.dict().and_then(|dict| Base::from_name(file.get(dict, b"BaseEncoding").name()?)),
    };
    let special = match name {
        b"Symbol" => Some(Base::Symbol),
        b"ZapfDingbats" => Some(Base::ZapfDingbats),
        _ => None,
    };
    let mut known: Vec<Known> = (0..=255_u8)
        .map(|code| {
            let c = special.or(named).and_then(|base| base.char_of(code));
            c.map_or(Known::Nothing, |c| Known::Text(texts.add(c.encode_utf8(&mut [0; 4]))))
        })
        .collect();
    if let Some(dict) = encoding.dict() {
        apply_differences(file, dict, special, &mut known, texts);
    }
    let widths = Widths::load(file, dict, descriptor, name);
    let mut program_once = None;
    let mut all = Box::new([Glyph::default(); 256]);
    for code in 0..=255_u8 {
        let mapped = map.as_ref().and_then(|map| map.text(code.into(), texts));
        let text = mapped.or(match known[usize::from(code)] {
            Known::Text(text) => Some(text),
            _ => None,
        });
        // The program is unpacked only for fonts that use a code nobody explains.
        let text = text.or_else(|| {
            if !widths.has(code) {
                return None;
            }
            let program = program_once.get_or_insert_with(|| program(file, descriptor));
            program.codes.get(&code).map(|text| texts.add(text))
        });
        let is_named = matches!(known[usize::from(code)], Known::NameOnly);
        let text = text.or_else(|| {
            let c =
                Base::Standard.char_of(code).filter(|_| !is_named && map.is_none() && special.is_none())?;
            Some(texts.add(c.encode_utf8(&mut [0; 4])))
        });
        all[usize::from(code)] = Glyph { text: text.unwrap_or_default(), width: widths.of(code) };
    }
    all
}

/// The name without the tag of a subset (`ABCDEF+`).
fn base_name(name: &[u8]) -> &[u8] {
    match name {
        [_, _, _, _, _, _, b'+', rest @ ..] => rest,
        name => name,
    }
}

fn apply_differences(
    file: &File<'_>,
    encoding: &Dict,
    special: Option<Base>,
    known: &mut [Known],
    texts: &mut Texts,
) {
    let differences = file.get(encoding, b"Differences");
    let mut code = 0;
    for item in differences.array().map(|items| &items[..]).unwrap_or_default().iter().take(4096) {
        match file.resolve(item) {
            Object::Number(number) => code = number.clamp(0.0, 256.0) as usize,
            Object::Name(name) => {
                if let Some(slot) = known.get_mut(code) {
                    *slot = match glyphs::text_of(&name) {
                        Some(text) => Known::Text(texts.add(&text)),
                        // Names of dingbats (a1 … a206) repeat the font's own encoding.
                        None if special.is_some() => continue,
                        None => Known::NameOnly,
                    };
                }
                code += 1;
            }
            _ => {}
        }
    }
}

/// The widths of codes.
struct Widths {
    first: usize,
    listed: Vec<f64>,
    missing: f32,
    /// Sizes of the font for one unit.
    scale: f32,
    /// Of fonts that every reader has, and files need not describe.
    standard: Option<Standard>,
}

enum Standard {
    Fixed,
    Table(&'static [u16; 95]),
}

impl Widths {
    fn load(file: &File<'_>, dict: &Dict, descriptor: &Dict, name: &[u8]) -> Self {
        let is_type3 = file.get(dict, b"Subtype").name() == Some(b"Type3");
        let scale = if is_type3 {
            file.get_numbers(dict, b"FontMatrix").and_then(|matrix| matrix.first().copied()).unwrap_or(0.001)
                as f32
        } else {
            0.001
        };
        let listed = file.get_numbers(dict, b"Widths");
        let contains = |word: &[u8]| name.windows(word.len()).any(|part| part == word);
        let standard = match &listed {
            Some(_) => None,
            None if contains(b"Courier") => Some(Standard::Fixed),
            None if contains(b"Times") => Some(Standard::Table(&encoding::TIMES)),
            None => Some(Standard::Table(&encoding::HELVETICA)),
        };
        Self {
            first: file.get(dict, b"FirstChar").unsigned().unwrap_or(0),
            listed: listed.unwrap_or_default(),
            missing: file.get_number(descriptor, b"MissingWidth").unwrap_or(0.0) as f32,
            scale,
            standard,
        }
    }

    /// Whether the font says that it has this code.
    fn has(&self, code: u8) -> bool {
        self.standard.is_some() || self.listed(code).is_some_and(|width| width != 0.0)
    }

    fn listed(&self, code: u8) -> Option<f64> {
        self.listed.get(usize::from(code).checked_sub(self.first)?).copied()
    }

    fn of(&self, code: u8) -> f32 {
        let width = match &self.standard {
            Some(Standard::Fixed) => 600.0,
            Some(Standard::Table(table)) => usize::from(code)
                .checked_sub(0x20)
                .and_then(|at| table.get(at))
                .map_or(556.0, |width| f32::from(*width)),
            None => self.listed(code).map_or(self.missing, |width| width as f32),
        };
        width * self.scale
    }
}
