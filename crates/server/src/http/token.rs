//! The bearer token, in a type that cannot be printed.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// A token that every request but those for `/health` must carry.
///
/// Only its hash is kept. Hashes of what was sent and what is right are compared in constant time, so that nothing of
/// the token, not even its length, shows in how long a refusal takes.
#[derive(Clone)]
pub struct Token(blake3::Hash);

impl Token {
    /// A token, unless it is too short to be one (under 8 characters) or has characters that a header cannot carry.
    pub fn new(value: &str) -> Option<Self> {
        let value = value.trim();
        let usable = value.len() >= 8 && value.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        usable.then(|| Self(blake3::hash(value.as_bytes())))
    }

    /// Whether a request carries it.
    pub(crate) fn is_in(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        let Some((scheme, token)) = given.and_then(|given| given.split_at_checked(7)) else { return false };
        scheme.eq_ignore_ascii_case(b"bearer ") && blake3::hash(token.trim_ascii()) == self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::AUTHORIZATION;
    use axum::http::{HeaderMap, HeaderValue};

    use super::Token;

    #[test]
    fn only_the_token_itself_is_let_in() {
        let token = Token::new("correct-horse\n").unwrap();
        let is_let_in = |value: &'static [u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            token.is_in(&HeaderMap::from_iter([(AUTHORIZATION, value)]))
        };
        assert!(is_let_in(b"Bearer correct-horse") && is_let_in(b"bearer  correct-horse "));
        for wrong in [
            &b"Bearer correct-hors"[..],
            b"Bearer correct-horsee",
            b"Bearer ",
            b"Bearer",
            b"",
            b"Basic correct-horse",
            b"correct-horse",
            b"Bearer \xff\xfe",
        ] {
            assert!(!is_let_in(wrong), "{wrong:?}");
        }
        assert!(!token.is_in(&HeaderMap::new()));
        assert_eq!(format!("{token:?}"), "Token([hidden])");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for value in ["", "short", "with a space in it", "ümlaut-token"] {
            assert!(Token::new(value).is_none(), "{value}");
        }
    }
}
