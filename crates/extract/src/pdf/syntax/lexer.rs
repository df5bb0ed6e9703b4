//! Bytes to tokens; the same ones make up objects and the instructions of a page.

use std::borrow::Cow;
use std::ops::Range;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token<'a> {
    Number(f64),
    /// A name without its slash, its `#` escapes as they are: see [`unescape_name`].
    Name(&'a [u8]),
    /// Where in the buffer the string's bytes were put.
    String(Range<usize>),
    ArrayStart,
    ArrayEnd,
    DictStart,
    DictEnd,
    /// Anything else: `obj`, `true`, an operator.
    Keyword(&'a [u8]),
    End,
}

/// Reads tokens from bytes. It never fails: what is no token is passed over.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

/// What a byte is to the lexer.
const REGULAR: u8 = 0;
const SPACE: u8 = 1;
const DELIMITER: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [REGULAR; 256];
    let spaces = b"\0\t\n\x0c\r ";
    let delimiters = b"()<>[]{}/%";
    let mut at = 0;
    while at < spaces.len() {
        classes[spaces[at] as usize] = SPACE;
        at += 1;
    }
    at = 0;
    while at < delimiters.len() {
        classes[delimiters[at] as usize] = DELIMITER;
        at += 1;
    }
    classes
};

pub(crate) fn is_space(byte: u8) -> bool {
    CLASSES[byte as usize] == SPACE
}

pub(crate) fn is_regular(byte: u8) -> bool {
    CLASSES[byte as usize] == REGULAR
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at: at.min(bytes.len()) }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes white space and comments.
    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    /// The next token. The bytes of a string are appended to `strings`.
    #[inline]
    pub(crate) fn next(&mut self, strings: &mut Vec<u8>) -> Token<'a> {
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else { return Token::End };
            match byte {
                b'0'..=b'9' | b'+' | b'-' | b'.' => return self.number(),
                b'/' => {
                    self.at += 1;
                    return Token::Name(self.regular());
                }
                b'(' => return Token::String(self.literal(strings)),
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                    self.at += 2;
                    return Token::DictStart;
                }
                b'<' => return Token::String(self.hexadecimal(strings)),
                b'>' if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Token::DictEnd;
                }
                b'[' => {
                    self.at += 1;
                    return Token::ArrayStart;
                }
                b']' => {
                    self.at += 1;
                    return Token::ArrayEnd;
                }
                // Braces stand in PostScript calculators only; the others are strays.
                b'{' | b'}' | b')' | b'>' => self.at += 1,
                _ => return Token::Keyword(self.regular()),
            }
        }
    }

    fn regular(&mut self) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// A number, read as other readers do: signs may repeat, and what follows it directly (`1.2.3`, `5-3`) is dropped.
    fn number(&mut self) -> Token<'a> {
        let start = self.at;
        let mut negative = false;
        while let Some(sign @ (b'+' | b'-')) = self.peek() {
            negative = sign == b'-';
            self.at += 1;
        }
        let (mut mantissa, mut scale, mut digits, mut point) = (0_u64, 1.0_f64, 0_u32, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' => {
                    // Beyond 18 digits only the magnitude counts, and nothing in a page has it.
                    if digits < 18 {
                        mantissa = mantissa * 10 + u64::from(byte - b'0');
                        scale *= if point { 10.0 } else { 1.0 };
                        digits += u32::from(mantissa > 0);
                    } else if !point {
                        scale *= 0.1;
                    }
                }
                b'.' if !point => point = true,
                _ => break,
            }
            self.at += 1;
        }
        let nothing = self.at == start + usize::from(point) && digits == 0 && self.at - start <= 1;
        if self.peek().is_some_and(is_regular) {
            let rest = self.regular();
            // `.notdef`, `-foo`: no number after all. `12abc` is one with rubbish behind it.
            if nothing || (digits == 0 && !rest.iter().any(u8::is_ascii_digit)) {
                return Token::Keyword(&self.bytes[start..self.at]);
            }
        }
        let value = mantissa as f64 / scale;
        Token::Number(if negative { -value } else { value })
    }

    fn literal(&mut self, strings: &mut Vec<u8>) -> Range<usize> {
        let start = strings.len();
        self.at += 1;
        let mut depth = 1_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(strings);
                    continue;
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    strings.push(b'\n');
                    continue;
                }
                _ => {}
            }
            strings.push(byte);
        }
        start..strings.len()
    }

    fn escape(&mut self, strings: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        strings.push(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return,
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
                return;
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                code as u8
            }
            other => other,
        });
    }

    fn hexadecimal(&mut self, strings: &mut Vec<u8>) -> Range<usize> {
        let start = strings.len();
        self.at += 1;
        let mut half = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hex_digit(byte) else { continue };
            half = match half {
                None => Some(digit),
                Some(high) => {
                    strings.push(high << 4 | digit);
                    None
                }
            };
        }
        // A missing last digit is a zero.
        strings.extend(half.map(|high| high << 4));
        start..strings.len()
    }
}

pub(crate) fn hex_digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

/// A name with `#41` written out.
pub(crate) fn unescape_name(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'#') {
        return Cow::Borrowed(name);
    }
    let mut plain = Vec::with_capacity(name.len());
    let mut at = 0;
    while let Some(&byte) = name.get(at) {
        let digit = |offset: usize| name.get(at + offset).copied().and_then(hex_digit);
        match (byte, digit(1), digit(2)) {
            (b'#', Some(high), Some(low)) => {
                plain.push(high << 4 | low);
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::{Lexer, Token, unescape_name};

    fn tokens(text: &str) -> Vec<String> {
        let (mut lexer, mut strings, mut all) = (Lexer::new(text.as_bytes(), 0), Vec::new(), Vec::new());
        loop {
            all.push(match lexer.next(&mut strings) {
                Token::End => return all,
                Token::Number(number) => number.to_string(),
                Token::Name(name) => format!("/{}", String::from_utf8_lossy(name)),
                Token::String(range) => format!("({})", String::from_utf8_lossy(&strings[range])),
                Token::Keyword(word) => String::from_utf8_lossy(word).into_owned(),
                other => format!("{other:?}"),
            });
        }
    }

    #[test]
    fn numbers_are_read_as_leniently_as_elsewhere() {
        assert_eq!(
            tokens("1 -2 +3 .5 -.25 4. 0.001 --7"),
            ["1", "-2", "3", "0.5", "-0.25", "4", "0.001", "-7"]
        );
        assert_eq!(tokens("1.2.3 5-3 12abc"), ["1.2", "5", "12"]);
        assert_eq!(tokens("- . T* 1e"), ["-0", "0", "T*", "1"]);
        assert_eq!(tokens("123456789012345678901234567890")[0].len(), 30);
    }

    #[test]
    fn strings_names_and_delimiters() {
        assert_eq!(tokens(r"(a(b)\)c\101\7\\) <4 8656C 6C6F7>"), ["(a(b))cA\u{7}\\)", "(Hellop)"]);
        assert_eq!(tokens("(line\\\nbreak\r\nx)"), ["(linebreak\nx)"]);
        assert_eq!(
            tokens("/Na#20me[/A<</B true>>]%c\nBT"),
            ["/Na#20me", "ArrayStart", "/A", "DictStart", "/B", "true", "DictEnd", "ArrayEnd", "BT"]
        );
        assert_eq!(&*unescape_name(b"A#20b#4x#"), b"A b#4x#");
        assert_eq!(tokens("(open"), ["(open)"]);
    }
}
