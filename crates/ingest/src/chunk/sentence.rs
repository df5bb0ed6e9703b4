//! Where a text may be cut without breaking a sentence: paragraph and sentence bounds, by rules of our own.
//!
//! Unicode's sentence rules (UAX #29) end a sentence after "Dr." and "Fig. 3"; these know the abbreviations that
//! scholarly English is full of, line structure (lists, headings, tables) and the full stops of other scripts.

use super::grapheme::is_boundary;

/// A place where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    /// The byte after the sentence's last, white space not counted.
    pub at: usize,
    /// Whether a paragraph ends here.
    pub paragraph: bool,
}

/// Words before a full stop that end no sentence, whatever follows.
const JOINING: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "rev", "hon", "gen", "col", "lt", "capt", "sgt", "messrs", "mme",
    "e.g", "i.e", "eg", "ie", "cf", "viz", "vs", "approx", "ca", "resp", "al", "incl", "excl", "spp", "sp",
    "subsp",
];

/// Words before a full stop that end no sentence when a number follows: "Fig. 3", "Nov. 1940".
const JOINING_NUMBERS: &[&str] = &[
    "fig", "figs", "no", "nos", "eq", "eqs", "eqn", "sec", "sect", "ch", "chap", "vol", "pp", "p", "art",
    "ref", "refs", "tab", "ser", "op", "par", "pt", "ex", "app", "est", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// The bounds of a text, in order. One pass, constant memory.
pub(super) struct Bounds<'a> {
    text: &'a str,
    /// The next byte to look at.
    at: usize,
    /// Whether the current line is a heading, which must stay with what follows it.
    heading: bool,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, heading: text.starts_with('#') }
    }

    /// What a line break at byte `at` means; moves past the white space after it.
    fn line_break(&mut self, at: usize) -> Option<Bound> {
        let rest = &self.text[at..];
        let next = rest.find(|c: char| !c.is_whitespace()).map_or(self.text.len(), |skip| at + skip);
        let breaks = self.text[at..next].chars().filter(|c| *c == '\n').count();
        let paragraph = breaks > 1 || self.text[at..next].contains(['\u{2029}', '\u{c}']);
        let after_heading = std::mem::replace(&mut self.heading, self.text[next..].starts_with('#'));
        self.at = next.max(at + 1);
        let bound =
            !after_heading && next < self.text.len() && (paragraph || starts_block(&self.text[next..]));
        bound.then_some(Bound { at, paragraph })
    }

    /// Whether a sentence ends with the mark at byte `at`; moves past the mark and what closes the sentence with it.
    fn terminator(&mut self, at: usize, mark: char) -> Option<Bound> {
        let mut end = at + mark.len_utf8();
        let mut stop_only = mark == '.' || mark == '…';
        for c in self.text[end..].chars() {
            match kind(c) {
                Kind::Mark(_) => stop_only &= c == '.' || c == '…',
                Kind::Closer => {}
                _ => break,
            }
            end += c.len_utf8();
        }
        self.at = end;
        let rest = &self.text[end..];
        let tail = rest.trim_start();
        let next = tail.chars().next()?;
        let spaced = tail.len() < rest.len();
        if !spaced {
            // Scripts written without spaces end a sentence with the mark alone.
            let ends =
                matches!(kind(mark), Kind::Mark(Script::Unspaced)) && is_boundary(&self.text[at..], end - at);
            return ends.then_some(Bound { at: end, paragraph: false });
        }
        if next.is_lowercase() || (stop_only && self.joins(at, end, next)) {
            return None;
        }
        Some(Bound { at: end, paragraph: false })
    }

    /// Whether the full stop at byte `at`, closed at `end`, belongs to an abbreviation, an initial or a list number.
    fn joins(&self, at: usize, end: usize, next: char) -> bool {
        if end - at != 1 {
            return false;
        }
        let mut start = at;
        for (index, c) in self.text[..at].char_indices().rev().take(12) {
            if c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“' | '‘') {
                break;
            }
            start = index;
        }
        let word = &self.text[start..at];
        if word.is_empty() {
            return false;
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            // "1. First item"; a year at the end of a sentence is not at the start of a line.
            return word.len() <= 3 && matches!(self.text[..start].chars().next_back(), None | Some('\n'));
        }
        // An initial ("J. Smith") or an abbreviation of initials ("U.S. Army").
        if word.split('.').all(|part| part.len() == 1 && part.as_bytes()[0].is_ascii_uppercase()) {
            return true;
        }
        let word = word.to_lowercase();
        JOINING.contains(&word.as_str())
            || ((next.is_numeric() || next == '(') && JOINING_NUMBERS.contains(&word.as_str()))
    }
}

