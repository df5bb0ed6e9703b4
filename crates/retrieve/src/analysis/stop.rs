//! Lucene's English stop words.

/// The 33 words that Lucene's `EnglishAnalyzer` drops by default.
pub(super) const ENGLISH: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no",
    "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to",
    "was", "will", "with",
];

/// Whether a lower-cased token is one of them.
pub(super) fn is_stop_word(token: &str) -> bool {
    ENGLISH.binary_search(&token).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, is_stop_word};

    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(ENGLISH.is_sorted());
    }

    #[test]
    fn tells_stop_words() {
        assert!(ENGLISH.iter().all(|word| is_stop_word(word)));
        for word in ["", "from", "which", "The", "thes", "who", "with's"] {
            assert!(!is_stop_word(word), "{word}");
        }
    }
}
