//! SQuAD's normalisation. [`Normalization::Squad`](crate::Normalization::Squad) says what it is.

use crate::tokens::Tokens;
use crate::unicode::{is_space, is_word, lower_sigmas, push_lower};

/// In [`ASCII`]: the character is dropped.
const DROPPED: u8 = 0xff;
/// In [`ASCII`]: the character is white space.
const SPACE: u8 = b' ';

/// What becomes of each ASCII character: itself or its lower case, unless it is white space or punctuation.
static ASCII: [u8; 128] = ascii();

const fn ascii() -> [u8; 128] {
    let mut table = [DROPPED; 128];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        if matches!(c, b'\t'..=b'\r' | 0x1c..=0x20) {
            table[byte] = SPACE;
        } else if !c.is_ascii_punctuation() {
            table[byte] = c.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
}

/// Reads the tokens of an answer.
pub(crate) fn read(answer: &str, tokens: &mut Tokens) {
    tokens.clear();
    if answer.is_ascii() {
        let mut other = false;
        for byte in answer.bytes() {
            ascii_byte(byte, tokens, &mut other);
        }
        close(tokens, other);
    } else {
        read_unicode(&lower_sigmas(answer), tokens);
    }
    tokens.end();
}

fn read_unicode(answer: &str, tokens: &mut Tokens) {
    let mut other = false;
    for c in answer.chars() {
        if c.is_ascii() {
            ascii_byte(c as u8, tokens, &mut other);
        } else if is_space(c) {
            close(tokens, other);
            other = false;
        } else {
            push_lower(c, &mut tokens.text);
            other = true;
        }
    }
    close(tokens, other);
}

/// Takes an ASCII character. `other` is whether the open token has any but ASCII letters and digits.
#[inline]
fn ascii_byte(byte: u8, tokens: &mut Tokens, other: &mut bool) {
    match ASCII[usize::from(byte & 0x7f)] {
        SPACE => {
            close(tokens, *other);
            *other = false;
        }
        DROPPED => {}
        kept => {
            tokens.text.push(kept);
            *other |= !kept.is_ascii_alphanumeric();
        }
    }
}

/// Ends the open token, less its articles.
#[inline]
fn close(tokens: &mut Tokens, other: bool) {
    if is_article(tokens.open()) {
        tokens.drop_open();
    } else if other && tokens.open().iter().any(|byte| matches!(byte, b'a' | b't')) {
        close_without_articles(tokens);
    } else {
        tokens.close();
    }
}

fn is_article(word: &[u8]) -> bool {
    matches!(word, b"a" | b"an" | b"the")
}

/// Ends an open token of several words, or of words and other characters, in which articles may stand. What stands around
/// an article are tokens of their own.
#[cold]
fn close_without_articles(tokens: &mut Tokens) {
    // What was pushed are whole characters.
    let token = String::from_utf8(tokens.open().to_vec()).unwrap_or_default();
    tokens.drop_open();
    let mut words = token.char_indices().map(|(at, c)| (at, is_word(c))).peekable();
    while let Some((start, in_word)) = words.next() {
        while words.next_if(|(_, same)| *same == in_word).is_some() {}
        let end = words.peek().map_or(token.len(), |(at, _)| *at);
        let run = &token.as_bytes()[start..end];
        if in_word && is_article(run) {
            tokens.close();
        } else {
            tokens.text.extend_from_slice(run);
        }
    }
    tokens.close();
}

#[cfg(test)]
mod tests {
    use crate::Normalization;

    #[test]
    fn normalised() {
        for (answer, expected) in [
            ("The  Eiffel Tower!", "eiffel tower"),
            ("U.S. $1,000", "us 1000"),
            ("a-n the_ then", "then"),
            ("", ""),
            (" A\u{1f}an\u{85}THE\u{3000}", ""),
            ("ΟΔΟΣ Σ", "οδος σ"),
            ("İstanbul Straße", "i\u{307}stanbul straße"),
            ("a\u{301} é", "\u{301} é"),
            ("the’s –a– «an»x", "’s – – « »x"),
            ("a\u{1}a the\u{7f}", "\u{1} \u{7f}"),
            ("aé ta the京", "aé ta the京"),
        ] {
            assert_eq!(Normalization::Squad.normalize(answer), expected, "{answer:?}");
        }
    }
}
