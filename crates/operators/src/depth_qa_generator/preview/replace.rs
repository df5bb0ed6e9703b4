//! A description in the place of a name.

use super::descriptions::{is_chinese, is_kind};

/// Articles that go with a name.
const ARTICLES: &[&str] = &["the", "a", "an", "der", "die", "das"];

/// What of an identifier a question names: all of it, or the words that it ends with (*the collapse of the Silver Bridge*:
/// *the Silver Bridge*), as they stand in the question and without an article.
pub(super) fn named(question: &str, identifier: &str) -> Option<String> {
    if is_chinese(identifier) {
        return question.contains(identifier).then(|| identifier.to_owned());
    }
    let words: Vec<&str> = identifier.split_whitespace().collect();
    (0..words.len()).find_map(|first| {
        let mut part = &words[first..];
        if part.len() > 1 && is_article(part[0]) {
            part = &part[1..];
        }
        let is_name = first == 0 || part.iter().any(|word| word.starts_with(char::is_uppercase));
        let name = part.join(" ");
        (is_name && !name.is_empty() && find(question, &name).is_some()).then_some(name)
    })
}

/// The question with the description where it names something, and `it` where it names it again.
pub(super) fn replaced(question: &str, name: &str, description: &str) -> Option<String> {
    if is_chinese(description) {
        return Some(question.replace(name, description));
    }
    let (mut made, mut rest) = (String::new(), question);
    let mut is_first = true;
    while let Some(at) = find(rest, name) {
        let (before, after) = (without_article(&rest[..at]), &rest[at + name.len()..]);
        if after.starts_with(['\'', '\u{2019}', '-']) {
            // Whose it is cannot be said so.
            return None;
        }
        made.push_str(before);
        let stands_first = made.trim_end().is_empty();
        let word = if is_first { description } else { "it" };
        if stands_first {
            made.extend(word.chars().next().into_iter().flat_map(char::to_uppercase));
            made.push_str(&word[word.chars().next().map_or(0, char::len_utf8)..]);
        } else {
            made.push_str(word);
        }
        (rest, is_first) = (after, false);
    }
    made.push_str(rest);
    // What is left of the name in another place would give it away: *Lake Baikal: Baikal became …*
    let gives_away = name
        .split_whitespace()
        .any(|word| word.starts_with(char::is_uppercase) && !is_kind(word) && find(&made, word).is_some());
    (!is_first && !gives_away).then_some(made)
}

/// Where a name stands as whole words, with a capital letter first or without.
fn find(text: &str, name: &str) -> Option<usize> {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let mut letters = name.chars();
    let first = letters.next()?;
    let forms = [name.to_owned(), first.to_uppercase().chain(letters).collect()];
    let places = forms.iter().flat_map(|form| text.match_indices(form.as_str()));
    let whole = places.filter(|(at, form)| {
        is_end(text[..*at].chars().next_back()) && is_end(text[at + form.len()..].chars().next())
    });
    whole.map(|(at, _)| at).min()
}

/// What stands before a name, without the article that belongs to it.
fn without_article(before: &str) -> &str {
    let trimmed = before.trim_end();
    let start = trimmed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    if trimmed.len() < before.len() && is_article(&trimmed[start..]) { &before[..start] } else { before }
}

pub(super) fn is_article(word: &str) -> bool {
    ARTICLES.iter().any(|article| article.eq_ignore_ascii_case(word))
}
