//! Where a quoted string ends, and what it says.
//!
//! Models forget to escape quotes: `"She said "yes" twice"`, `'Where is Yuma's library?'`. Such a quote is
//! read as content, **only** where that is the one possible reading:
//!
//! 1. A quote of the string's own kind ends the string exactly when what follows it, after white space, is
//!    `,` `:` `}` `]`, a comment, or the end of the text. So text that is JSON already is read as JSON
//!    reads it, always.
//! 2. Any other such quote is content. Quotes that open a word inside the string and those that close it
//!    again are counted (an apostrophe between two letters is neither); a string that would end while an
//!    inner quotation is open is refused, since its quote may well be the inner one:
//!    `"She said "yes", and left"` could end at either place.
//! 3. For the same reason a string is refused that is followed by brackets and one more such quote, as in
//!    `"end with "}", please"`, or by a comment with one in it; and one with quotes in a row, as in `"""text"""`,
//!    save that an inner quotation may end where the string does.

/// Why a string has no end that can be trusted. Positions are bytes of the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEnd {
    /// The text is over before the string is.
    Unclosed,
    /// The quote at this position may end the string, or belong to it.
    Ambiguous(usize),
}

/// What a quote of the string's own kind is.
enum Quote {
    End,
    Content,
    Doubtful,
}

/// White space between the tokens of a reply: Unicode's, and the byte order mark.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// The quote that ends a string opened by `opener`, or `None` if `opener` opens no string.
///
/// Typographic quotes delimit only what a typographic quote has opened: inside `"…"` they are content.
pub(super) fn closing_quote(opener: char) -> Option<char> {
    match opener {
        '"' | '\'' => Some(opener),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        _ => None,
    }
}

/// The position of the quote that ends the string whose opening quote `open` stands right before `start`.
///
/// One pass over the string, whatever it holds.
///
/// # Errors
/// [`NoEnd`] if the text ends first, or if the end is in doubt (see the module's rules).
pub(super) fn find_end(text: &str, start: usize, open: char, close: char) -> Result<usize, NoEnd> {
    let mut inner_open = 0_usize;
    let mut previous = None;
    let mut chars = text[start..].char_indices();
    while let Some((offset, c)) = chars.next() {
        if c == '\\' {
            previous = chars.next().map(|(_, escaped)| escaped);
            continue;
        }
        if c == close {
            let at = start + offset;
            let after = &text[at + c.len_utf8()..];
            match judge(after, close) {
                Quote::End if inner_open == 0 => return Ok(at),
                Quote::End | Quote::Doubtful => return Err(NoEnd::Ambiguous(at)),
                Quote::Content if previous == Some(c) => return Err(NoEnd::Ambiguous(at)),
                Quote::Content => inner_open = count(inner_open, previous, after.chars().next(), c),
            }
        } else if c == open {
            inner_open += 1;
        }
        previous = Some(c);
    }
    Err(NoEnd::Unclosed)
}

/// Judges a quote by the text that follows it.
fn judge(after: &str, close: char) -> Quote {
    let rest = after.trim_start_matches(is_space);
    match rest.as_bytes() {
        [] | [b',' | b':', ..] => Quote::End,
        [b'}' | b']', ..] if rest.trim_start_matches(['}', ']']).starts_with(close) => Quote::Doubtful,
        [b'}' | b']', ..] => Quote::End,
        [b'#', ..] | [b'/', b'/', ..] => match rest.find(['\n', '\r', close]) {
            Some(at) if rest[at..].starts_with(close) => Quote::Doubtful,
            _ => Quote::End,
        },
        // Looks no farther than the next quote: else a text of quotes and unclosed comments would cost its square.
        [b'/', b'*', ..] => match rest.find(close) {
            Some(at) if !rest[..at].contains("*/") => Quote::Doubtful,
            _ => Quote::End,
        },
        _ => Quote::Content,
    }
}

/// How many inner quotations are open after one more quote between `previous` and `next`.
pub(super) fn count(open: usize, previous: Option<char>, next: Option<char>, quote: char) -> usize {
    let word_before = previous.is_some_and(char::is_alphanumeric);
    let word_after = next.is_some_and(char::is_alphanumeric);
    let space_before = previous.is_none_or(is_space);
    let space_after = next.is_none_or(is_space);
    let closes = match (word_before, word_after) {
        (true, true) if matches!(quote, '\'' | '’') => return open,
        (true, false) => true,
        (false, true) => false,
        _ if space_before != space_after => space_after,
        _ => open > 0,
    };
    if closes { open.saturating_sub(1) } else { open + 1 }
}

/// What the text between a string's quotes says, its escapes resolved.
///
/// Escapes are JSON's, and `\'`. Raw line breaks and tabs stand for themselves.
///
/// # Errors
/// The position in `raw`, and what should have stood there.
pub(super) fn decode(raw: &str) -> Result<String, (usize, &'static str)> {
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(plain) = raw[at..].find(|c| c == '\\' || is_forbidden(c)) {
        out.push_str(&raw[at..at + plain]);
        at += plain;
        if !raw[at..].starts_with('\\') {
            return Err((at, "no raw control character in a string"));
        }
        let (c, length) = escape(&raw[at..])
            .ok_or((at, "an escape that JSON knows (a backslash itself is written `\\\\`)"))?;
        out.push(c);
        at += length;
    }
    out.push_str(&raw[at..]);
    Ok(out)
}

