//! Questions taken apart.

use ragstill_teacher::extractive::content_words;

use super::find;
use super::value::Wanted;

/// Words that begin a description of something: the lake *that* …
const RELATIVES: [&str; 5] = ["that", "which", "whose", "where", "who"];

/// Prepositions that may stand before one: the paper *in which* …
const BEFORE_RELATIVES: [&str; 7] = ["in", "of", "from", "by", "at", "on", "to"];

/// The most words of what is described, its article apart: `the small lake that`.
const NOUN: usize = 4;

/// A question about something that is described, not named.
pub(super) struct Described<'a> {
    question: &'a str,
    /// Where the description begins, in bytes.
    start: usize,
    /// The description: `the lake that …`.
    pub text: &'a str,
}

impl Described<'_> {
    /// What has to be found out first.
    pub(super) fn query(&self) -> String {
        format!("What is {}?", self.text)
    }

    /// The question with a name in place of the description.
    pub(super) fn named(&self, name: &str) -> String {
        let behind = &self.question[self.start + self.text.len()..];
        format!("{}{}{behind}", &self.question[..self.start], find::within(name))
    }
}

/// The description that a question ends with, if it has one and is not merely a question for its name.
pub(super) fn described(question: &str) -> Option<Described<'_>> {
    let end = question.trim_end_matches(['?', ' ']).len();
    let words: Vec<(usize, &str)> = question[..end]
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - question.as_ptr() as usize, word))
        .collect();
    let is = |at: usize, list: &[&str]| words.get(at).is_some_and(|(_, word)| list.contains(word));
    // The article that stands nearest before the first such word.
    let begins = (2..words.len()).filter(|&at| is(at, &RELATIVES)).find_map(|relative| {
        let end = if is(relative - 1, &BEFORE_RELATIVES) { relative - 1 } else { relative };
        (end.saturating_sub(NOUN + 1)..end.saturating_sub(1)).rev().find(|&at| at > 0 && is(at, &["the"]))
    })?;
    let start = words[begins].0;
    let before = question[..start].trim().to_lowercase();
    let asks_for_name =
        matches!(before.as_str(), "what is" | "which is" | "who is" | "what was" | "which was" | "who was");
    (!asks_for_name).then(|| Described { question, start, text: &question[start..end] })
}

/// The words of a question that say what it is about, in order; `names`: only those that begin with a capital or are numbers.
pub(super) fn key_words(question: &str, names: bool) -> String {
    let asked: Vec<&str> = question
        .split_whitespace()
        .skip(usize::from(names))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !content_words(word).is_empty())
        .filter(|word| !names || word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
        .collect();
    asked.join(" ")
}

/// The answer to a question that an observation holds.
pub(super) fn plain_answer(question: &str, observation: &str) -> String {
    let sentence = find::sentence_of(observation);
    let wanted = Wanted::of(question);
    let value = match wanted {
        Wanted::Name => find::name_in(observation),
        _ => wanted.in_sentence(sentence),
    };
    value.unwrap_or_else(|| sentence.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{described, key_words};

    #[test]
    fn descriptions_are_taken_out_of_questions() {
        for (question, text, named) in [
            (
                "How deep is the lake that killed cattle?",
                "the lake that killed cattle",
                "How deep is Lake Nyos?",
            ),
            (
                "Who led the study in which bass were moved?",
                "the study in which bass were moved",
                "Who led Lake Nyos?",
            ),
            (
                "How long is the deepest lake whose water is old ?",
                "the deepest lake whose water is old",
                "How long is Lake Nyos ?",
            ),
        ] {
            let described = described(question).unwrap();
            assert_eq!((described.text, described.named("Lake Nyos").as_str()), (text, named));
        }
        for question in [
            "How deep is Lake Nyos?",
            "What is the lake that killed cattle?",
            "the which",
            "",
            "Is the that?",
        ] {
            assert!(described(question).is_none(), "{question}");
        }
    }

    #[test]
    fn key_words_and_names() {
        let question = "When did the gas of Lake Nyos reach 25 km?";
        assert_eq!(key_words(question, false), "gas Lake Nyos reach");
        assert_eq!(key_words(question, true), "Lake Nyos");
    }
}
