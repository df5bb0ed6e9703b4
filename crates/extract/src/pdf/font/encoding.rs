//! The encodings of simple fonts that the PDF specification defines (ISO 32000-2, annex D).

/// A font's base encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
    Symbol,
    ZapfDingbats,
}

impl Base {
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    /// The character of a code.
    pub(super) fn char_of(self, code: u8) -> Option<char> {
        let from = |first: u8, table: &str| table.chars().nth(usize::from(code.checked_sub(first)?));
        let found = match self {
            Self::Standard => match code {
                0x27 => Some('\u{2019}'),
                0x60 => Some('\u{2018}'),
                0x20..=0x7e => Some(code.into()),
                _ => from(0xa1, STANDARD),
            },
            Self::WinAnsi => Some(single(encoding_rs::WINDOWS_1252, code)),
            Self::MacRoman => Some(single(encoding_rs::MACINTOSH, code)),
            Self::Symbol if code < 0x80 => from(0x20, SYMBOL_LOW),
            Self::Symbol => from(0xa0, SYMBOL_HIGH),
            Self::ZapfDingbats if code < 0x80 => from(0x20, DINGBATS_LOW),
            Self::ZapfDingbats => from(0xa1, DINGBATS_HIGH),
        };
        // A blank of a table's row stands for no glyph.
        found.filter(|c| !c.is_control() && (*c != ' ' || code == 0x20))
    }
}

fn single(encoding: &'static encoding_rs::Encoding, code: u8) -> char {
    encoding.decode_without_bom_handling(&[code]).0.chars().next().unwrap_or('\0')
}

/// From 0xa1 on.
const STANDARD: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß";

/// From 0x20 on.
const SYMBOL_LOW: &str =
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

/// From 0xa0 on; the pieces of tall brackets are left out, but for what they are pieces of.
const SYMBOL_HIGH: &str =
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";

/// From 0x20 on.
const DINGBATS_LOW: &str =
    " ✁✂✃✄☎✆✇✈✉☛☞✌✍✎✏✐✑✒✓✔✕✖✗✘✙✚✛✜✝✞✟✠✡✢✣✤✥✦✧★✩✪✫✬✭✮✯✰✱✲✳✴✵✶✷✸✹✺✻✼✽✾✿❀❁❂❃❄❅❆❇❈❉❊❋●❍■❏❐❑❒▲▼◆❖◗❘❙❚❛❜❝❞";

/// From 0xa1 on.
const DINGBATS_HIGH: &str =
    "❡❢❣❤❥❦❧♣♦♥♠①②③④⑤⑥⑦⑧⑨⑩❶❷❸❹❺❻❼❽❾❿➀➁➂➃➄➅➆➇➈➉➊➋➌➍➎➏➐➑➒➓➔→↔↕➘➙➚➛➜➝➞➟➠➡➢➣➤➥➦➧➨➩➪➫➬➭➮➯ ➱➲➳➴➵➶➷➸➹➺➻➼➽➾";

/// Widths of printable ASCII in Helvetica, in thousandths of the size.
pub(super) const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Widths of printable ASCII in Times, in thousandths of the size.
pub(super) const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 333, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333,
    389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469,
    500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389,
    278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
];

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn codes_stand_for_what_the_specification_says() {
        for (base, code, expected) in [
            (Base::Standard, 0o256, 'ﬁ'),
            (Base::Standard, 0o47, '’'),
            (Base::Standard, 0o267, '•'),
            (Base::Standard, 0o320, '—'),
            (Base::Standard, 0o341, 'Æ'),
            (Base::Standard, 0o353, 'º'),
            (Base::Standard, 0o365, 'ı'),
            (Base::Standard, 0o373, 'ß'),
            (Base::WinAnsi, 0x80, '€'),
            (Base::WinAnsi, 0xe9, 'é'),
            (Base::MacRoman, 0x8e, 'é'),
            (Base::Symbol, 0x61, 'α'),
            (Base::Symbol, 0x7e, '∼'),
            (Base::Symbol, 0xae, '→'),
            (Base::Symbol, 0xd2, '®'),
            (Base::Symbol, 0xe5, '∑'),
            (Base::Symbol, 0xf2, '∫'),
            (Base::Symbol, 0xfe, '⎭'),
            (Base::ZapfDingbats, 0x6c, '●'),
            (Base::ZapfDingbats, 0x7e, '❞'),
            (Base::ZapfDingbats, 0xd4, '➔'),
            (Base::ZapfDingbats, 0xfe, '➾'),
        ] {
            assert_eq!(base.char_of(code), Some(expected), "{base:?} {code:o}");
        }
        assert_eq!(Base::Standard.char_of(0o260), None);
        assert_eq!(Base::Symbol.char_of(0xf0), None);
        assert_eq!(Base::Standard.char_of(0x20), Some(' '));
    }
}
