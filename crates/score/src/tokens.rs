//! The tokens of one answer, in memory that is used again.

use std::cmp::Ordering;
use std::ops::Range;

/// The tokens of an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    /// The closed tokens with a space between them, and after a space what will be the next. UTF-8.
    pub(crate) text: Vec<u8>,
    /// Where the open token begins.
    start: usize,
    tokens: Vec<Token>,
    is_sorted: bool,
}

#[derive(Debug, Clone)]
struct Token {
    /// Its first eight bytes, the first the most significant, zeros after its end: most tokens differ in them.
    prefix: u64,
    bytes: Range<usize>,
}

impl Tokens {
    /// No tokens.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.tokens.clear();
        (self.start, self.is_sorted) = (0, false);
    }

    /// The token that is open; empty when none is.
    pub(crate) fn open(&self) -> &[u8] {
        &self.text[self.start..]
    }

    /// Drops the open token.
    pub(crate) fn drop_open(&mut self) {
        self.text.truncate(self.start);
    }

    /// Ends the open token, if one is.
    pub(crate) fn close(&mut self) {
        let bytes = self.start..self.text.len();
        if bytes.is_empty() {
            return;
        }
        self.tokens.push(Token { prefix: prefix(&self.text[bytes.clone()]), bytes });
        self.text.push(b' ');
        self.start = self.text.len();
    }

    /// Ends the last token: there are no more.
    pub(crate) fn end(&mut self) {
        self.close();
        self.text.pop();
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens in order, with a space between them.
    pub(crate) fn into_text(self) -> String {
        // What was pushed are whole characters.
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// How many tokens both have, each as often as it is in both.
    pub(crate) fn common(&mut self, other: &mut Self) -> usize {
        self.sort();
        other.sort();
        let (mut mine, mut theirs) = (&self.tokens[..], &other.tokens[..]);
        let mut common = 0;
        while let ([first, mine_after @ ..], [second, theirs_after @ ..]) = (mine, theirs) {
            let order = compare((first, &self.text), (second, &other.text));
            if order.is_le() {
                mine = mine_after;
            }
            if order.is_ge() {
                theirs = theirs_after;
            }
            common += usize::from(order.is_eq());
        }
        common
    }

    fn sort(&mut self) {
        if !self.is_sorted {
            let Self { text, tokens, .. } = self;
            tokens.sort_unstable_by(|one, other| compare((one, text), (other, text)));
            self.is_sorted = true;
        }
    }
}

/// The order of two tokens' bytes.
fn compare((one, its_text): (&Token, &[u8]), (other, others_text): (&Token, &[u8])) -> Ordering {
    one.prefix
        .cmp(&other.prefix)
        .then_with(|| its_text[one.bytes.clone()].cmp(&others_text[other.bytes.clone()]))
}

fn prefix(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)) << (8 * (8 - bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    fn tokens(list: &[&str]) -> Tokens {
        let mut tokens = Tokens::default();
        for token in list {
            tokens.text.extend_from_slice(token.as_bytes());
            tokens.close();
        }
        tokens.end();
        tokens
    }

    #[test]
    fn tokens_are_counted_as_often_as_both_have_them() {
        for (one, other, common) in [
            (&["a", "b", "a"][..], &["a", "a", "a"][..], 2),
            (&[], &["a"], 0),
            (&["12345678", "123456789", "1234567890"], &["1234567890", "12345678"], 2),
            (&["12345678"], &["123456789"], 0),
            // A zero at the end is not the zeros behind the end.
            (&["a\0", "b\0"], &["a", "b\0"], 1),
            (&["é", "e"], &["e", "é", "è"], 2),
        ] {
            let (mut one, mut other) = (tokens(one), tokens(other));
            assert_eq!((one.common(&mut other), other.common(&mut one)), (common, common));
        }
    }

    #[test]
    fn the_text_has_single_spaces() {
        assert_eq!(tokens(&["a", "", "b"]).into_text(), "a b");
        assert_eq!(tokens(&[]).into_text(), "");
    }
}
