//! Remembers the terms of the last tokens: few words make up most of a text, and stemming is dear.

use std::cell::Cell;

use super::Language;
use super::numbering::Numbering;

/// Longest token and longest term that are remembered, in bytes; with it an entry fills one cache line.
const MAX_BYTES: usize = 26;

/// How many tokens are remembered at most: two megabytes for each thread. A power of two.
const ENTRIES: usize = 1 << 15;

/// A token and its term. Both lengths 0: nothing yet; only the term's: the token is dropped.
#[derive(Clone)]
#[repr(align(64))]
struct Entry {
    /// Which numbering the term's number is of.
    numbering: u32,
    number: u32,
    language: Language,
    token_len: u8,
    term_len: u8,
    token: [u8; MAX_BYTES],
    term: [u8; MAX_BYTES],
}

impl Entry {
    const EMPTY: Self = Self {
        numbering: Numbering::NONE,
        number: 0,
        language: Language::English,
        token_len: 0,
        term_len: 0,
        token: [0; MAX_BYTES],
        term: [0; MAX_BYTES],
    };

    fn is_of(&self, language: Language, token: &str) -> bool {
        self.language == language
            && usize::from(self.token_len) == token.len()
            && equal(&self.token[..token.len()], token.as_bytes())
    }

    /// Both must fit.
    fn set(&mut self, language: Language, token: &str, term: &str) {
        self.numbering = Numbering::NONE;
        self.language = language;
        self.token_len = token.len() as u8;
        self.token[..token.len()].copy_from_slice(token.as_bytes());
        self.term_len = term.len() as u8;
        self.term[..term.len()].copy_from_slice(term.as_bytes());
    }

    fn term(&self) -> &str {
        // It was a `str` when it was put in.
        str::from_utf8(&self.term[..usize::from(self.term_len)]).unwrap_or_default()
    }
}

thread_local! {
    static CACHE: Cell<Option<TermCache>> = const { Cell::new(None) };
}

/// Tokens and their terms, each in the one place that its hash gives it; a newer one takes it over.
pub(super) struct TermCache {
    entries: Box<[Entry]>,
    /// The term of a token that no entry has.
    uncached: String,
}

impl TermCache {
    fn new() -> Self {
        Self { entries: vec![Entry::EMPTY; ENTRIES].into_boxed_slice(), uncached: String::new() }
    }

    /// Calls `f` with the thread's cache. What `f` calls may do the same: it gets a new one.
    pub(super) fn with<R>(f: impl FnOnce(&mut Self) -> R) -> R {
        let mut cache = CACHE.take().unwrap_or_else(Self::new);
        let result = f(&mut cache);
        CACHE.set(Some(cache));
        result
    }

    /// The term of `token`; empty if it is dropped. `make` appends it to the text it is given and must be a
    /// function of language and token alone.
    pub(super) fn term(
        &mut self,
        language: Language,
        token: &str,
        make: impl FnOnce(&str, &mut String),
    ) -> &str {
        match self.find(language, token, make) {
            Some(slot) => self.entries[slot].term(),
            None => &self.uncached,
        }
    }

    /// The number of the term of `token`; `None` if it is dropped. `number` gives a term its number, and is not asked
    /// when the same numbering had the token a short while ago.
    pub(super) fn number(
        &mut self,
        language: Language,
        token: &str,
        make: impl FnOnce(&str, &mut String),
        numbering: &Numbering,
        number: impl FnOnce(&str) -> u32,
    ) -> Option<u32> {
        let Some(slot) = self.find(language, token, make) else {
            return (!self.uncached.is_empty()).then(|| number(&self.uncached));
        };
        let entry = &mut self.entries[slot];
        if entry.term_len == 0 {
            return None;
        }
        if entry.numbering != numbering.id() {
            entry.number = number(entry.term());
            entry.numbering = numbering.id();
        }
        Some(entry.number)
    }

    /// The entry that has the term of `token`; `None` when it is in `uncached`.
    fn find(
        &mut self,
        language: Language,
        token: &str,
        make: impl FnOnce(&str, &mut String),
    ) -> Option<usize> {
        let slot = hash(token.as_bytes()) as usize % ENTRIES;
        if token.len() > MAX_BYTES || !self.entries[slot].is_of(language, token) {
            self.uncached.clear();
            make(token, &mut self.uncached);
            if token.len() > MAX_BYTES || self.uncached.len() > MAX_BYTES {
                return None;
            }
            self.entries[slot].set(language, token, &self.uncached);
        }
        Some(slot)
    }
}

