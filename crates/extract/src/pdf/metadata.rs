//! What a file says of itself.

use serde_json::{Map, Value};

use super::font::decode_utf16;
use super::syntax::{Dict, File};

/// What some programs write where there is nothing to say.
const PLACEHOLDERS: [&str; 4] = ["untitled", "anonymous", "(anonymous)", "(unspecified)"];

/// Title and the rest.
pub(super) fn read(file: &File<'_>) -> (Option<String>, Map<String, Value>) {
    let info = file.get_dict(file.trailer(), b"Info").unwrap_or_default();
    let catalog = file.catalog().unwrap_or_default();
    let packet = file.get(&catalog, b"Metadata").stream().and_then(|stream| file.decode(stream));
    let packet = packet.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let says_something = |text: &String| !text.is_empty() && !PLACEHOLDERS.contains(&text.as_str());
    let entry = |dict: &Dict, key: &[u8]| {
        Some(text(file.get(dict, key).string()?).trim().to_string()).filter(says_something)
    };
    let element = |name: &str| element(&packet, name).filter(says_something);
    let title = entry(&info, b"Title").or_else(|| element("dc:title"));
    let fields = [
        ("author", entry(&info, b"Author").or_else(|| element("dc:creator"))),
        ("date", entry(&info, b"CreationDate").and_then(|date| iso_date(&date))),
        ("modified", entry(&info, b"ModDate").and_then(|date| iso_date(&date))),
        ("language", entry(&catalog, b"Lang")),
        ("subject", entry(&info, b"Subject").or_else(|| element("dc:description"))),
        ("keywords", entry(&info, b"Keywords").or_else(|| element("pdf:Keywords"))),
    ];
    let fields =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_string(), Value::String(value?))));
    (title, fields.collect())
}

/// The text of a string outside of pages: UTF-16 or UTF-8 with a mark, or else PDF's own encoding; without control
/// characters.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => bytes.iter().map(|byte| pdf_char(*byte)).collect(),
    };
    // A language may stand between escape characters.
    let mut is_language = false;
    let shown = text.chars().filter(|c| {
        is_language ^= *c == '\u{1b}';
        !is_language && *c != '\u{1b}'
    });
    shown.map(|c| if c.is_control() { ' ' } else { c }).filter(|c| *c != '\u{fffd}').collect()
}

/// PDFDocEncoding (ISO 32000-2, annex D.3).
fn pdf_char(byte: u8) -> char {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 31] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ',
        'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž',
    ];
    match byte {
        0x18..=0x1f => LOW[usize::from(byte - 0x18)],
        0x80..=0x9e => HIGH[usize::from(byte - 0x80)],
        0xa0 => '€',
        _ => byte.into(),
    }
}

/// `D:20261120143000+01'00'` as ISO 8601, as precise as it is.
fn iso_date(date: &str) -> Option<String> {
    let date = date.strip_prefix("D:").unwrap_or(date);
    let digits = date.bytes().take(14).take_while(u8::is_ascii_digit).count();
    let part = |from: usize, to: usize| date.get(from..to).filter(|_| to <= digits);
    let mut iso = part(0, 4)?.to_string();
    for (from, sign) in [(4, '-'), (6, '-')] {
        let Some(part) = part(from, from + 2) else { return Some(iso) };
        iso.push(sign);
        iso.push_str(part);
    }
    let (Some(hour), Some(minute)) = (part(8, 10), part(10, 12)) else { return Some(iso) };
    let second = part(12, 14).unwrap_or("00");
    iso.push_str(&format!("T{hour}:{minute}:{second}"));
    let zone = &date[digits..];
    match zone.get(..1) {
        Some("Z") => iso.push('Z'),
        Some(sign @ ("+" | "-")) => {
            let numbers: Vec<&str> = zone[1..].split('\'').collect();
            let two = |at: usize| {
                let number = numbers.get(at)?;
                (number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(*number)
            };
            if let Some(hours) = two(0) {
                iso.push_str(&format!("{sign}{hours}:{}", two(1).unwrap_or("00")));
            }
        }
        _ => {}
    }
    Some(iso)
}

/// The plain text of the first such element of an XMP packet.
fn element(packet: &str, name: &str) -> Option<String> {
    let start = packet.find(&format!("<{name}"))?;
    let rest = &packet[start..];
    let end = rest.find(&format!("</{name}>"))?;
    let mut plain = String::new();
    let mut is_tag = false;
    for c in rest[..end].chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => plain.push(if c.is_control() { ' ' } else { c }),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ");
    let plain = plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
    (!plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::{element, iso_date, text};

    #[test]
    fn strings_are_decoded() {
        assert_eq!(text(b"\xfe\xff\x00A\x20\xac"), "A€");
        assert_eq!(text(b"\xff\xfeA\x00\xac\x20"), "A€");
        assert_eq!(text(b"\xef\xbb\xbf\xe2\x82\xac"), "€");
        assert_eq!(text(b"caf\xe9 \x85 \x80"), "café – •");
        assert_eq!(text(b"\xfe\xff\x00\x1b\x00e\x00n\x00\x1b\x00x\x00\n"), "x ");
    }

    #[test]
    fn dates_are_as_precise_as_they_are() {
        for (date, iso) in [
            ("D:20261120143000+01'00'", "2026-11-20T14:30:00+01:00"),
            ("D:20261120143000Z", "2026-11-20T14:30:00Z"),
            ("D:202611201430", "2026-11-20T14:30:00"),
            ("D:20261120", "2026-11-20"),
            ("2026", "2026"),
            ("D:20261120143000-08'", "2026-11-20T14:30:00-08:00"),
        ] {
            assert_eq!(iso_date(date).as_deref(), Some(iso), "{date}");
        }
        assert_eq!(iso_date("Friday é"), None);
    }

    #[test]
    fn elements_of_xmp() {
        let packet =
            "<x><dc:title>\n<rdf:Alt><rdf:li xml:lang='x'>Lakes &amp; seas</rdf:li></rdf:Alt></dc:title></x>";
        assert_eq!(element(packet, "dc:title").as_deref(), Some("Lakes & seas"));
        assert_eq!(element(packet, "dc:creator"), None);
        assert_eq!(element("<dc:title/>", "dc:title"), None);
    }
}
