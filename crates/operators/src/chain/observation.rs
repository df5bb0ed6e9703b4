//! What a search has come to.

/// What the answerer is told to begin with when the passages do not answer the query.
pub(super) const NO_ANSWER: &str = "The passages do not answer this.";

/// What is observed when a search finds no passage at all.
pub(super) const NOTHING_FOUND: &str = "The search found no passage.";

/// Phrases by which answers decline, in lower case.
const DECLINES: &[&str] = &[
    "do not answer this",
    "found no passage",
    "does not answer",
    "do not answer",
    "does not mention",
    "do not mention",
    "does not provide",
    "do not provide",
    "does not contain",
    "do not contain",
    "does not specify",
    "do not specify",
    "does not state",
    "do not state",
    "does not say",
    "do not say",
    "doesn't mention",
    "don't mention",
    "doesn't provide",
    "don't provide",
    "is not mentioned",
    "not explicitly",
    "no information",
    "no relevant information",
    "not enough information",
    "insufficient information",
    "cannot be determined",
    "cannot answer",
    "can't answer",
    "unable to",
    "i don't know",
    "i do not know",
];

/// Characters of an observation within which it declines, if it does.
const BEGINNING: usize = 200;

/// Whether an observation says that the search did not find what was asked for.
pub(crate) fn declines(observation: &str) -> bool {
    let beginning: String =
        observation.chars().take(BEGINNING).collect::<String>().to_lowercase().replace('’', "'");
    DECLINES.iter().any(|phrase| beginning.contains(phrase))
}

/// An observation of at most this many characters, and whether it was cut. A cut one says how much it had.
pub(super) fn cut(observation: &str, most: usize) -> (String, bool) {
    let observation = observation.trim();
    let Some((end, _)) = observation.char_indices().nth(most) else { return (observation.to_owned(), false) };
    let kept = &observation[..end];
    // At a word's end, when there is one near.
    let space = kept.rfind(char::is_whitespace).filter(|space| *space > end / 2);
    let kept = kept[..space.unwrap_or(end)].trim_end();
    (format!("{kept} … [cut; it had {} characters]", observation.chars().count()), true)
}

#[cfg(test)]
mod tests {
    use super::{NO_ANSWER, NOTHING_FOUND, cut, declines};

    #[test]
    fn bad_observations_are_known() {
        for text in [
            NO_ANSWER,
            NOTHING_FOUND,
            "The context does not mention who wrote it.",
            "Based on the passages, there is no information about its depth.",
            "I don’t know.",
        ] {
            assert!(declines(text), "{text}");
        }
        let late = format!("It is 208 m deep. {} The text does not mention its age.", "x".repeat(200));
        for text in ["Lake Nyos is 208 m deep.", "", &late] {
            assert!(!declines(text), "{text}");
        }
    }

    #[test]
    fn long_observations_are_cut_at_words() {
        assert_eq!(cut(" short ", 100), ("short".to_owned(), false));
        let long = "été ".repeat(300_000);
        let (text, was_cut) = cut(&long, 1_000);
        assert!(was_cut && text.ends_with("été … [cut; it had 1199999 characters]"), "{text}");
        assert!(text.chars().count() < 1_050);
        assert!(cut(&"x".repeat(2_000), 1_000).0.starts_with(&"x".repeat(1_000)));
    }
}
