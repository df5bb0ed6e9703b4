//! Questions that name their source: useless, because who asks does not have it.

/// Words that call a text a text, in English and in German.
const SOURCES: &[&str] = &[
    "document",
    "passage",
    "text",
    "article",
    "excerpt",
    "paragraph",
    "dokument",
    "artikel",
    "auszug",
    "abschnitt",
    "absatz",
    "textabschnitt",
];

/// Words before one of them that make it the text at hand. "Which document must be filed" is a fine question; "what
/// does the document above say" is none.
const POINTERS: &[&[&str]] = &[
    &["this"],
    &["given"],
    &["provided"],
    &["above"],
    &["following"],
    &["according", "to", "the"],
    &["in", "the"],
    &["the", "author", "of", "the"],
    &["diesem"],
    &["dieses"],
    &["dieser"],
    &["obigen"],
    &["vorliegenden"],
    &["folgenden"],
    &["im"],
    &["laut", "dem"],
    &["gemäß", "dem"],
];

/// What points at the text at hand in Chinese, which sets no spaces between words.
const CHINESE: &[&str] = &[
    "本文",
    "文中",
    "该文",
    "此文",
    "这篇文章",
    "这段文字",
    "文章中",
    "文档中",
    "根据文章",
    "根据文本",
    "根据文档",
    "上述文本",
    "上文",
];

/// The phrase by which a question names the text it was made from, if it does.
pub(crate) fn names_its_source(question: &str) -> Option<String> {
    if let Some(phrase) = CHINESE.iter().find(|phrase| question.contains(**phrase)) {
        return Some((*phrase).to_owned());
    }
    let lower = question.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().filter(|(_, word)| SOURCES.contains(word)).find_map(|(at, source)| {
        let (before, after) = (&words[..at], &words[at + 1..]);
        if let Some(pointer) = POINTERS.iter().find(|pointer| before.ends_with(pointer)) {
            return Some(format!("{} {source}", pointer.join(" ")));
        }
        (before.ends_with(&["the"]) && after.starts_with(&["above"])).then(|| format!("the {source} above"))
    })
}

#[cfg(test)]
mod tests {
    use super::names_its_source;

    #[test]
    fn finds_what_points_at_the_text() {
        for bad in [
            "According to the passage, why does it fail?",
            "What does this document imply about loads?",
            "Which of the limits in the text applies?",
            "What follows from the article above?",
            "Wie tief ist der See laut dem Text?",
            "Welche Last wird im Artikel genannt?",
            "根据文章，湖有多深？",
            "文中提到的湖有多深？",
        ] {
            assert!(names_its_source(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn leaves_fine_questions_alone() {
        for good in [
            "Which document must the exporter file first, and why?",
            "Why does passage of the current through the joint heat it?",
            "How should the text message be encrypted?",
            "Welches Dokument muss der Exporteur zuerst vorlegen?",
            "《文心雕龙》成书于哪一年？",
        ] {
            assert_eq!(names_its_source(good), None, "{good}");
        }
    }
}
