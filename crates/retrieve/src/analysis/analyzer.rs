//! The chain from text to terms.

use std::fmt;
use std::str::FromStr;

use super::cache::TermCache;
use super::tokenizer::Tokenizer;
use super::{Language, Numbering, chain, cjk};

/// The revision of the chains, part of an analyser's name: higher when the terms of any text change.
const REVISION: &str = "1";

/// Turns text into index terms: of a document when it is indexed, of a query when it is searched.
///
/// Each language has a chain of its own, see [`for_language`](Self::for_language). That of English gives
/// Lucene 9.5's terms, token for token.
///
/// An analyser is a small value, free to copy. What it has stemmed it remembers, for each thread, in a table
/// of two megabytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Analyzer {
    language: Language,
}

impl Analyzer {
    /// Lucene's English analysis.
    ///
    /// The chain is that of Lucene's `EnglishAnalyzer`: [`Tokenizer`], possessive `'s` off, lower case, stop
    /// words out, original Porter stemmer.
    pub fn english() -> Self {
        Self::for_language(Language::English)
    }

    /// The analysis of a language.
    ///
    /// - English: [`english`](Self::english).
    /// - Chinese, Japanese, Korean: [`Tokenizer`], full-width and half-width forms folded, lower case; each two
    ///   neighbouring Han, Hiragana, Katakana or Hangul characters are a term, one alone is one too. As Lucene's
    ///   `CJKAnalyzer`.
    /// - [`Language::None`]: [`Tokenizer`], lower case.
    /// - All others: [`Tokenizer`], articles off before an apostrophe (Catalan, French, Irish, Italian) or endings
    ///   after it (Turkish), lower case, stop words out, Snowball stemmer. Esperanto, Polish, Ukrainian and
    ///   Yiddish have no stop words.
    pub fn for_language(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    /// A name for this analysis, to be kept with what it was used for: the language's code and a revision, `en-1`.
    /// Two analysers of the same name give the same terms, in any release. [`FromStr`] reads it.
    pub fn name(self) -> String {
        format!("{}-{REVISION}", self.language)
    }

    /// Calls `each` with every term of `text`, in order and as often as it occurs.
    pub fn for_each_term(self, text: &str, mut each: impl FnMut(&str)) {
        let language = self.language;
        if matches!(language, Language::Chinese | Language::Japanese | Language::Korean) {
            return cjk::for_each_term(text, each);
        }
        TermCache::with(|cache| {
            for token in Tokenizer::new(text) {
                let term = cache.term(language, token, |token, term| chain::term(language, token, term));
                if !term.is_empty() {
                    each(term);
                }
            }
        });
    }

    /// [`for_each_term`](Self::for_each_term) with numbers in place of terms: `number` gives a term its number, and is
    /// not asked for every word, as those of the last ones are remembered for each `numbering`.
    pub fn for_each_number(
        self,
        text: &str,
        numbering: &Numbering,
        mut number: impl FnMut(&str) -> u32,
        mut each: impl FnMut(u32),
    ) {
        let language = self.language;
        if matches!(language, Language::Chinese | Language::Japanese | Language::Korean) {
            return cjk::for_each_term(text, |term| each(number(term)));
        }
        TermCache::with(|cache| {
            for token in Tokenizer::new(text) {
                let make = |token: &str, term: &mut String| chain::term(language, token, term);
                if let Some(number) = cache.number(language, token, make, numbering, &mut number) {
                    each(number);
                }
            }
        });
    }

    /// The terms of `text`, in order and as often as they occur.
    pub fn terms(self, text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        self.for_each_term(text, |term| terms.push(term.to_owned()));
        terms
    }
}

impl From<Language> for Analyzer {
    fn from(language: Language) -> Self {
        Self::for_language(language)
    }
}

impl FromStr for Analyzer {
    type Err = UnknownAnalyzer;

    fn from_str(name: &str) -> Result<Self, UnknownAnalyzer> {
        let known = Language::all().map(Self::for_language).find(|analyzer| analyzer.name() == name);
        known.ok_or_else(|| UnknownAnalyzer { name: name.to_owned() })
    }
}

/// This release has no analysis of this name: it was another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAnalyzer {
    name: String,
}

impl fmt::Display for UnknownAnalyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this release does not have the analysis `{}`", self.name)?;
        let language = self.name.rsplit_once('-').and_then(|(language, _)| language.parse::<Language>().ok());
        language.map_or(Ok(()), |language| {
            write!(f, "; that of {} is now `{}`", language.name(), Analyzer::for_language(language).name())
        })
    }
}

impl std::error::Error for UnknownAnalyzer {}

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
