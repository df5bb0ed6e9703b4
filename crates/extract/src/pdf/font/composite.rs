//! Fonts with codes of several bytes (Type 0): Chinese, Japanese and Korean ones, and most that programs of today write.

use std::cell::RefCell;

use encoding_rs::Encoding;

use super::cid::Collection;
use super::cmap::{CMap, Ranges};
use super::program::Program;
use super::text::{Text, Texts};
use super::{Glyph, program, to_unicode};
use crate::pdf::syntax::{Dict, File, Object};

/// A composite font.
#[derive(Debug)]
pub(super) struct Composite {
    codes: Codes,
    map: Option<CMap>,
    /// What the font's glyphs are numbered by.
    collection: Option<Collection>,
    /// Whether the map to text says that codes are UTF-16.
    is_mapped_to_itself: bool,
    widths: Ranges<f32>,
    default_width: f32,
    /// Glyph numbers in the font's program, where they are not those of the font; two bytes each.
    program_glyphs: Vec<u8>,
    program: Program,
    pub(super) is_vertical: bool,
    /// The glyphs of codes of two bytes, in pages of the first byte, made when first used.
    pages: RefCell<Vec<Option<Box<[Glyph; 256]>>>>,
}

/// How strings are cut into codes.
#[derive(Debug)]
enum Codes {
    /// Two bytes, which are the glyph.
    Identity,
    /// UTF-16; surrogates are four bytes.
    Utf16,
    Utf8,
    Utf32,
    /// An older character set. Its glyphs' numbers are not known, and not needed.
    Charset(&'static Encoding),
    /// JIS X 0208 in seven bits.
    Jis,
    /// As the file itself says.
    Embedded(Box<CMap>),
}

impl Composite {
    pub(super) fn load(
        file: &File<'_>,
        dict: &Dict,
        descendant: &Dict,
        descriptor: &Dict,
        texts: &mut Texts,
    ) -> Self {
        let encoding = file.get(dict, b"Encoding");
        let (codes, is_vertical) = match encoding.stream().and_then(|stream| file.decode(stream)) {
            Some(bytes) => {
                let map = CMap::parse(&bytes, texts, file.budget);
                let is_vertical = map.is_vertical;
                (Codes::Embedded(Box::new(map)), is_vertical)
            }
            None => {
                let name = encoding.name().unwrap_or(b"Identity-H");
                (predefined(name), name.ends_with(b"V"))
            }
        };
        let map = to_unicode(file, dict, texts);
        let ordering = ordering(file, descendant);
        let collection = Collection::from_ordering(&ordering);
        let is_mapped_to_itself =
            file.get(dict, b"ToUnicode").name().is_some_and(|name| name.starts_with(b"Identity"))
                || ordering == b"UCS";
        let needs_program =
            map.is_none() && collection.is_none() && matches!(codes, Codes::Identity | Codes::Embedded(_));
        let glyphs = file.get(descendant, b"CIDToGIDMap");
        let vertical = file.get_numbers(descendant, b"DW2").and_then(|numbers| numbers.get(1).copied());
        let (widths, default_width) = if is_vertical {
            // Steps of single glyphs hardly differ; what matters is that lines go on.
            (Ranges::default(), vertical.unwrap_or(-1000.0).abs() as f32 / 1000.0)
        } else {
            let default = file.get_number(descendant, b"DW").unwrap_or(1000.0) as f32 / 1000.0;
            (read_widths(file, descendant), default)
        };
        Self {
            codes,
            map,
            collection,
            is_mapped_to_itself,
            widths,
            default_width,
            program_glyphs: match glyphs.stream() {
                Some(stream) if needs_program => file.decode(stream).unwrap_or_default(),
                _ => Vec::new(),
            },
            program: if needs_program { program(file, descriptor) } else { Program::default() },
            is_vertical,
            pages: RefCell::new(Vec::new()),
        }
    }

    /// The first glyph of these bytes, and its bytes.
    pub(super) fn glyph(&self, bytes: &[u8], texts: &mut Texts) -> (Glyph, usize) {
        let length = self.code_length(bytes).clamp(1, bytes.len());
        if length != 2 {
            return (self.make(&bytes[..length], texts), length);
        }
        let mut pages = self.pages.borrow_mut();
        if pages.is_empty() {
            pages.resize(256, None);
        }
        let page = pages[usize::from(bytes[0])].get_or_insert_with(|| {
            let mut page = Box::new([Glyph::default(); 256]);
            for (low, glyph) in (0..=255).zip(page.iter_mut()) {
                *glyph = self.make(&[bytes[0], low], texts);
            }
            page
        });
        (page[usize::from(bytes[1])], 2)
    }

    fn code_length(&self, bytes: &[u8]) -> usize {
        let lead = bytes[0];
        match &self.codes {
            Codes::Identity | Codes::Jis => 2,
            Codes::Utf16 => {
                if (0xd8..0xdc).contains(&lead) {
                    4
                } else {
                    2
                }
            }
            Codes::Utf8 => match lead {
                ..0xc0 => 1,
                0xc0..0xe0 => 2,
                0xe0..0xf0 => 3,
                _ => 4,
            },
            Codes::Utf32 => 4,
            Codes::Charset(set) => {
                let second = bytes.get(1).copied().unwrap_or(0);
                let japanese = *set == encoding_rs::EUC_JP;
                match lead {
                    ..=0x80 | 0xff => 1,
                    0xa0..=0xdf if *set == encoding_rs::SHIFT_JIS => 1,
                    0x8f if japanese => 3,
                    _ if *set == encoding_rs::GB18030 && second.is_ascii_digit() => 4,
                    _ => 2,
                }
            }
            Codes::Embedded(map) => match map.code_length(bytes) {
                0 => 2,
                length => length,
            },
        }
    }

