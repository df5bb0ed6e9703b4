//! CMaps: which bytes of a string are a code, and what the code stands for. Both the ones that lead to text
//! (`ToUnicode`) and the ones that lead to the glyphs of a composite font (`Encoding`) are written in the same language.

use std::ops::RangeInclusive;

use super::text::{Text, Texts};
use crate::pdf::budget::Budget;
use crate::pdf::syntax::{Lexer, Token};

/// A CMap.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Length in bytes, lowest and highest code.
    spaces: Vec<(usize, u32, u32)>,
    texts: Ranges<Target>,
    glyphs: Ranges<u32>,
    pub(super) is_vertical: bool,
    /// The name of the CMap it builds on.
    pub(super) base: Option<Vec<u8>>,
}

/// The text of a range of codes.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// Of the first code; those behind it count up.
    Char(u32),
    Text(Text),
}

/// Ranges of codes with what their first stands for; sorted when asked.
#[derive(Debug)]
pub(super) struct Ranges<T>(pub(super) Vec<(u32, u32, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Ranges<T> {
    pub(super) fn sort(&mut self) {
        self.0.sort_by_key(|(first, ..)| *first);
    }

    /// What stands for the range a code is in, and how far in.
    pub(super) fn find(&self, code: u32) -> Option<(T, u32)> {
        let at = self.0.partition_point(|(first, ..)| *first <= code);
        // Ranges may overlap; the one before the last is as far back as real fonts make necessary.
        let found = self.0[..at].iter().rev().take(2).find(|(_, last, _)| code <= *last)?;
        Some((found.2, code - found.0))
    }
}

/// A token that stands before an operator.
enum Operand {
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Vec<u8>>),
}

impl CMap {
    /// Reads a CMap; what cannot be read is passed over.
    pub(super) fn parse(bytes: &[u8], texts: &mut Texts, budget: &Budget<'_>) -> Self {
        let mut map = Self::default();
        let (mut lexer, mut strings) = (Lexer::new(bytes, 0), Vec::new());
        let mut operands: Vec<Operand> = Vec::new();
        let mut array: Option<Vec<Vec<u8>>> = None;
        let mut last = 0;
        loop {
            strings.clear();
            let token = lexer.next(&mut strings);
            if !budget.work(lexer.at - last) {
                return Self::default();
            }
            last = lexer.at;
            match token {
                Token::End => break,
                Token::ArrayStart => array = Some(Vec::new()),
                Token::ArrayEnd => operands.extend(array.take().map(Operand::Array)),
                Token::String(range) => match &mut array {
                    Some(array) => array.push(strings[range].to_vec()),
                    None => operands.push(Operand::String(strings[range].to_vec())),
                },
                Token::Number(number) => operands.push(Operand::Number(number)),
                Token::Name(name) => operands.push(Operand::Name(name.to_vec())),
                Token::DictStart | Token::DictEnd => {}
                Token::Keyword(word) => {
                    map.operator(word, &operands, texts);
                    operands.clear();
                }
            }
        }
        map.texts.sort();
        map.glyphs.sort();
        map
    }

    fn operator(&mut self, word: &[u8], operands: &[Operand], texts: &mut Texts) {
        match word {
            b"def" => {
                if let [.., Operand::Name(name), Operand::Number(number)] = operands
                    && name == b"WMode"
                {
                    self.is_vertical = *number == 1.0;
                }
            }
            b"usecmap" => {
                if let Some(Operand::Name(name)) = operands.last() {
                    self.base = Some(name.clone());
                }
            }
            b"endcodespacerange" => {
                for pair in operands.chunks_exact(2) {
                    if let [Operand::String(low), Operand::String(high)] = pair {
                        self.spaces.push((low.len().clamp(1, 4), code_of(low), code_of(high)));
                    }
                }
            }
            b"endbfchar" => {
                for pair in operands.chunks_exact(2) {
                    if let [Operand::String(code), Operand::String(text)] = pair {
                        self.add_text(code_of(code)..=code_of(code), text, texts);
                    }
                }
            }
            b"endbfrange" => self.text_ranges(operands, texts),
            b"endcidchar" => {
                for pair in operands.chunks_exact(2) {
                    if let [Operand::String(code), Operand::Number(glyph)] = pair {
                        self.glyphs.0.push((code_of(code), code_of(code), *glyph as u32));
                    }
                }
            }
            b"endcidrange" => {
                for triple in operands.chunks_exact(3) {
                    if let [Operand::String(first), Operand::String(last), Operand::Number(glyph)] = triple {
                        self.glyphs.0.push((code_of(first), code_of(last), *glyph as u32));
                    }
                }
            }
            _ => {}
        }
    }

    fn text_ranges(&mut self, operands: &[Operand], texts: &mut Texts) {
        for triple in operands.chunks_exact(3) {
            let [Operand::String(first), Operand::String(last), target] = triple else { continue };
            let (first, last) = (code_of(first), code_of(last));
            match target {
                Operand::String(text) => self.add_text(first..=last, text, texts),
                Operand::Array(each) => {
                    for (code, text) in (first..=last).zip(each) {
                        self.add_text(code..=code, text, texts);
                    }
                }
                _ => {}
            }
        }
    }

    /// The codes' text, as UTF-16; the last character counts up.
    fn add_text(&mut self, codes: RangeInclusive<u32>, utf16: &[u8], texts: &mut Texts) {
        let (first, last) = codes.into_inner();
        let text = decode_utf16(utf16);
        let mut chars = text.chars();
        let Some(c) = chars.next() else { return };
        if chars.next().is_none() {
            self.texts.0.push((first, last, Target::Char(c.into())));
            return;
        }
        // Texts of several characters that count up are few.
        let (head, tail) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
        let counted = tail.chars().next().map_or(0, u32::from);
        for code in first..=last.min(first.saturating_add(255)) {
            if let Some(c) = char::from_u32(counted + (code - first)) {
                let text = texts.add(&format!("{head}{c}"));
                self.texts.0.push((code, code, Target::Text(text)));
            }
        }
    }

    /// The text of a code. `None` where the map says nothing of use.
    pub(super) fn text(&self, code: u32, texts: &mut Texts) -> Option<Text> {
        let text = match self.texts.find(code)? {
            (Target::Char(first), offset) => {
                texts.add(char::from_u32(first.checked_add(offset)?)?.encode_utf8(&mut [0; 4]))
            }
            (Target::Text(text), _) => text,
        };
        (!text.is_nothing()).then_some(text)
    }

    /// The glyph of a code.
    pub(super) fn glyph(&self, code: u32) -> Option<u32> {
        self.glyphs.find(code).and_then(|(first, offset)| first.checked_add(offset))
    }

    pub(super) fn has_texts(&self) -> bool {
        !self.texts.0.is_empty()
    }

    /// How many of these bytes are the next code; 0 where the map does not say.
    pub(super) fn code_length(&self, bytes: &[u8]) -> usize {
        let mut code = 0;
        for length in 1..=bytes.len().min(4) {
            code = code << 8 | u32::from(bytes[length - 1]);
            let fits = |&(space, low, high): &(usize, u32, u32)| {
                // Each byte has a range of its own.
                space == length
                    && (0..length).all(|at| {
                        let byte = |value: u32| value >> (8 * at) & 0xff;
                        (byte(low)..=byte(high)).contains(&byte(code))
                    })
            };
            if self.spaces.iter().take(64).any(fits) {
                return length;
            }
        }
        self.spaces.iter().map(|(length, ..)| *length).min().unwrap_or(0)
    }
}

/// The number that up to four bytes are.
fn code_of(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte))
}

