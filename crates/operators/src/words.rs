//! Whether words stand in a text as words, whatever their case and the white space between them.

use std::ops::Range;

/// A text without case, each run of white space as one space, and where each of its bytes comes from.
struct Folded {
    text: String,
    /// For each byte of the folded text the bytes of its character in the original.
    from: Vec<Range<usize>>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded =
            Self { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
        for (at, c) in text.char_indices() {
            let source = at..at + c.len_utf8();
            if c.is_whitespace() {
                if folded.text.ends_with(' ') {
                    continue;
                }
                folded.push(' ', &source);
            } else {
                c.to_lowercase().for_each(|lower| folded.push(lower, &source));
            }
        }
        folded
    }

    fn push(&mut self, c: char, source: &Range<usize>) {
        self.text.push(c);
        self.from.resize(self.text.len(), source.clone());
    }
}

/// Where `words` stand in `text`, as bytes of it: whole words and whole numbers (`12` does not stand in `2012` or `1.12`),
/// in whatever case.
pub(crate) fn find_words(text: &str, words: &str) -> Vec<Range<usize>> {
    let (text, words) = (Folded::of(text), Folded::of(words.trim()).text);
    if words.is_empty() {
        return Vec::new();
    }
    let is_whole = |at: usize| {
        let end = at + words.len();
        let (before, after) = (&text.text[..at], &text.text[end..]);
        !runs_on(before.chars().rev(), words.chars()) && !runs_on(after.chars(), words.chars().rev())
    };
    let places = text.text.match_indices(&words).map(|(at, _)| at).filter(|at| is_whole(*at));
    places.map(|at| text.from[at].start..text.from[at + words.len() - 1].end).collect()
}

/// Whether words stand in a text.
pub(crate) fn contains_words(text: &str, words: &str) -> bool {
    !find_words(text, words).is_empty()
}

/// Whether a word goes on beyond its edge: `outside` leads away from it, `inside` into it.
fn runs_on(mut outside: impl Iterator<Item = char>, mut inside: impl Iterator<Item = char>) -> bool {
    let (Some(next), Some(edge)) = (outside.next(), inside.next()) else { return false };
    // A point or a comma between digits belongs to the number.
    if matches!(next, '.' | ',') && edge.is_ascii_digit() {
        return outside.next().is_some_and(|c| c.is_ascii_digit());
    }
    has_spaces(next) && has_spaces(edge)
}

/// Whether a character belongs to words that are set apart by spaces. Chinese, Japanese and Thai ones are not, and Korean
/// words take endings.
fn has_spaces(c: char) -> bool {
    c.is_alphanumeric() && (c < '\u{e00}' || ('\u{1e00}'..'\u{2000}').contains(&c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{contains_words, find_words};

    #[test]
    fn whole_words_and_whole_numbers() {
        for (text, words) in [
            ("Was it 1963?", "1963"),
            ("the GREAT\n  lake", "Great lake"),
            ("zugefroren 1963年，湖", "1963"),
            ("湖深251米。", "251米"),
            ("巴黎圣母院", "圣母"),
            ("it fell by 5.", "5"),
            ("ÄRZTE", "ärzte"),
        ] {
            assert!(contains_words(text, words), "{words} in {text}");
        }
        for (text, words) in [
            ("in 2012", "12"),
            ("by 1.12 m", "12"),
            ("by 12,500", "12"),
            ("therefore", "there"),
            ("P19634", "1963"),
            ("anything", ""),
            ("", "x"),
        ] {
            assert!(!contains_words(text, words), "{words} in {text}");
        }
    }

    #[test]
    fn places_are_bytes_of_the_text_as_it_is() {
        let text = "İn the  Upper\n Lake, the upper lake";
        let found: Vec<&str> = find_words(text, "upper lake").into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["Upper\n Lake", "upper lake"]);
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_was_looked_for(text in "[ a-cİß12.,\n湖é-]{0,40}", words in "[ a-cß12湖.]{0,4}") {
            for range in find_words(&text, &words) {
                let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                // The ranges are bounds of characters, or this would panic.
                prop_assert_eq!(folded(&text[range]), folded(&words));
            }
        }

        #[test]
        fn any_text_can_be_searched_for_any_other(text in "\\PC{0,40}", words in "\\PC{0,6}") {
            for range in find_words(&text, &words) {
                prop_assert!(!text[range].is_empty());
            }
        }
    }
}
