//! Glyph names to Unicode, by the rules of the Adobe Glyph List Specification 1.7.

use std::sync::OnceLock;

/// The names and what they stand for, sorted.
static LIST: &str = include_str!("glyph_list.txt");

/// Names of TeX's fonts that the list lacks.
const MORE: &[(&str, char)] = &[
    ("arrowhookleft", '↩'),
    ("arrowhookright", '↪'),
    ("dotlessj", 'ȷ'),
    ("emptyslash", '∅'),
    ("epsilon1", 'ϵ'),
    ("greaterorequalslant", '⩾'),
    ("latticetop", '⊤'),
    ("lessorequalslant", '⩽'),
    ("mapsto", '↦'),
    ("perpendicular1", '⊥'),
    ("slurabove", '⌢'),
    ("slurbelow", '⌣'),
    ("star5", '⋆'),
    ("triangleright", '▹'),
    ("vector", '\u{20d7}'),
    ("visiblespace", '␣'),
    ("weierstrass", '℘'),
];

/// The text of a glyph name; several characters for a few, and for ligatures named by their parts (`f_f_i`).
pub(super) fn text_of(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    // What follows a point is the glyph's variant: `a.sc`.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    let text: String = name.split('_').filter_map(part).collect();
    if text.is_empty() { numbered(name).map(String::from) } else { Some(text) }
}

/// The text of one part of a name.
fn part(name: &str) -> Option<String> {
    if let Some(codes) = listed(name) {
        return codes.split(' ').map(scalar).collect();
    }
    if let Some((_, more)) = MORE.iter().find(|(known, _)| *known == name) {
        return Some(more.to_string());
    }
    if let Some(digits) = name.strip_prefix("uni")
        && digits.len() >= 4
        && digits.len() % 4 == 0
        && digits.is_ascii()
    {
        return (0..digits.len()).step_by(4).map(|at| scalar(&digits[at..at + 4])).collect();
    }
    let digits = name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()))?;
    scalar(digits).map(String::from)
}

fn scalar(digits: &str) -> Option<char> {
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// Bitmap fonts made of TeX's or by scanners name glyphs by their codes: `a65`, `C65`, `ch65`.
fn numbered(name: &str) -> Option<char> {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if digits.len() == name.len() || name.len() - digits.len() > 2 || digits.len() > 3 {
        return None;
    }
    let code: u32 = digits.parse().ok()?;
    char::from_u32(code).filter(|c| (0x20..0x7f).contains(&code) || (code > 0xa0 && !c.is_control()))
}

fn listed(name: &str) -> Option<&'static str> {
    static NAMES: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(';')).collect()
    });
    names.binary_search_by_key(&name, |(name, _)| name).ok().map(|at| names[at].1)
}

#[cfg(test)]
mod tests {
    use super::{listed, text_of};

    #[test]
    fn names_are_read_by_the_specification() {
        for (name, text) in [
            ("A", "A"),
            ("eacute", "é"),
            ("fi", "\u{fb01}"),
            ("f_f_i", "ffi"),
            ("a.sc", "a"),
            ("uni0041", "A"),
            ("uni20AC0308", "€\u{308}"),
            ("u1F600", "😀"),
            ("dalethatafpatah", "\u{5d3}\u{5b2}"),
            ("Lcommaaccent_uni20AC0308_u1040C.alternate", "\u{13b}\u{20ac}\u{308}\u{1040c}"),
            ("C65", "A"),
            ("visiblespace", "␣"),
        ] {
            assert_eq!(text_of(name.as_bytes()).as_deref(), Some(text), "{name}");
        }
        for name in ["", ".notdef", "foo", "uniD800", "g123456", "abc65", "a10"] {
            assert_eq!(text_of(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn the_list_is_whole_and_sorted() {
        assert_eq!(listed("A"), Some("0041"));
        assert_eq!(listed("zukatakana"), Some("30BA"));
        let names: Vec<&str> = super::LIST
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split(';').next())
            .collect();
        assert!(names.len() == 4281 && names.is_sorted());
    }
}
