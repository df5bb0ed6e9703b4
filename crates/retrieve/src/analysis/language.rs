//! The languages that texts can be analysed in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language to analyse texts in; its chain is described at [`Analyzer::for_language`].
///
/// It is written as its code ([`code`](Self::code)). Read are the code, the English name, and tags with a region
/// or script, of which only the language counts; case does not matter.
///
/// ```
/// use ragstill_retrieve::analysis::Language;
///
/// assert_eq!("de".parse(), Ok(Language::German));
/// assert_eq!("Portuguese".parse(), Ok(Language::Portuguese));
/// assert_eq!("zh-Hant-TW".parse(), Ok(Language::Chinese));
/// let error = "germna".parse::<Language>().unwrap_err().to_string();
/// assert!(error.contains("did you mean `de` (German)?"), "{error}");
/// ```
///
/// [`Analyzer::for_language`]: super::Analyzer::for_language
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[repr(u8)]
#[non_exhaustive]
pub enum Language {
    /// `en`: Lucene's English analysis.
    #[default]
    English,
    /// `ar`
    Arabic,
    /// `hy`
    Armenian,
    /// `eu`
    Basque,
    /// `ca`
    Catalan,
    /// `zh`: bigrams.
    Chinese,
    /// `cs`
    Czech,
    /// `da`
    Danish,
    /// `nl`
    Dutch,
    /// `eo`
    Esperanto,
    /// `et`
    Estonian,
    /// `fi`
    Finnish,
    /// `fr`
    French,
    /// `de`
    German,
    /// `el`
    Greek,
    /// `hi`
    Hindi,
    /// `hu`
    Hungarian,
    /// `id`
    Indonesian,
    /// `ga`
    Irish,
    /// `it`
    Italian,
    /// `ja`: bigrams.
    Japanese,
    /// `ko`: bigrams.
    Korean,
    /// `lt`
    Lithuanian,
    /// `ne`
    Nepali,
    /// `no`: Bokmål and Nynorsk.
    Norwegian,
    /// `fa`
    Persian,
    /// `pl`
    Polish,
    /// `pt`
    Portuguese,
    /// `ro`
    Romanian,
    /// `ru`
    Russian,
    /// `sr`: in either script.
    Serbian,
    /// `es`
    Spanish,
    /// `sv`
    Swedish,
    /// `ta`
    Tamil,
    /// `tr`
    Turkish,
    /// `uk`
    Ukrainian,
    /// `yi`
    Yiddish,
    /// `none`: any other language, or several; words in lower case.
    None,
}

/// All languages with code and English name, in the order of the enum.
const LANGUAGES: [(Language, &str, &str); 38] = [
    (Language::English, "en", "English"),
    (Language::Arabic, "ar", "Arabic"),
    (Language::Armenian, "hy", "Armenian"),
    (Language::Basque, "eu", "Basque"),
    (Language::Catalan, "ca", "Catalan"),
    (Language::Chinese, "zh", "Chinese"),
    (Language::Czech, "cs", "Czech"),
    (Language::Danish, "da", "Danish"),
    (Language::Dutch, "nl", "Dutch"),
    (Language::Esperanto, "eo", "Esperanto"),
    (Language::Estonian, "et", "Estonian"),
    (Language::Finnish, "fi", "Finnish"),
    (Language::French, "fr", "French"),
    (Language::German, "de", "German"),
    (Language::Greek, "el", "Greek"),
    (Language::Hindi, "hi", "Hindi"),
    (Language::Hungarian, "hu", "Hungarian"),
    (Language::Indonesian, "id", "Indonesian"),
    (Language::Irish, "ga", "Irish"),
    (Language::Italian, "it", "Italian"),
    (Language::Japanese, "ja", "Japanese"),
    (Language::Korean, "ko", "Korean"),
    (Language::Lithuanian, "lt", "Lithuanian"),
    (Language::Nepali, "ne", "Nepali"),
    (Language::Norwegian, "no", "Norwegian"),
    (Language::Persian, "fa", "Persian"),
    (Language::Polish, "pl", "Polish"),
    (Language::Portuguese, "pt", "Portuguese"),
    (Language::Romanian, "ro", "Romanian"),
    (Language::Russian, "ru", "Russian"),
    (Language::Serbian, "sr", "Serbian"),
    (Language::Spanish, "es", "Spanish"),
    (Language::Swedish, "sv", "Swedish"),
    (Language::Tamil, "ta", "Tamil"),
    (Language::Turkish, "tr", "Turkish"),
    (Language::Ukrainian, "uk", "Ukrainian"),
    (Language::Yiddish, "yi", "Yiddish"),
    (Language::None, "none", "None"),
];

