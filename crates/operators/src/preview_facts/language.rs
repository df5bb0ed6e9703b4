//! Which language a text is in, as far as it matters for asking about it.

/// A language that questions are asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// German.
    German,
    /// Chinese.
    Chinese,
    /// Any other: what is asked for is a gap.
    Other,
}

const ENGLISH: &[&str] =
    &["the", "of", "and", "in", "to", "is", "was", "that", "for", "with", "by", "are", "were", "from"];
const GERMAN: &[&str] = &[
    "der", "die", "das", "und", "ist", "ein", "eine", "von", "im", "den", "dem", "mit", "wurde", "zu", "wie",
    "viele", "welchem", "nicht", "auf", "sich",
];

impl Language {
    /// The language of a text.
    pub(crate) fn of(text: &str) -> Self {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let han = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        if han * 4 > letters {
            return Self::Chinese;
        }
        let lower = text.to_lowercase();
        let words = || lower.split(|c: char| !c.is_alphanumeric());
        let count = |known: &[&str]| words().filter(|word| known.contains(word)).count();
        let (english, german) = (count(ENGLISH), count(GERMAN));
        match english.max(german) {
            0 if text.is_ascii() => Self::English,
            0 => Self::Other,
            _ if german > english => Self::German,
            // Other languages have one of these words now and then.
            most if most * 12 < words().filter(|word| !word.is_empty()).count() => Self::Other,
            _ => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn languages_are_told_by_their_commonest_words() {
        for (text, language) in [
            ("Lake Constance is 251 m deep and covers 536 km².", Language::English),
            ("the main span was how many m long", Language::English),
            ("Der Bodensee ist 251 m tief und bedeckt 536 km².", Language::German),
            ("Der Bodensee ist wie viele m tief", Language::German),
            ("博登湖深251米，面积536平方公里。", Language::Chinese),
            (
                "Le lac est profond de 251 m et couvre 536 km², la surface gèle rarement en hiver.",
                Language::Other,
            ),
            ("Озеро имеет глубину 251 м.", Language::Other),
        ] {
            assert_eq!(Language::of(text), language, "{text}");
        }
    }
}
