//! Lower case, as Lucene's LowerCaseFilter.

/// Appends `token` to `out` in lower case, one character for each.
///
/// Lucene maps each code point by itself: a final capital sigma becomes `σ`, and `İ` becomes `i` alone
/// where the full Unicode mapping is `i` and a combining dot.
pub(super) fn append(token: &str, out: &mut String) {
    if token.is_ascii() {
        let start = out.len();
        out.push_str(token);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(token.chars().map(|c| c.to_lowercase().next().unwrap_or(c)));
    }
}

#[cfg(test)]
mod tests {
    fn lowercase(token: &str) -> String {
        let mut out = String::new();
        super::append(token, &mut out);
        out
    }

    #[test]
    fn character_by_character() {
        assert_eq!(lowercase("WiFi"), "wifi");
        assert_eq!(lowercase("ÀÉÎ"), "àéî");
        assert_eq!(lowercase("ΣΊΣΥΦΟΣ"), "σίσυφοσ");
        assert_eq!(lowercase("İstanbul"), "istanbul");
        assert_eq!(lowercase("STRAẞE"), "straße");
        assert_eq!(lowercase("𐐀"), "𐐨");
    }

    #[test]
    fn keeps_what_stands_before() {
        let mut out = String::from("X");
        super::append("Y", &mut out);
        super::append("É", &mut out);
        assert_eq!(out, "Xyé");
    }
}
