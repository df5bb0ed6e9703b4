//! Tokens to objects.

use std::rc::Rc;

use super::lexer::{Lexer, Token, unescape_name};
use super::object::{Dict, Id, Object};

/// Arrays and dictionaries within each other beyond this are no object: real files stay under twenty.
const MAX_DEPTH: usize = 100;

/// Reads objects from bytes.
#[derive(Debug)]
pub(crate) struct Parser<'a> {
    pub(crate) lexer: Lexer<'a>,
    strings: Vec<u8>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { lexer: Lexer::new(bytes, at), strings: Vec::new() }
    }

    /// The object that starts here. `None` where none does, or where it nests too deeply; a word that means nothing is
    /// null.
    pub(crate) fn object(&mut self) -> Option<Object> {
        self.strings.clear();
        let token = self.lexer.next(&mut self.strings);
        self.object_of(token, 0)
    }

    /// The dictionary that starts here.
    pub(crate) fn dict(&mut self) -> Option<Rc<Dict>> {
        self.object()?.dict().cloned()
    }

    /// A whole number, as in `12 0 obj`.
    pub(crate) fn integer(&mut self) -> Option<u64> {
        match self.lexer.next(&mut self.strings) {
            Token::Number(number) if number >= 0.0 && number.fract() == 0.0 => Some(number as u64),
            _ => None,
        }
    }

    /// Passes this word; `false`, and nothing passed, where another token stands.
    pub(crate) fn keyword(&mut self, word: &[u8]) -> bool {
        let start = self.lexer.clone();
        if self.lexer.next(&mut self.strings) == Token::Keyword(word) {
            return true;
        }
        self.lexer = start;
        false
    }

    fn object_of(&mut self, token: Token<'a>, depth: usize) -> Option<Object> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match token {
            Token::Number(number) => self.reference(number).unwrap_or(Object::Number(number)),
            Token::Name(name) => Object::Name(unescape_name(name).into()),
            Token::String(range) => {
                let start = range.start;
                let bytes = self.strings[range].into();
                self.strings.truncate(start);
                Object::String(bytes)
            }
            Token::ArrayStart => self.array(depth)?,
            Token::DictStart => Object::Dict(Rc::new(self.entries(depth)?)),
            Token::Keyword(b"true") => Object::Bool(true),
            Token::Keyword(b"false") => Object::Bool(false),
            Token::Keyword(_) => Object::Null,
            Token::ArrayEnd | Token::DictEnd | Token::End => return None,
        })
    }

    /// `12 0 R` behind the 12.
    fn reference(&mut self, number: f64) -> Option<Object> {
        let after = self.lexer.peek()?;
        if !super::lexer::is_space(after) || number < 0.0 || number.fract() != 0.0 || number > u32::MAX.into()
        {
            return None;
        }
        let start = self.lexer.clone();
        // The usual generation is looked for first, without the cost of a token.
        if let Token::Number(generation) = self.lexer.next(&mut self.strings)
            && (0.0..=65535.0).contains(&generation)
            && generation.fract() == 0.0
            && self.keyword(b"R")
        {
            return Some(Object::Ref(Id { number: number as u32, generation: generation as u16 }));
        }
        self.lexer = start;
        None
    }

    fn array(&mut self, depth: usize) -> Option<Object> {
        let mut items = Vec::new();
        loop {
            match self.lexer.next(&mut self.strings) {
                Token::ArrayEnd | Token::End => return Some(Object::Array(items.into())),
                // A broken array within a dictionary ends where that does.
                Token::DictEnd => return Some(Object::Array(items.into())),
                Token::Keyword(b"endobj" | b"endstream" | b"stream") => return None,
                token => items.push(self.object_of(token, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Option<Dict> {
        let mut entries = Vec::new();
        loop {
            match self.lexer.next(&mut self.strings) {
                Token::DictEnd | Token::End => return Some(Dict::new(entries)),
                Token::Name(key) => {
                    let key = unescape_name(key).into();
                    match self.lexer.next(&mut self.strings) {
                        Token::DictEnd | Token::End => return Some(Dict::new(entries)),
                        token => entries.push((key, self.object_of(token, depth + 1)?)),
                    }
                }
                Token::Keyword(b"endobj" | b"endstream" | b"stream") => return None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::{Id, Object};
    use super::Parser;

    fn parse(text: &str) -> Option<Object> {
        Parser::new(text.as_bytes(), 0).object()
    }

    #[test]
    fn objects_are_read() {
        let object = parse("<</A [1 2 0 R 3 4]/B(x)/A 5 /C<</D/E>> /F null>>").unwrap();
        let dict = object.dict().unwrap();
        assert_eq!(*dict.raw(b"A"), Object::Number(5.0));
        assert_eq!(dict.raw(b"B").string(), Some(&b"x"[..]));
        assert_eq!(dict.raw(b"C").dict().unwrap().raw(b"D").name(), Some(&b"E"[..]));
        assert!(!dict.contains(b"F") && !dict.contains(b"G"));
        let array = parse("[1 2 0 R 3 4]").unwrap();
        let reference = Object::Ref(Id { number: 2, generation: 0 });
        assert_eq!(array.array().unwrap()[1], reference);
        assert_eq!(array.array().unwrap().len(), 4);
    }

    #[test]
    fn what_is_broken_ends_and_what_nests_too_deeply_is_refused() {
        assert_eq!(parse("[1 2").unwrap().array().unwrap().len(), 2);
        assert!(parse("<</A 1 /B").unwrap().dict().unwrap().contains(b"A"));
        assert!(parse("]").is_none() && parse("").is_none());
        assert!(parse(&"[".repeat(100_000)).is_none());
        assert!(parse(&"<</A ".repeat(100_000)).is_none());
        assert!(parse(&format!("{}1{}", "[".repeat(50), "]".repeat(50))).is_some());
    }
}
