//! The English possessive, as Lucene's EnglishPossessiveFilter.

/// `token` without a final `'s`: `'`, U+2019 or U+FF07, then `s` or `S`.
pub(super) fn strip(token: &str) -> &str {
    match token.strip_suffix(['s', 'S']).and_then(|rest| rest.strip_suffix(['\'', '\u{2019}', '\u{FF07}'])) {
        Some(owner) => owner,
        None => token,
    }
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn every_apostrophe_and_both_cases() {
        for token in ["dog's", "dog'S", "dog\u{2019}s", "dog\u{2019}S", "dog\u{FF07}s", "dog\u{FF07}S"] {
            assert_eq!(strip(token), "dog");
        }
    }

    #[test]
    fn only_at_the_end() {
        for token in ["dogs", "dogs'", "it's5", "o'clock", "s", "dog`s", "dog\u{2018}s"] {
            assert_eq!(strip(token), token);
        }
    }

    #[test]
    fn once() {
        assert_eq!(strip("x's's"), "x's");
        assert_eq!(strip("'s"), "");
    }
}
