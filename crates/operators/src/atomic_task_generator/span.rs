//! Where the document says the answer.

use std::collections::HashSet;
use std::ops::Range;

use ragstill_teacher::extractive::content_words;

use crate::words::find_words;

/// The bytes of the text at which the first of these spellings that stands in it word for word stands; where it stands more
/// than once, in the sentence that shares most words with what it is `about`.
pub(super) fn span_of<'a>(
    text: &str,
    spellings: impl Iterator<Item = &'a str>,
    about: &str,
) -> Option<Range<usize>> {
    let places = spellings.map(|spelling| find_words(text, spelling)).find(|places| !places.is_empty())?;
    let about = tokens(about);
    let shared = |place: &Range<usize>| tokens(sentence_around(text, place)).intersection(&about).count();
    // Of equals the first: `max_by_key` would take the last.
    places.into_iter().rev().max_by_key(shared)
}

/// What tells sentences apart: words, and the characters of scripts without spaces.
fn tokens(text: &str) -> HashSet<String> {
    let characters = text.chars().filter(|c| c.is_alphabetic() && *c >= '\u{2e80}').map(String::from);
    content_words(text).into_iter().chain(characters).collect()
}

/// The sentence in which a place lies, roughly: from mark to mark.
fn sentence_around<'a>(text: &'a str, place: &Range<usize>) -> &'a str {
    let is_mark = |c: char| matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | ';' | '；');
    // A point without a space after it stands in a number or a name.
    let ends = |at: usize, c: char| {
        is_mark(c) && (c > '\u{2e80}' || text[at + c.len_utf8()..].starts_with(char::is_whitespace))
    };
    let start = text[..place.start].char_indices().rev().find(|(at, c)| ends(*at, *c));
    let start = start.map_or(0, |(at, c)| at + c.len_utf8());
    let end = text[place.end..].char_indices().find(|(at, c)| ends(place.end + at, *c));
    let end = end.map_or(text.len(), |(at, _)| place.end + at);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::span_of;

    #[test]
    fn the_answer_is_found_in_the_sentence_that_the_question_is_about() {
        let text = "The mast is 12 m high. The hull is 3.5 m wide and\n12  m long. The crew has 12 members.";
        let span = |spellings: &[&str], about: &str| {
            span_of(text, spellings.iter().copied(), about).map(|span| (span.start, &text[span]))
        };
        assert_eq!(span(&["12 m"], "How long is the hull?"), Some((50, "12  m")));
        assert_eq!(span(&["12 m"], "How high is the mast?"), Some((12, "12 m")));
        assert_eq!(span(&["twelve metres", "12 M"], "?"), Some((12, "12 m")));
        assert_eq!(span(&["13 m", ""], "How long is the hull?"), None);
    }

    #[test]
    fn sentences_without_spaces_are_told_apart() {
        let text = "桅杆高12米。船体长12米。";
        let span = span_of(text, ["12米"].into_iter(), "船体有多长？").unwrap();
        assert!(span.start > text.find('。').unwrap() && &text[span] == "12米");
    }
}