impl Iterator for Bounds<'_> {
    type Item = Bound;

    fn next(&mut self) -> Option<Bound> {
        while self.at < self.text.len() {
            let from = self.at;
            let found = self.text[from..].char_indices().find_map(|(skip, c)| match kind(c) {
                Kind::Break | Kind::Mark(_) => Some((from + skip, c)),
                _ => None,
            });
            let Some((at, c)) = found else {
                self.at = self.text.len();
                return None;
            };
            let bound = if kind(c) == Kind::Break { self.line_break(at) } else { self.terminator(at, c) };
            if bound.is_some() {
                return bound;
            }
        }
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Spaced,
    Unspaced,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Break,
    Mark(Script),
    Closer,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        '\n' | '\u{c}' | '\u{2029}' => Kind::Break,
        '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։' | '።' => Kind::Mark(Script::Spaced),
        '。' | '！' | '？' | '｡' | '．' => Kind::Mark(Script::Unspaced),
        ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '」' | '』' | '）' | '】' => Kind::Closer,
        _ => Kind::Other,
    }
}

/// Whether a line that starts so begins something of its own: a list item, a heading, a table row, a quotation.
fn starts_block(line: &str) -> bool {
    let mut bytes = line.bytes();
    match bytes.next() {
        Some(b'#' | b'|' | b'>') => true,
        Some(b'-' | b'*' | b'+') => bytes.next() == Some(b' '),
        Some(b'0'..=b'9') => {
            let rest = line[1..].trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with(". ") || rest.starts_with(") ")
        }
        _ => line.starts_with("• "),
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    /// The sentences between the bounds, trimmed.
    fn sentences(text: &str) -> Vec<&str> {
        let mut from = 0;
        let mut found: Vec<&str> = Bounds::new(text)
            .map(|bound| {
                let sentence = text[from..bound.at].trim();
                from = bound.at;
                sentence
            })
            .collect();
        found.push(text[from..].trim());
        found
    }

    #[test]
    fn sentences_end_at_their_marks() {
        assert_eq!(
            sentences("One is here. Two asks? Three shouts! \"Four is said.\" (Five too.) Six"),
            ["One is here.", "Two asks?", "Three shouts!", "\"Four is said.\"", "(Five too.)", "Six"]
        );
        assert_eq!(
            sentences("It grew 3.5 m in 1999. The rest fell."),
            ["It grew 3.5 m in 1999.", "The rest fell."]
        );
        assert_eq!(sentences("He paused ... then left. Gone."), ["He paused ... then left.", "Gone."]);
        assert_eq!(sentences("\"Really?\" he asked. Yes."), ["\"Really?\" he asked.", "Yes."]);
    }

    #[test]
    fn abbreviations_and_initials_do_not_end_one() {
        for whole in [
            "Dr. Smith met Prof. J. B. Jones",
            "as shown, e.g. Table 2 or i.e. Table 3",
            "see Fig. 3 and Eq. (4), No. 7, Nov. 1940, pp. 3",
            "Lee et al. (1999) against Kim vs. Park",
            "the U.S. Army and E. coli in approx. 30 lakes",
            "1. First item",
        ] {
            assert_eq!(sentences(whole), [whole]);
        }
        assert_eq!(sentences("Is it so? No. It is not."), ["Is it so?", "No.", "It is not."]);
        assert_eq!(sentences("It rose in Nov. The lake fell."), ["It rose in Nov.", "The lake fell."]);
    }

    #[test]
    fn lists_tables_and_paragraphs_are_bounds_and_headings_stay_with_their_text() {
        assert_eq!(
            sentences("Buy:\n- milk\n- bread\n2. more\nwrapped"),
            ["Buy:", "- milk", "- bread", "2. more\nwrapped"]
        );
        assert_eq!(sentences("a line\nwrapped\n \t\nnext"), ["a line\nwrapped", "next"]);
        assert_eq!(sentences("text\n\n# Heading\n\nBody"), ["text", "# Heading\n\nBody"]);
        let paragraphs: Vec<_> = Bounds::new("One. Two.\n\nThree").map(|b| (b.at, b.paragraph)).collect();
        assert_eq!(paragraphs, [(4, false), (9, false), (9, true)]);
    }

    #[test]
    fn full_stops_of_other_scripts() {
        assert_eq!(sentences("湖は深い。水は澄んでいる。"), ["湖は深い。", "水は澄んでいる。"]);
        assert_eq!(sentences("यह झील है। पानी साफ है।"), ["यह झील है।", "पानी साफ है।"]);
        assert_eq!(sentences("「深い。」と言った。終"), ["「深い。」", "と言った。", "終"]);
    }
}