/// UTF-16 with the high byte first; of one byte only, Latin-1.
pub(crate) fn decode_utf16(bytes: &[u8]) -> String {
    if let [byte] = bytes {
        return char::from(*byte).to_string();
    }
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::{CMap, Texts};
    use crate::Limits;
    use crate::pdf::budget::Budget;

    fn parse(text: &str) -> (CMap, Texts) {
        let (limits, mut texts) = (Limits::default(), Texts::default());
        let map = CMap::parse(text.as_bytes(), &mut texts, &Budget::new(&limits));
        (map, texts)
    }

    #[test]
    fn texts_of_chars_ranges_and_lists() {
        let (map, mut texts) = parse(
            "/CIDInit /ProcSet findresource begin 1 begincodespacerange <00> <FF> endcodespacerange \
             2 beginbfchar <01> <0041> <02> <00660066> endbfchar \
             3 beginbfrange <10> <12> <0061> <20> <21> [<0078> <D83DDE00>] <30><31><00410061> endbfrange",
        );
        let mut text = |code| {
            let text = map.text(code, &mut texts)?;
            Some(texts.long(text).map_or_else(|| text.char().unwrap().to_string(), str::to_string))
        };
        for (code, expected) in
            [(1, "A"), (2, "ff"), (0x12, "c"), (0x20, "x"), (0x21, "😀"), (0x30, "Aa"), (0x31, "Ab")]
        {
            assert_eq!(text(code).as_deref(), Some(expected), "{code}");
        }
        assert!(text(0x13).is_none() && text(0).is_none());
    }

    #[test]
    fn codes_are_as_long_as_their_space_says() {
        let (map, _) = parse(
            "2 begincodespacerange <00> <80> <8140> <9ffc> endcodespacerange /WMode 1 def /H usecmap \
             1 begincidrange <8140> <817e> 633 endcidrange 1 begincidchar <20> 1 endcidchar",
        );
        assert_eq!(map.code_length(b"a"), 1);
        assert_eq!(map.code_length(&[0x81, 0x40]), 2);
        assert_eq!(map.code_length(&[0xff, 0xff]), 1);
        assert_eq!((map.glyph(0x8141), map.glyph(0x20), map.glyph(0x21)), (Some(634), Some(1), None));
        assert!(map.is_vertical && map.base.as_deref() == Some(b"H") && !map.has_texts());
    }

    #[test]
    fn ranges_of_all_codes_are_cheap() {
        let (map, mut texts) =
            parse("1 beginbfrange <00000000> <FFFFFFFF> <0020> <0> <FFFFFFFF> <00200020> endbfrange");
        assert!(map.text(0xffff_ffff, &mut texts).is_none());
    }
}
