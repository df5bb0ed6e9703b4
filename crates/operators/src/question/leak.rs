//! What a text gives away.

use ragstill_ingest::word_ranges;

/// Endings of up to this many letters do not hide a word: *Bodensee* stands in *Bodensees*.
const ENDING: usize = 3;

/// A word must have this many letters more than its ending, so that *lake* stands in *lakes* and *bear* not in *bearing*.
const STEM: usize = 3;

/// Whether a text names this: whether it has its words in a row, whatever their case, punctuation and, of the last of them,
/// ending. A name without words (`+`) must stand there as it is.
pub(crate) fn names(text: &str, name: &str) -> bool {
    let (text_words, wanted) = (words(text), words(name));
    let Some((last, first)) = wanted.split_last() else {
        return !name.trim().is_empty() && text.contains(name.trim());
    };
    text_words.windows(wanted.len()).any(|window| {
        let (own_last, own_first) = (&window[first.len()], &window[..first.len()]);
        own_first == first && is_form_of(own_last, last)
    })
}

/// Whether two texts have the same words.
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    let (a_words, b_words) = (words(a), words(b));
    if a_words.is_empty() && b_words.is_empty() { a.trim() == b.trim() } else { a_words == b_words }
}

fn words(text: &str) -> Vec<String> {
    word_ranges(text).map(|range| text[range].to_lowercase()).collect()
}

/// Whether a word is the other with another ending. A number has none.
fn is_form_of(word: &str, name: &str) -> bool {
    let Some(ending) = word.strip_prefix(name) else { return false };
    let letters = |text: &str| text.chars().all(char::is_alphabetic);
    let most = name.chars().count().saturating_sub(STEM).min(ENDING);
    ending.is_empty() || (ending.chars().count() <= most && letters(ending) && letters(name))
}

#[cfg(test)]
mod tests {
    use super::{names, same_words};

    #[test]
    fn names_are_found_word_by_word() {
        for (text, name) in [
            ("How deep is LAKE TAHOE?", "Lake Tahoe"),
            ("How deep is Lake Tahoe's basin?", "Lake Tahoe"),
            ("Wie tief ist das Becken des Bodensees?", "Bodensee"),
            ("Which dimictic lakes freeze?", "dimictic lake"),
            ("貝加爾湖有多深？", "貝加爾湖"),
            ("Was it in 1890, or later?", "1890"),
            ("What does C++ add?", "+"),
            ("Which river has 1,400 bridges?", "1,400"),
            ("Wie heißt ein Bürger von ZÜRICH?", "Zürich"),
        ] {
            assert!(names(text, name), "{name} in {text}");
        }
    }

    #[test]
    fn parts_of_words_are_no_names() {
        for (text, name) in [
            ("Which concatenation?", "cat"),
            ("What began in the 1890s?", "1890"),
            ("Which bearing failed?", "bear"),
            ("How many arms has it?", "arm"),
            ("Lake Placid and Tahoe", "Lake Tahoe"),
            ("", "lake"),
            ("anything", " "),
            ("What is 12.5?", "2.5"),
        ] {
            assert!(!names(text, name), "{name} in {text}");
        }
    }

    #[test]
    fn form_does_not_make_another_text() {
        assert!(same_words("The Lake!", "the lake"));
        assert!(!same_words("the lake", "the lakes"));
        assert!(same_words("+", " + ") && !same_words("+", "-"));
    }
}
