//! What a text is about, as far as that can be seen from outside.

use ragstill_teacher::extractive::{Facts, sentences};

use super::Language;
use super::lexicon::{is_joint, is_pointer, is_verb};

/// The most words of a first sentence that may be a title.
const TITLE: usize = 30;

/// The heading of a text, its title, the subject of its first sentence, or else its key words.
pub(crate) fn subject(text: &str) -> String {
    if let Some(heading) = text.trim_start().strip_prefix('#') {
        let heading = heading.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).trim();
        let head = heading.split(": ").next().unwrap_or(heading).trim();
        if !head.is_empty() {
            return head.to_owned();
        }
    }
    let all = sentences(text);
    let first = all.first().map(String::as_str).unwrap_or_default();
    if Language::of(text) == Language::Chinese {
        return chinese(first);
    }
    let first = first.split(" . ").next().unwrap_or(first).trim_end_matches(['.', ' ']);
    let words: Vec<&str> = first.split_whitespace().collect();
    let is_title = words.len() <= TITLE && !words.iter().any(|word| is_verb(word));
    if is_title && words.len() > 1 {
        return first.to_owned();
    }
    subject_of(first).unwrap_or_else(|| {
        let words = Facts::of(text).key_words;
        words.into_iter().take(3).collect::<Vec<_>>().join(", ")
    })
}

/// The noun phrase that a sentence begins with, if it can be told where it ends.
pub(super) fn subject_of(sentence: &str) -> Option<String> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let first = words.first()?;
    if !first.starts_with(char::is_uppercase) || is_pointer(first) || first.eq_ignore_ascii_case("it") {
        return None;
    }
    let is_article = matches!(*first, "The" | "A" | "An" | "Der" | "Die" | "Das" | "Ein" | "Eine");
    if is_joint(first) && !is_article {
        return None;
    }
    let end = words.iter().skip(1).take(6).position(|word| is_verb(word) || word.ends_with("ed"));
    let comma = words.iter().take(5).position(|word| word.ends_with(','));
    let end = match (end.map(|end| end + 1), comma.map(|comma| comma + 1)) {
        (Some(end), Some(comma)) => end.min(comma),
        (end, comma) => end.or(comma)?,
    };
    let phrase = words[..end].join(" ");
    (end > usize::from(is_article)).then(|| phrase.trim_end_matches(',').to_owned())
}

/// What a Chinese sentence begins with, up to its first verb or mark.
fn chinese(sentence: &str) -> String {
    let end = sentence
        .char_indices()
        .find(|(_, c)| {
            matches!(
                c,
                '是' | '位' | '为' | '在' | '，' | '。' | '、' | '于' | '有' | '深' | '长' | '高' | '（'
            )
        })
        .map_or(sentence.len(), |(at, _)| at);
    let head = &sentence[..end];
    if head.is_empty() { sentence.chars().take(12).collect() } else { head.chars().take(24).collect() }
}
