//! The encoding that a page says it is in.

/// How many bytes of a page are searched, as browsers do.
const SEARCHED: usize = 1024;

/// The encoding's label that a page's first bytes name: in an XML declaration, `<meta charset>` or
/// `<meta http-equiv="Content-Type" content="…; charset=…">`.
pub fn declared_encoding(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = &bytes[..bytes.len().min(SEARCHED)];
    if head.starts_with(b"<?xml") {
        let end = head.iter().position(|byte| *byte == b'>').unwrap_or(head.len());
        if let Some(label) = value_after(&head[..end], b"encoding") {
            return Some(label);
        }
    }
    let mut at = 0;
    while let Some(start) = find(&head[at..], b"<") {
        let tag = &head[at + start..];
        if tag.starts_with(b"<!--") {
            at += start + find(tag, b"-->")? + 3;
            continue;
        }
        let end = find(tag, b">").unwrap_or(tag.len());
        let is_meta = tag.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"));
        if is_meta && let Some(label) = value_after(&tag[..end], b"charset") {
            return Some(label);
        }
        at += start + end.max(1);
    }
    None
}

/// The value behind the name's first occurrence that `=` follows.
fn value_after<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let at = rest.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name))?;
        rest = &rest[at + name.len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b';' | b'>' | b'/' | b'?')
        });
        let label = std::str::from_utf8(&value[..end.unwrap_or(value.len())]).ok()?;
        return (!label.is_empty()).then_some(label);
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::declared_encoding;

    #[test]
    fn it_is_found_where_pages_put_it() {
        for (page, label) in [
            ("<!doctype html><META CharSet = 'ISO-8859-1'>", Some("ISO-8859-1")),
            ("<meta http-equiv=Content-Type content=\"text/html; charset=shift_jis\">", Some("shift_jis")),
            ("<meta charset=utf-8>", Some("utf-8")),
            ("<meta charset=utf-8/>", Some("utf-8")),
            ("<?xml version='1.0' encoding=\"windows-1251\"?><html>", Some("windows-1251")),
            ("\u{feff}<?xml version='1.0'?><meta charset='koi8-r'>", Some("koi8-r")),
            ("<!-- <meta charset=a> --><meta name=charset content=charset><meta charset=b>", Some("b")),
            ("<!-- <meta charset=a>", None),
            ("<p charset=a>", None),
            ("<meta charset=", None),
            ("", None),
        ] {
            assert_eq!(declared_encoding(page.as_bytes()), label, "{page}");
        }
        let late = format!("{}<meta charset=late>", " ".repeat(1024));
        assert_eq!(declared_encoding(late.as_bytes()), None);
    }
}
