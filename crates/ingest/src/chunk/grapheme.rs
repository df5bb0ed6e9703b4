//! Grapheme boundaries (UAX #29, extended), asked for at single places.

use unicode_segmentation::GraphemeCursor;

/// Whether a text may be cut at this byte without splitting a grapheme. The text must itself start at a boundary.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    if at == 0 || at >= text.len() {
        return true;
    }
    // Two ASCII characters are always apart, but for CR LF.
    let bytes = text.as_bytes();
    if bytes[at - 1].is_ascii() && bytes[at].is_ascii() {
        return !(bytes[at - 1] == b'\r' && bytes[at] == b'\n');
    }
    text.is_char_boundary(at)
        && GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(false)
}

/// The last boundary at or before this byte (a character bound); 0 when the text's first grapheme is longer than that.
pub(super) fn last_boundary(text: &str, at: usize) -> usize {
    if is_boundary(text, at) {
        return at;
    }
    GraphemeCursor::new(at, text.len(), true).prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{is_boundary, last_boundary};

    #[test]
    fn graphemes_of_several_characters_are_not_split() {
        for whole in ["\r\n", "e\u{301}", "🇫🇷", "👩\u{200d}🔬", "क्षि"] {
            let text = format!("a{whole}b");
            for at in 2..=whole.len() {
                assert!(!is_boundary(&text, at), "{whole:?} at {at}");
            }
            assert!(is_boundary(&text, 1) && is_boundary(&text, 1 + whole.len()));
            let inside = 1 + whole.chars().next().unwrap().len_utf8();
            assert_eq!(last_boundary(&text, inside), 1);
            assert_eq!(last_boundary(whole, inside - 1), 0);
        }
    }
}