fn is_forbidden(c: char) -> bool {
    c < ' ' && !matches!(c, '\n' | '\r' | '\t')
}

/// The character that the escape at the start of `text` stands for, and the escape's length in bytes.
fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape(text),
        _ => return None,
    };
    Some((c, 2))
}

/// `\uXXXX`, or two of them that make up a surrogate pair; half a pair is no character.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let first = code_unit(text)?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, 6));
    }
    let second = code_unit(text.get(6..)?)?;
    if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).map(|c| (c, 12))
}

fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` alone would let a sign pass.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{NoEnd, decode, find_end};

    fn end(text: &str) -> Result<&str, NoEnd> {
        let open = text.chars().next().unwrap();
        let close = super::closing_quote(open).unwrap();
        let start = open.len_utf8();
        find_end(text, start, open, close).map(|at| &text[start..at])
    }

    #[test]
    fn inner_quotes_with_one_reading_are_content() {
        for (text, content) in [
            (r#""plain""#, "plain"),
            (r#""She said "yes" twice","#, r#"She said "yes" twice"#),
            (r#""She said "yes""}"#, r#"She said "yes""#),
            (r#"""Yes" she said" ]"#, r#""Yes" she said"#),
            (r#""the "yes." (and the "no!") of it","#, r#"the "yes." (and the "no!") of it"#),
            (r#""a 6" pipe"}"#, r#"a 6" pipe"#),
            (r#""escaped \", \" quotes","#, r#"escaped \", \" quotes"#),
            (r#""ends in a backslash \\","#, r"ends in a backslash \\"),
            ("'Where is Yuma's library?'}", "Where is Yuma's library?"),
            ("'the boys' school'}", "the boys' school"),
            ("'rock 'n' roll'", "rock 'n' roll"),
            ("“curly ‘and’ \"straight\"”,", "curly ‘and’ \"straight\""),
            ("“nested “quotation” here”,", "nested “quotation” here"),
            ("‘it’s’}", "it’s"),
            (r#""closed before a comment" // fine"#, "closed before a comment"),
            (r#""closed before a comment" /* fine */,"#, "closed before a comment"),
            (r#""no comment: 6"/7" here""#, r#"no comment: 6"/7" here"#),
        ] {
            assert_eq!(end(text), Ok(content), "{text}");
        }
    }

    #[test]
    fn inner_quotes_with_two_readings_are_refused() {
        for text in [
            r#""She said "yes", and left""#,
            r#""She said "yes": and left""#,
            r#""the set {"x"} is small""#,
            r#""the list ["x"] is short""#,
            r#""end with "}]", please""#,
            r#""one" "two","#,
            r#""one" and "two"]"#,
            r#""""three quotes""","#,
            r##""see "#1" of them""##,
            r#""see " // or " here"#,
            r#""see " /* or " */ here"#,
            "“She said “yes”, and left”",
            "'She said 'yes', and left'",
        ] {
            assert!(matches!(end(text), Err(NoEnd::Ambiguous(_))), "{text}: {:?}", end(text));
        }
    }

    #[test]
    fn a_string_without_an_end_is_unclosed() {
        for text in ["\"", "\"abc", "\"abc\\\"", "\"abc\\", "“abc\"", "'abc' d", "\"a\" b"] {
            assert_eq!(end(text), Err(NoEnd::Unclosed), "{text}");
        }
    }

    #[test]
    fn decodes_the_escapes_of_json() {
        for (raw, said) in [
            ("", ""),
            (r#"\" \' \\ \/ \b \f \n \r \t"#, "\" ' \\ / \u{8} \u{c} \n \r \t"),
            (r"\u00e9\u00C9 \ud83d\ude00!", "éÉ 😀!"),
            ("raw\r\n\tlines", "raw\r\n\tlines"),
            (r"\\u0041", r"\u0041"),
        ] {
            assert_eq!(decode(raw).as_deref(), Ok(said), "{raw}");
        }
    }

    #[test]
    fn refuses_what_json_has_no_escape_for() {
        for (raw, at) in [
            (r"\alpha", 0),
            (r"ab\x41", 2),
            (r"\u12", 0),
            (r"\u+123", 0),
            (r"\u12é", 0),
            (r"\ud83d", 0),
            (r"\ud83d\u0041", 0),
            (r"\ude00\ud83d", 0),
            ("\\", 0),
            ("\\\n", 0),
            ("a\u{0}", 1),
            ("a\u{1b}[31m", 1),
        ] {
            assert_eq!(decode(raw).map_err(|(at, _)| at), Err(at), "{raw:?}");
        }
    }
}
