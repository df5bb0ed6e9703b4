//! The chain from text to terms.

use super::tokenizer::Tokenizer;
use super::{lowercase, porter, possessive, stop};

/// Turns text into index terms: of a document when it is indexed, of a query when it is searched.
///
/// The chain is that of Lucene's `EnglishAnalyzer`: [`Tokenizer`], possessive `'s` off, lower case, stop
/// words out, original Porter stemmer. Its terms are Lucene 9.5's, token for token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Analyzer;

impl Analyzer {
    /// Lucene's English analysis.
    pub fn english() -> Self {
        Self
    }

    /// Calls `each` with every term of `text`, in order and as often as it occurs.
    ///
    /// Allocates once a call, not once a term.
    pub fn for_each_term(&self, text: &str, mut each: impl FnMut(&str)) {
        let mut term = String::new();
        for token in Tokenizer::new(text) {
            term.clear();
            lowercase::append(possessive::strip(token), &mut term);
            if !stop::is_stop_word(&term) {
                porter::stem(&mut term);
                each(&term);
            }
        }
    }

    /// The terms of `text`, in order and as often as they occur.
    pub fn terms(&self, text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        self.for_each_term(text, |term| terms.push(term.to_owned()));
        terms
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::english()
    }
}

#[cfg(test)]
mod tests {
    use super::Analyzer;

    /// As Lucene 9.5's `EnglishAnalyzer` has them.
    #[test]
    fn runs_the_whole_chain() {
        let terms = |text| Analyzer::english().terms(text);
        assert_eq!(terms("The dogs' owner's Running!"), ["dog", "owner", "run"]);
        assert_eq!(
            terms("I'm O\u{2019}Neil\u{2019}S x\u{FF07}s it's don't"),
            ["i'm", "o\u{2019}neil", "x", "don't"]
        );
        assert_eq!(terms("THE İstanbul ΣΊΣΥΦΟΣ"), ["istanbul", "σίσυφοσ"]);
        assert_eq!(
            terms("日本 ひら カタカナ 한국어 สวัสดี"),
            ["日", "本", "ひ", "ら", "カタカナ", "한국어", "สวัสดี"]
        );
        assert_eq!(terms("½ cup, 2² ① 😀 🇩🇪"), ["cup", "2", "😀", "🇩🇪"]);
    }

    #[test]
    fn stop_words_go_before_stemming() {
        // "thing" stems to itself, "ins" to a stop word, which stays.
        assert_eq!(Analyzer::english().terms("into things ins"), ["thing", "in"]);
    }

    #[test]
    fn stop_words_with_a_possessive_go_too() {
        assert_eq!(Analyzer::english().terms("it's that's a's"), Vec::<String>::new());
    }
}
