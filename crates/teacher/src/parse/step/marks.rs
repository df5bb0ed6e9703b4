//! Where thoughts, actions and observations begin.

/// What begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Thought,
    Action,
    Observation,
}

const WORDS: [(&str, Kind); 3] =
    [("Thought", Kind::Thought), ("Action", Kind::Action), ("Observation", Kind::Observation)];

/// Most digits of a step's number.
const MOST_DIGITS: usize = 6;

/// A mark: `Thought 1:`, `**Action 2:**`, `### Observation 3`.
#[derive(Debug, Clone)]
pub(super) struct Mark<'a> {
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    digits: &'a str,
}

impl Mark<'_> {
    /// Its number, if it has one.
    pub(super) fn number(&self) -> Result<Option<u32>, String> {
        if self.digits.is_empty() {
            return Ok(None);
        }
        let number = Some(self.digits).filter(|digits| digits.len() <= MOST_DIGITS);
        match number.and_then(|digits| digits.parse().ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("a step has a number of {} digits", self.digits.len())),
        }
    }
}

/// The next mark from a byte on.
///
/// At the start of a line a mark may lack its number or be set in bold or as a heading; within a line it must be written as the
/// prompts write it, number and colon included.
pub(super) fn next_mark(text: &str, from: usize) -> Option<Mark<'_>> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let begins = matches!(bytes[at], b'T' | b't' | b'A' | b'a' | b'O' | b'o');
        let in_word = at > 0 && !bytes[at - 1].is_ascii_punctuation() && !bytes[at - 1].is_ascii_whitespace();
        if begins && !in_word { mark_at(text, at) } else { None }
    })
}

/// The mark whose word begins at this byte, if one does.
fn mark_at(text: &str, at: usize) -> Option<Mark<'_>> {
    let rest = &text[at..];
    let (word, kind) = WORDS
        .into_iter()
        .find(|(word, _)| rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))?;
    let start = line_start(text, at);
    let after = rest[word.len()..].trim_start_matches([' ', '\t', '#']);
    let digits = &after[..after.bytes().take_while(u8::is_ascii_digit).count()];
    let after = &after[digits.len()..];
    let (behind, colon) = closing(after);
    let ends_line = behind.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let is_mark = match start {
        Some(_) => colon || (!digits.is_empty() && ends_line),
        None => colon && !digits.is_empty() && rest.starts_with(word),
    };
    is_mark.then(|| Mark { kind, start: start.unwrap_or(at), end: text.len() - behind.len(), digits })
}

/// What follows the colon of a mark and the end of its bold type, in whichever order they come; and whether there was a colon.
fn closing(text: &str) -> (&str, bool) {
    let bold = |text: &str| text.trim_start_matches([' ', '\t']).trim_start_matches(['*', '_']).len();
    let behind = &text[text.len() - bold(text)..];
    match behind.trim_start_matches([' ', '\t']).strip_prefix([':', '：']) {
        // Bold type after the colon ends only what began before it: `**Action 1:** …`, not `Action 1: *note*`.
        Some(rest) => {
            let trimmed = rest.trim_start_matches(['*', '_']);
            let ends_bold = trimmed.len() < rest.len() && !trimmed.starts_with(char::is_alphanumeric);
            (if ends_bold { trimmed } else { rest }, true)
        }
        None => (behind, false),
    }
}

/// Where the line starts in which this byte stands, if nothing but white space and the marks of Markdown stand before it.
fn line_start(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at]
        .bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'*' | b'_' | b'#' | b'>'))
        .then_some(line)
}

#[cfg(test)]
mod tests {
    use super::{Kind, next_mark};

    #[test]
    fn marks_as_models_write_them() {
        for (text, number, behind) in [
            ("Action 1: x", Some(1), " x"),
            ("action 1:x", Some(1), "x"),
            ("  Action 12 : x", Some(12), " x"),
            ("**Action 2:** x", Some(2), " x"),
            ("**Action 2**: x", Some(2), " x"),
            ("### Action 3\nx", Some(3), "\nx"),
            ("## Action #3:\nx", Some(3), "\nx"),
            ("Action：x", None, "x"),
            ("Action: *x*", None, " *x*"),
            ("well. Action 4: x", Some(4), " x"),
        ] {
            let mark = next_mark(text, 0).unwrap();
            assert_eq!(
                (mark.kind, mark.number(), &text[mark.end..]),
                (Kind::Action, Ok(number), behind),
                "{text}"
            );
        }
        assert!(next_mark("Action 1234567: x", 0).unwrap().number().unwrap_err().contains("7 digits"));
    }

    #[test]
    fn words_that_are_no_marks() {
        for text in [
            "The action: x",
            "an action 1 x",
            "inaction 1: x",
            "Action 1 x",
            "Actions 1: x",
            "so, action 1: x",
            "Action",
            "",
            "a Thought: x",
            "éAction 1: x",
        ] {
            assert!(next_mark(text, 0).is_none(), "{text}");
        }
    }
}
