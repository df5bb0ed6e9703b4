//! Short, printable quotations of a reply, for messages that end up in a reject's reason.

/// Most characters of the reply that a message quotes.
const MOST: usize = 60;

/// The beginning of `text` between backquotes: at most 60 characters, on one line, with control and
/// direction-changing characters escaped; `…` tells that there was more.
pub(super) fn excerpt(text: &str) -> String {
    let mut quoted = String::from("`");
    let mut room = MOST;
    for c in text.chars() {
        let escaped = changes_the_line(c).then(|| c.escape_default());
        let width = escaped.as_ref().map_or(1, ExactSizeIterator::len);
        if width > room {
            quoted.push('…');
            break;
        }
        room -= width;
        match escaped {
            Some(escaped) => quoted.extend(escaped),
            None => quoted.push(c),
        }
    }
    quoted.push('`');
    quoted
}

/// What stands at byte `at` of `text`: the end, or an excerpt from there on.
///
/// `at` must be a character boundary.
pub(super) fn found_at(text: &str, at: usize) -> String {
    match text.get(at..) {
        None | Some("") => "the end of the text".to_owned(),
        Some(rest) => excerpt(rest),
    }
}

/// Control characters, line separators, and the invisible characters that reorder or hide text.
fn changes_the_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{MOST, excerpt, found_at};

    #[test]
    fn keeps_short_text_as_it_is() {
        assert_eq!(excerpt("plain: é ✓"), "`plain: é ✓`");
    }

    #[test]
    fn escapes_what_would_break_a_line_of_a_log() {
        assert_eq!(excerpt("a\nb\u{1b}[31m\u{202e}"), r"`a\nb\u{1b}[31m\u{202e}`");
    }

    #[test]
    fn cuts_long_text_and_says_so() {
        let quoted = excerpt(&"x".repeat(1_000));
        assert_eq!(quoted, format!("`{}…`", "x".repeat(MOST)));
    }

    #[test]
    fn never_cuts_an_escape_in_two() {
        let quoted = excerpt(&"\u{1b}".repeat(1_000));
        assert_eq!(quoted, format!("`{}…`", r"\u{1b}".repeat(MOST / 6)));
    }

    #[test]
    fn names_the_end() {
        assert_eq!(found_at("abc", 3), "the end of the text");
        assert_eq!(found_at("abc", 1), "`bc`");
    }
}
