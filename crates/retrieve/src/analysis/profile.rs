//! What tells the chains of the languages apart.

use std::collections::HashSet;
use std::sync::LazyLock;

use frostem::Algorithm;

use super::Language;
use super::lowercase::Lowercase;

/// Words that are dropped, as the lines of a file; lines that begin with `#` are comments.
pub(super) type StopWords = LazyLock<HashSet<&'static str>>;

/// The chain of a language with a Snowball stemmer.
pub(super) struct Profile {
    /// The part of a token that goes before anything else.
    pub(super) cut: Cut,
    pub(super) lowercase: Lowercase,
    pub(super) stop_words: Option<&'static StopWords>,
    /// `None`: words are not stemmed.
    pub(super) algorithm: Option<Algorithm>,
}

/// What is cut off a token at an apostrophe, `'` or U+2019.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cut {
    Nothing,
    /// One of these before the first apostrophe, and it: `l'avion`. In lower case.
    Article(&'static [&'static str]),
    /// The first apostrophe and what follows, the endings of names: `Ankara'dan`.
    Ending,
}

const CATALAN: &[&str] = &["d", "l", "m", "n", "s", "t"];
const FRENCH: &[&str] =
    &["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"];
const IRISH: &[&str] = &["d", "m", "b"];
const ITALIAN: &[&str] = &[
    "c", "l", "all", "dall", "dell", "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl",
    "sugl", "un", "m", "t", "s", "v", "d",
];

/// The words of a list under `stop_words/`.
macro_rules! list {
    ($code:literal) => {{
        static WORDS: StopWords = LazyLock::new(|| {
            let lines = include_str!(concat!("stop_words/", $code, ".txt")).lines();
            lines.filter(|line| !line.starts_with('#')).collect()
        });
        Some(&WORDS)
    }};
}

/// The stop words of the languages that are indexed as bigrams.
pub(super) fn cjk_stop_words() -> Option<&'static StopWords> {
    list!("cjk")
}

/// The chain of `language`.
pub(super) fn of(language: Language) -> Profile {
    use Algorithm as Stem;
    let plain = |algorithm, stop_words| Profile {
        cut: Cut::Nothing,
        lowercase: Lowercase::Plain,
        stop_words,
        algorithm: Some(algorithm),
    };
    match language {
        // These have chains of their own and are not asked for here.
        Language::English | Language::Chinese | Language::Japanese | Language::Korean | Language::None => {
            Profile { cut: Cut::Nothing, lowercase: Lowercase::Plain, stop_words: None, algorithm: None }
        }
        Language::Arabic => Profile { lowercase: Lowercase::Digits, ..plain(Stem::Arabic, list!("ar")) },
        Language::Armenian => plain(Stem::Armenian, list!("hy")),
        Language::Basque => plain(Stem::Basque, list!("eu")),
        Language::Catalan => Profile { cut: Cut::Article(CATALAN), ..plain(Stem::Catalan, list!("ca")) },
        Language::Czech => plain(Stem::Czech, list!("cs")),
        Language::Danish => plain(Stem::Danish, list!("da")),
        // Porter's, which Lucene has; Snowball's newer one is another algorithm.
        Language::Dutch => plain(Stem::DutchPorter, list!("nl")),
        Language::Esperanto => plain(Stem::Esperanto, None),
        Language::Estonian => plain(Stem::Estonian, list!("et")),
        Language::Finnish => plain(Stem::Finnish, list!("fi")),
        Language::French => Profile { cut: Cut::Article(FRENCH), ..plain(Stem::French, list!("fr")) },
        Language::German => plain(Stem::German, list!("de")),
        Language::Greek => Profile { lowercase: Lowercase::Greek, ..plain(Stem::Greek, list!("el")) },
        Language::Hindi => Profile { lowercase: Lowercase::Digits, ..plain(Stem::Hindi, list!("hi")) },
        Language::Hungarian => plain(Stem::Hungarian, list!("hu")),
        Language::Indonesian => plain(Stem::Indonesian, list!("id")),
        Language::Irish => Profile {
            cut: Cut::Article(IRISH),
            lowercase: Lowercase::Irish,
            ..plain(Stem::Irish, list!("ga"))
        },
        Language::Italian => Profile { cut: Cut::Article(ITALIAN), ..plain(Stem::Italian, list!("it")) },
        Language::Lithuanian => plain(Stem::Lithuanian, list!("lt")),
        Language::Nepali => Profile { lowercase: Lowercase::Digits, ..plain(Stem::Nepali, list!("ne")) },
        Language::Norwegian => plain(Stem::Norwegian, list!("no")),
        Language::Persian => Profile { lowercase: Lowercase::Persian, ..plain(Stem::Persian, list!("fa")) },
        Language::Polish => plain(Stem::Polish, None),
        Language::Portuguese => plain(Stem::Portuguese, list!("pt")),
        Language::Romanian => plain(Stem::Romanian, list!("ro")),
        Language::Russian => plain(Stem::Russian, list!("ru")),
        Language::Serbian => plain(Stem::Serbian, list!("sr")),
        Language::Spanish => plain(Stem::Spanish, list!("es")),
        Language::Swedish => plain(Stem::Swedish, list!("sv")),
        Language::Tamil => Profile { lowercase: Lowercase::Digits, ..plain(Stem::Tamil, list!("ta")) },
        Language::Turkish => {
            Profile { cut: Cut::Ending, lowercase: Lowercase::Turkish, ..plain(Stem::Turkish, list!("tr")) }
        }
        Language::Ukrainian => plain(Stem::Ukrainian, None),
        Language::Yiddish => plain(Stem::Yiddish, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_words_in_the_form_they_are_looked_up_in() {
        for language in Language::all() {
            let profile = of(language);
            for word in profile.stop_words.into_iter().flat_map(|words| words.iter()) {
                let mut lower = String::new();
                profile.lowercase.append(word, &mut lower);
                assert_eq!(lower, *word, "{language}");
                assert!(!word.is_empty() && !word.contains(char::is_whitespace), "{language}: {word:?}");
            }
        }
    }

    #[test]
    fn every_language_but_four_has_stop_words() {
        let own_chain = ["en", "zh", "ja", "ko", "none"];
        let without = Language::all()
            .filter(|language| !own_chain.contains(&language.code()) && of(*language).stop_words.is_none());
        assert_eq!(without.map(Language::code).collect::<Vec<_>>(), ["eo", "pl", "uk", "yi"]);
        assert!(cjk_stop_words().is_some_and(|words| words.len() == 35));
    }
}
