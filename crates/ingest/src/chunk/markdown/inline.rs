//! The text of a heading without its marks.

/// The most characters of a heading.
const LONGEST: usize = 200;

/// What a reader sees of a heading: no marks of emphasis, code, links and escapes, one space between words, at most
/// [`LONGEST`] characters. An identifier in braces at its end is left out.
pub(super) fn plain(heading: &str) -> String {
    let mut plain = String::new();
    // Headings are short; one that is not is not read to its end.
    let within = heading.char_indices().nth(LONGEST * 4).map_or(heading, |(at, _)| &heading[..at]);
    reduce(without_identifier(within), &mut plain);
    let mut words = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    shortened(words)
}

/// The heading without `{#identifier}` at its end.
fn without_identifier(heading: &str) -> &str {
    let Some(open) = heading.strip_suffix('}').and_then(|rest| rest.rfind('{')) else { return heading };
    if heading[open..].starts_with("{#") || heading[open..].starts_with("{.") {
        heading[..open].trim_end()
    } else {
        heading
    }
}

/// Puts the text of an inline run after `plain`.
fn reduce(run: &str, plain: &mut String) {
    let mut rest = run;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' if after.starts_with(|next: char| next.is_ascii_punctuation()) => {
                plain.push_str(&after[..1]);
                rest = &after[1..];
                continue;
            }
            '`' => {
                let (code, behind) = code(rest);
                plain.push_str(code);
                rest = behind;
                continue;
            }
            '*' => {}
            '_' => {
                // An underscore within a word is one.
                let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                if word(plain.chars().next_back()) && word(after.trim_start_matches('_').chars().next()) {
                    plain.push('_');
                }
            }
            '!' if after.starts_with('[') => {}
            '[' => {
                if let Some((text, behind)) = link(after) {
                    reduce(text, plain);
                    rest = behind;
                    continue;
                }
                plain.push(c);
            }
            _ => plain.push(c),
        }
        rest = after;
    }
}

/// The code that a run begins with, without its marks, and what is behind it.
fn code(run: &str) -> (&str, &str) {
    let marks = run.bytes().take_while(|byte| *byte == b'`').count();
    let (open, rest) = run.split_at(marks);
    match rest.find(open) {
        Some(end) => (rest[..end].trim(), &rest[end + marks..]),
        None => ("", rest),
    }
}

/// The text of a link whose `[` has been passed, and what is behind it.
fn link(run: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let close = run.char_indices().find_map(|(at, c)| {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ']' => depth -= 1,
            _ => {}
        }
        None
    })?;
    let target = run[close + 1..].strip_prefix('(')?;
    let end = target.find(')')?;
    Some((&run[..close], &target[end + 1..]))
}

/// The text, or its first words and an ellipsis.
fn shortened(text: String) -> String {
    let Some((limit, _)) = text.char_indices().nth(LONGEST) else { return text };
    let last = text[..limit].char_indices().next_back().map_or(0, |(at, _)| at);
    let cut = text[..last].rfind(' ').filter(|at| *at * 2 > last).unwrap_or(last);
    format!("{}…", &text[..cut])
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_are_left_out_and_text_is_kept() {
        for (heading, expected) in [
            ("**Deep** _lakes_ and `code_span`", "Deep lakes and code_span"),
            ("The snake_case of __bold__ words", "The snake_case of bold words"),
            ("[A *link*](https://example.org/a_b) here", "A link here"),
            ("![Logo](logo.png) Name", "Logo Name"),
            ("1 \\* 2 [sic] a*b", "1 * 2 [sic] ab"),
            ("Using ``a ` b``  and\n more {#using}", "Using a ` b and more"),
            ("A set {1, 2}", "A set {1, 2}"),
            ("an ` open mark", "an open mark"),
            ("Größe · 湖", "Größe · 湖"),
        ] {
            assert_eq!(plain(heading), expected);
        }
    }

    #[test]
    fn long_headings_are_shortened_at_a_word() {
        let long = plain(&"words and ".repeat(100));
        assert!(long.chars().count() <= 200 && long.ends_with("words…"), "{long}");
        assert_eq!(plain(&"湖".repeat(300)).chars().count(), 200);
        assert_eq!(plain(&"湖".repeat(200)).chars().count(), 200);
    }
}