/// Other codes and names of the same languages.
const ALIASES: [(&str, Language); 4] = [
    ("nb", Language::Norwegian),
    ("nn", Language::Norwegian),
    ("farsi", Language::Persian),
    ("other", Language::None),
];

/// What is often written for a language: the code of a country.
const MISTAKEN: [(&str, Language); 9] = [
    ("cn", Language::Chinese),
    ("cz", Language::Czech),
    ("dk", Language::Danish),
    ("gr", Language::Greek),
    ("jp", Language::Japanese),
    ("kr", Language::Korean),
    ("se", Language::Swedish),
    ("ua", Language::Ukrainian),
    ("us", Language::English),
];

impl Language {
    /// All languages, English first, then by name, [`None`](Self::None) last.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(|&(language, ..)| language)
    }

    /// The ISO 639-1 code, `none` for [`None`](Self::None).
    pub fn code(self) -> &'static str {
        LANGUAGES[self as usize].1
    }

    /// The English name.
    pub fn name(self) -> &'static str {
        LANGUAGES[self as usize].2
    }

    fn nearest(name: &str) -> Option<Self> {
        let mistaken = MISTAKEN.iter().find(|(code, _)| *code == name).map(|&(_, language)| language);
        mistaken.or_else(|| {
            let distance = |known: &str| strsim::damerau_levenshtein(name, &known.to_ascii_lowercase());
            let near = LANGUAGES.iter().map(|&(language, _, known)| (distance(known), language));
            // As for any misspelt name: a third of its letters may be wrong.
            let (distance, language) = near.min_by_key(|&(distance, _)| distance)?;
            (3 * distance <= name.len()).then_some(language)
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        let lower = name.trim().to_ascii_lowercase();
        let language = lower.split(['-', '_']).next().unwrap_or_default();
        let known =
            LANGUAGES.iter().find(|(_, code, name)| *code == language || name.eq_ignore_ascii_case(language));
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == language).map(|&(_, language)| language);
        known
            .map(|&(language, ..)| language)
            .or_else(alias)
            .ok_or_else(|| UnknownLanguage { name: name.to_owned(), nearest: Self::nearest(&lower) })
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(name: String) -> Result<Self, UnknownLanguage> {
        name.parse()
    }
}

/// There is no language of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLanguage {
    name: String,
    nearest: Option<Language>,
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no analysis for the language `{}`", self.name)?;
        if let Some(nearest) = self.nearest {
            write!(f, "; did you mean `{nearest}` ({})?", nearest.name())?;
        }
        let codes: Vec<_> = Language::all().map(Language::code).collect();
        let codes = codes.join(", ");
        let stop = if self.nearest.is_some() { "" } else { "." };
        write!(f, "{stop} There are {codes}; with `none` words are taken as they are, in lower case")
    }
}

impl std::error::Error for UnknownLanguage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (at, (language, code, _)) in LANGUAGES.into_iter().enumerate() {
            assert_eq!(language as usize, at, "{code}");
        }
        assert_eq!(Language::None as usize + 1, LANGUAGES.len());
    }

    #[test]
    fn every_language_is_read_by_code_and_name() {
        for language in Language::all() {
            assert_eq!(language.to_string().parse(), Ok(language));
            assert_eq!(language.name().parse(), Ok(language));
            assert_eq!(language.name().to_uppercase().parse(), Ok(language));
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("\"{}\"", language.code()));
            assert_eq!(serde_json::from_str::<Language>(&json).unwrap(), language);
        }
    }

    #[test]
    fn regions_and_other_names() {
        let read = |name: &str| name.parse::<Language>().unwrap();
        assert_eq!(read("pt_BR"), Language::Portuguese);
        assert_eq!(read("de-CH-1996"), Language::German);
        assert_eq!(read(" NB "), Language::Norwegian);
        assert_eq!(read("other"), Language::None);
        assert_eq!(Language::default(), Language::English);
    }

    #[test]
    fn an_unknown_language_is_told_with_the_nearest() {
        let error = |name: &str| name.parse::<Language>().unwrap_err().to_string();
        assert!(error("jp").contains("did you mean `ja` (Japanese)?"), "{}", error("jp"));
        assert!(error("Swedisch").contains("did you mean `sv` (Swedish)?"), "{}", error("Swedisch"));
        for name in ["", "xx", "klingon"] {
            let error = error(name);
            assert!(
                error.contains(&format!("`{name}`")) && error.contains("There are en, ar, hy"),
                "{error}"
            );
            assert!(!error.contains("did you mean"), "{error}");
        }
        let error = serde_json::from_str::<Language>("\"gr\"").unwrap_err().to_string();
        assert!(error.contains("did you mean `el` (Greek)?"), "{error}");
    }
}
