//! From a token to its term, in the languages that are analysed word by word.

use frostem::Stemmer;

use super::lowercase::Lowercase;
use super::profile::{self, Cut, Profile};
use super::{Language, porter, possessive, stop};

/// Appends the term of `token` to `term`, which is empty; leaves it empty if the token is dropped.
pub(super) fn term(language: Language, token: &str, term: &mut String) {
    match language {
        Language::English => english(token, term),
        _ => snowball(&profile::of(language), token, term),
    }
}

/// Lucene's `EnglishAnalyzer`.
fn english(token: &str, term: &mut String) {
    Lowercase::Plain.append(possessive::strip(token), term);
    if stop::is_stop_word(term) {
        term.clear();
    } else {
        porter::stem(term);
    }
}

fn snowball(profile: &Profile, token: &str, term: &mut String) {
    profile.lowercase.append(cut(profile.cut, token), term);
    if profile.stop_words.is_some_and(|words| words.contains(term.as_str())) {
        term.clear();
    } else if let Some(algorithm) = profile.algorithm {
        *term = Stemmer::new(algorithm).stem(term).into_owned();
    }
}

fn cut(cut: Cut, token: &str) -> &str {
    const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];
    match (cut, token.split_once(APOSTROPHES)) {
        (Cut::Article(articles), Some((article, word)))
            if articles.iter().any(|known| known.eq_ignore_ascii_case(article)) =>
        {
            word
        }
        (Cut::Ending, Some((word, _))) => word,
        _ => token,
    }
}