    fn make(&self, bytes: &[u8], texts: &mut Texts) -> Glyph {
        let code = bytes.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
        Glyph { text: self.text(code, bytes, texts), width: self.width(code, bytes) }
    }

    fn width(&self, code: u32, bytes: &[u8]) -> f32 {
        let glyph = match &self.codes {
            Codes::Identity => Some(code),
            Codes::Embedded(map) => map.glyph(code).or_else(|| map.base.as_ref().map(|_| code)),
            Codes::Charset(_) if bytes.len() == 1 => return 0.5,
            // The first glyphs of Adobe's character collections are ASCII's.
            Codes::Utf16 | Codes::Utf8 | Codes::Utf32 => (0x20..0x7f).contains(&code).then(|| code - 31),
            Codes::Charset(_) | Codes::Jis => None,
        };
        if self.is_vertical {
            return self.default_width;
        }
        glyph.and_then(|glyph| self.widths.find(glyph)).map_or(self.default_width, |(width, _)| width)
    }

    fn text(&self, code: u32, bytes: &[u8], texts: &mut Texts) -> Text {
        if let Some(text) = self.map.as_ref().and_then(|map| map.text(code, texts)) {
            return text;
        }
        let char_of = |code: u32, texts: &mut Texts| {
            char::from_u32(code).map_or(Text::NOTHING, |c| texts.add(c.encode_utf8(&mut [0; 4])))
        };
        let mut decode = |set: &'static Encoding| {
            let (text, _) = set.decode_without_bom_handling(bytes);
            texts.add(&text)
        };
        match &self.codes {
            Codes::Utf16 => decode(encoding_rs::UTF_16BE),
            Codes::Utf8 => decode(encoding_rs::UTF_8),
            Codes::Charset(set) => decode(set),
            Codes::Jis => {
                let eight_bits: Vec<u8> = bytes.iter().map(|byte| byte | 0x80).collect();
                texts.add(&encoding_rs::EUC_JP.decode_without_bom_handling(&eight_bits).0)
            }
            Codes::Utf32 => char_of(code, texts),
            Codes::Identity | Codes::Embedded(_) if self.is_mapped_to_itself => char_of(code, texts),
            Codes::Identity => self.program_text(code, texts),
            Codes::Embedded(map) => self.program_text(map.glyph(code).unwrap_or(code), texts),
        }
    }

    /// What the font's collection says of a glyph, or else its program.
    fn program_text(&self, glyph: u32, texts: &mut Texts) -> Text {
        if let Some(collection) = self.collection {
            let c = collection.char_of(glyph);
            return c.map_or(Text::NOTHING, |c| texts.add(c.encode_utf8(&mut [0; 4])));
        }
        let glyph = match self.program_glyphs.get(glyph as usize * 2..) {
            Some([high, low, ..]) => u16::from_be_bytes([*high, *low]),
            _ => glyph as u16,
        };
        let c = self.program.glyphs.get(&glyph);
        c.map_or(Text::NOTHING, |c| texts.add(c.encode_utf8(&mut [0; 4])))
    }
}

fn ordering(file: &File<'_>, descendant: &Dict) -> Vec<u8> {
    let info = file.get_dict(descendant, b"CIDSystemInfo").unwrap_or_default();
    file.get(&info, b"Ordering").string().unwrap_or_default().to_vec()
}

/// The CMaps that every reader is expected to have (ISO 32000-2, 9.7.5.2), as far as codes say by themselves what they
/// stand for.
fn predefined(name: &[u8]) -> Codes {
    let name = String::from_utf8_lossy(name);
    let has = |part: &str| name.contains(part);
    if has("UTF16") || has("UCS2") {
        Codes::Utf16
    } else if has("UTF8") {
        Codes::Utf8
    } else if has("UTF32") {
        Codes::Utf32
    } else if has("RKSJ") {
        Codes::Charset(encoding_rs::SHIFT_JIS)
    } else if has("GBK2K") {
        Codes::Charset(encoding_rs::GB18030)
    } else if has("GB") {
        Codes::Charset(encoding_rs::GBK)
    } else if has("B5") {
        Codes::Charset(encoding_rs::BIG5)
    } else if has("KSC") {
        Codes::Charset(encoding_rs::EUC_KR)
    } else if name.starts_with("EUC") {
        Codes::Charset(encoding_rs::EUC_JP)
    } else if name == "H" || name == "V" {
        Codes::Jis
    } else {
        Codes::Identity
    }
}

/// `W`: a first glyph and a list of widths, or a first, a last and their width.
fn read_widths(file: &File<'_>, descendant: &Dict) -> Ranges<f32> {
    let mut widths = Ranges::default();
    let list = file.get(descendant, b"W");
    let mut numbers = Vec::new();
    for item in list.array().map(|items| &items[..]).unwrap_or_default() {
        if !file.budget.work(16) {
            break;
        }
        match file.resolve(item) {
            Object::Number(number) => {
                numbers.push(number);
                if let &[first, last, width] = numbers.as_slice() {
                    widths.0.push((first as u32, last as u32, width as f32 / 1000.0));
                    numbers.clear();
                }
            }
            Object::Array(each) => {
                // Glyph numbers are two bytes; a larger one must not count up past the end.
                let first = numbers.pop().unwrap_or(0.0).min(1e6) as u32;
                numbers.clear();
                file.budget.work(each.len() * 16);
                for (glyph, width) in (first..).zip(each.iter()) {
                    let width = file.resolve(width).number().unwrap_or(0.0) as f32 / 1000.0;
                    widths.0.push((glyph, glyph, width));
                }
            }
            _ => {}
        }
    }
    widths.sort();
    widths
}