/// Whether two texts of the same length, at most 32 bytes, are equal: for so few, a call of the system's comparison costs
/// more than the comparison.
fn equal(a: &[u8], b: &[u8]) -> bool {
    fn word(bytes: &[u8], at: usize) -> u64 {
        bytes.get(at..at + 8).and_then(|word| word.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word))
    }
    let len = a.len();
    if len < 8 {
        return a.iter().zip(b).all(|(a, b)| a == b);
    }
    // The last word overlaps the one before it.
    let end = len - 8;
    let same = |at: usize| word(a, at.min(end)) == word(b, at.min(end));
    same(0) && same(8) && same(16) && same(end)
}

/// Mixes the ends of a token and its length; words that agree in them are rare enough.
fn hash(token: &[u8]) -> u64 {
    let (first, last) = match (token.first_chunk::<8>(), token.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (token.first_chunk::<4>(), token.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
            }
            _ => (token.iter().fold(0, |bytes, &byte| bytes << 8 | u64::from(byte)), 0),
        },
    };
    // Odd constants with many bits: the fractions of the golden ratio and of pi.
    let mixed = (first ^ last.rotate_left(29) ^ token.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 32).wrapping_mul(0x243F_6A88_85A3_08D3) >> 40
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that shows language and token.
    fn make(language: Language) -> impl Fn(&str, &mut String) {
        move |token, term| {
            if !token.starts_with('-') {
                term.push_str(&token.to_uppercase());
                term.push_str(language.code());
            }
        }
    }

    #[test]
    fn answers_as_if_it_were_not_there() {
        // Many more tokens than places, short and long, each asked for several times.
        let tokens: Vec<String> =
            (0..3 * ENTRIES).map(|n| format!("{}{n}{}", ["", "-", "é"][n % 3], "x".repeat(n % 40))).collect();
        let mut cache = TermCache::new();
        for token in tokens.iter().chain(&tokens[..100]).chain(&tokens[..100]) {
            for language in [Language::English, Language::English, Language::German] {
                let mut expected = String::new();
                make(language)(token, &mut expected);
                assert_eq!(cache.term(language, token, make(language)), expected);
            }
        }
    }

    #[test]
    fn remembers() {
        let mut cache = TermCache::new();
        assert_eq!(cache.term(Language::Czech, "slovo", |_, term| term.push('s')), "s");
        assert_eq!(cache.term(Language::Czech, "slovo", |_, _| panic!("made again")), "s");
        assert_eq!(cache.term(Language::Czech, "a", |_, _| ()), "");
        assert_eq!(cache.term(Language::Czech, "a", |_, _| panic!("made again")), "");
    }

    #[test]
    fn a_number_is_asked_for_once_by_each_numbering() {
        let mut cache = TermCache::new();
        let mut ask = |token: &str, numbering: &Numbering, number: Option<u32>| {
            cache.number(Language::English, token, make(Language::English), numbering, |term| {
                assert!(term.ends_with("en"));
                number.expect("asked again")
            })
        };
        let (one, other) = (Numbering::new(), Numbering::new());
        let long = "x".repeat(100);
        assert_eq!(ask("word", &one, Some(7)), Some(7));
        assert_eq!(ask("word", &one, None), Some(7));
        assert_eq!(ask("word", &other, Some(1)), Some(1));
        assert_eq!(ask("word", &one, Some(7)), Some(7));
        assert_eq!(ask("-dropped", &one, None), None);
        assert_eq!(ask(&long, &one, Some(9)), Some(9));
        assert_eq!(ask(&format!("-{long}"), &one, None), None);
    }

    #[test]
    fn texts_are_compared_whole() {
        for len in 0..=MAX_BYTES {
            let text: Vec<u8> = (0..len as u8).collect();
            assert!(equal(&text, &text.clone()));
            for at in 0..len {
                let mut other = text.clone();
                other[at] ^= 0x40;
                assert!(!equal(&text, &other), "{len}, {at}");
            }
        }
    }

    #[test]
    fn can_be_asked_for_while_in_use() {
        let term =
            |cache: &mut TermCache| cache.term(Language::English, "word", make(Language::English)).to_owned();
        let nested = TermCache::with(|outer| (term(outer), TermCache::with(term)));
        assert_eq!(nested, ("WORDen".to_owned(), "WORDen".to_owned()));
    }
}
