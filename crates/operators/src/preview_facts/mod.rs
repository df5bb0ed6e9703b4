//! What the built-in teacher can ask about a text without understanding it: a sentence with a number, a date or a name, and
//! the same sentence with `how many`, `which year` or `who` in its place. The question is right because the sentence is, and
//! has one answer because all else that the sentence says stays in it.
//!
//! The generators of question tasks and the check of their answers share it.

mod chinese;
mod language;
mod lexicon;
mod spaced;
mod spellings;
mod subject;
mod values;

pub(crate) use language::Language;
pub(crate) use spellings::{MONTHS, spellings};
pub(crate) use subject::subject;

use ragstill_teacher::extractive::sentences;

use crate::words::contains_words;

/// A sentence in which something is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// What is asked for, as the text has it.
    pub answer: String,
    /// The sentence with the words that ask in its place, without its last mark.
    pub clause: String,
    /// How telling it is: higher is better.
    rank: u8,
}

/// The longest sentence that is asked about, in words, or in characters where there are no spaces between words.
const LONGEST: usize = 40;

/// What can be asked about a text, one thing a sentence, the most telling first.
pub(crate) fn gaps(text: &str) -> Vec<Gap> {
    let language = Language::of(text);
    let subject = subject(text);
    let mut gaps: Vec<Gap> = Vec::new();
    let mut before: Option<String> = None;
    for sentence in whole_sentences(text) {
        let gap = match language {
            Language::Chinese => chinese::gap(&sentence),
            _ => spaced::gap(&sentence, before.as_deref(), language),
        };
        let is_new = |gap: &Gap| {
            let known = contains_words(&subject, &gap.answer) || contains_words(&gap.clause, &gap.answer);
            !known && !gaps.iter().any(|other| other.clause == gap.clause)
        };
        gaps.extend(gap.filter(is_new));
        before = Some(sentence);
    }
    gaps.sort_by_key(|gap| u8::MAX - gap.rank);
    gaps
}

/// The question that a gap in a text about this subject asks. The subject is named where the sentence does not name it.
pub(crate) fn question(subject: &str, clause: &str) -> String {
    let language = Language::of(clause);
    if contains_words(clause, without_article(subject)) {
        return format!("{}{}", capitalised(clause), if language == Language::Chinese { "？" } else { "?" });
    }
    match language {
        Language::Chinese => format!("关于{subject}：{clause}？"),
        Language::German => format!("Zum Thema {subject}: {clause}?"),
        Language::English => format!("Regarding {}: {clause}?", small_article(subject)),
        Language::Other => format!("{subject}: {clause}?"),
    }
}

/// The answer that a text gives to a question: that of the gap whose words the question shares, if it shares most of them.
pub(crate) fn answer(text: &str, question: &str) -> Option<String> {
    let asked = tokens(question);
    // In thousandths of what stands in either of them.
    let shared = |gap: &Gap| {
        let own = tokens(&gap.clause);
        if contains_words(question, &gap.clause) {
            return 1000 + own.len();
        }
        let shared = own.iter().filter(|token| asked.contains(token)).count();
        (1000 * shared).checked_div(own.len().max(asked.len())).unwrap_or_default()
    };
    let best = gaps(text).into_iter().map(|gap| (shared(&gap), gap)).max_by_key(|(shared, _)| *shared);
    best.filter(|(shared, _)| *shared >= 500).map(|(_, gap)| gap.answer)
}

/// What two sentences are compared by: words, and characters where there are no spaces between words.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            _ if c >= '\u{2e80}' => tokens.push(c.to_string()),
            _ if c.is_alphanumeric() => word.push(c),
            _ => tokens.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    tokens.sort();
    tokens.dedup();
    tokens
}

/// The sentences of a text that end with a mark: no headings. Some texts set a space before it, and small letters after it.
fn whole_sentences(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim_start().starts_with('#'));
    paragraphs
        .flat_map(|paragraph| joined(sentences(paragraph)))
        .flat_map(|sentence| {
            let ends = sentence.ends_with(['.', '!', '。', '！']);
            let parts: Vec<String> = sentence.split(" . ").map(|part| part.trim().to_owned()).collect();
            let whole = if ends { parts.len() } else { parts.len() - 1 };
            parts.into_iter().take(whole)
        })
        .map(|sentence| sentence.trim_end_matches(['.', '!', '。', '！', ' ']).to_owned())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// Sentences, those put together that an abbreviation has parted, or the day of a date.
fn joined(sentences: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    for sentence in sentences {
        let goes_on =
            |last: &&mut String| lexicon::ends_short(last) || lexicon::parts_a_date(last, &sentence);
        match whole.last_mut().filter(goes_on) {
            Some(last) => *last = format!("{last} {sentence}"),
            None => whole.push(sentence),
        }
    }
    whole
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn without_article(subject: &str) -> &str {
    ["The ", "A ", "An ", "the ", "a ", "an "]
        .into_iter()
        .find_map(|article| subject.strip_prefix(article))
        .unwrap_or(subject)
}

fn small_article(subject: &str) -> String {
    for article in ["The ", "A ", "An "] {
        if let Some(rest) = subject.strip_prefix(article) {
            return format!("{}{rest}", article.to_lowercase());
        }
    }
    subject.to_owned()
}

#[cfg(test)]
mod tests;
