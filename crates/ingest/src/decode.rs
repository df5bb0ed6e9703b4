//! Bytes to text: which encoding a text is in, and how it is read.
//!
//! UTF-8 is what nearly everything is in, so anything that is valid UTF-8 is taken for it. What is not is decoded by its
//! byte order mark, by what the format declares, or by a guess from its letters (Firefox's, `chardetng`).

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a stream is looked at to guess its encoding.
pub(crate) const SNIFFED: usize = 64 << 10;

/// The text of a whole document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub text: String,
    /// The encoding's name, as the WHATWG standard writes it.
    pub encoding: &'static str,
}

/// Decodes a document; `None` if it is no text in any encoding but some binary format.
///
/// A few bytes that are broken in their encoding become U+FFFD, the replacement character.
pub(crate) fn decode(bytes: Vec<u8>, declared: Option<&'static Encoding>) -> Option<Decoded> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        let text = match encoding.decode_without_bom_handling(&bytes[mark..]).0 {
            Cow::Owned(text) => text,
            Cow::Borrowed(text) => text.to_owned(),
        };
        return Some(Decoded { text, encoding: encoding.name() });
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if text.as_bytes().contains(&0) => text.into_bytes(),
        Ok(text) => return Some(Decoded { text, encoding: UTF_8.name() }),
        Err(error) => error.into_bytes(),
    };
    let encoding = guess(&bytes, declared)?;
    let text = encoding.decode_without_bom_handling(&bytes).0.into_owned();
    Some(Decoded { text, encoding: encoding.name() })
}

/// The encoding of bytes that are not plain UTF-8; `None` if they are no text.
fn guess(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<&'static Encoding> {
    if bytes.contains(&0) {
        return wide(bytes);
    }
    // Texts have tabs and line breaks and hardly any other control characters.
    let control =
        bytes.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b));
    if control.count() * 20 > bytes.len() {
        return None;
    }
    if is_damaged_utf8(bytes) {
        return Some(UTF_8);
    }
    Some(declared.filter(|encoding| *encoding != UTF_8).unwrap_or_else(|| detect(bytes)))
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // A few letters may be of several encodings: then the most common one, as for pages from the west of Europe.
    detector.guess(Some(b"uk"), Utf8Detection::Deny)
}

/// UTF-16 without a byte order mark: every other byte of Latin letters, digits and spaces is 0.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SNIFFED)];
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = sample.len() / 2;
    match () {
        () if odd * 3 > half && even * 20 <= half => Some(UTF_16LE),
        () if even * 3 > half && odd * 20 <= half => Some(UTF_16BE),
        () => None,
    }
}

/// Whether the bytes are UTF-8 with a few faults: far more characters of several bytes than broken ones. In another
/// encoding such characters hardly ever arise.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    right >= 4 * broken
}

/// The encoding of a stream by its first bytes: `None` for UTF-8, which needs no decoding, and for what is no text.
pub(crate) fn sniff(start: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Some(encoding).filter(|encoding| *encoding != UTF_8);
    }
    let valid = std::str::from_utf8(start).map_or_else(|error| error.valid_up_to(), str::len);
    // The last character may be cut by the end of what was read.
    let is_utf8 = start.len() - valid < 4;
    if is_utf8 && !start.contains(&0) {
        return None;
    }
    guess(start, None).filter(|encoding| *encoding != UTF_8)
}

/// A stream in another encoding as UTF-8. What is broken becomes U+FFFD.
pub(crate) struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    /// Decoded, and how much of it was handed out.
    decoded: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: BufRead> Transcoder<R> {
    /// A byte order mark is left out.
    pub(crate) fn new(reader: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { reader, decoder, decoded: Vec::new(), at: 0, done: false }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let input = self.reader.fill_buf()?;
        let last = input.is_empty();
        // Three bytes at most come of each, and a few more of what was begun before.
        self.decoded.resize(input.len() * 3 + 16, 0);
        let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.decoded, last);
        self.reader.consume(read);
        self.decoded.truncate(written);
        self.at = 0;
        self.done = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.decoded.len() && !self.done {
            self.decode_more()?;
        }
        let count = buffer.len().min(self.decoded.len() - self.at);
        buffer[..count].copy_from_slice(&self.decoded[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};

    use super::{Decoded, Transcoder, decode, sniff};

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    fn decoded(bytes: impl Into<Vec<u8>>) -> Option<(String, &'static str)> {
        decode(bytes.into(), None).map(|Decoded { text, encoding }| (text, encoding))
    }

    #[test]
    fn encodings_are_found_by_marks_and_by_letters() {
        let german = "Über die Größe der Städte in Österreich — „schön“, sagt der Bürgermeister.";
        let text = |text: &str, encoding: &'static str| Some((text.to_owned(), encoding));
        assert_eq!(decoded(german), text(german, "UTF-8"));
        assert_eq!(decoded(format!("\u{feff}{german}")), text(german, "UTF-8"));
        assert_eq!(decoded(WINDOWS_1252.encode(german).0), text(german, "windows-1252"));
        assert_eq!(decoded([b"\xff\xfe".to_vec(), utf16(german, true)].concat()), text(german, "UTF-16LE"));
        assert_eq!(decoded([b"\xfe\xff".to_vec(), utf16(german, false)].concat()), text(german, "UTF-16BE"));
        assert_eq!(decoded(utf16(german, true)), text(german, "UTF-16LE"));
        assert_eq!(decoded(utf16(german, false)), text(german, "UTF-16BE"));
        assert_eq!(decoded(b"na\xefve".to_vec()), text("naïve", "windows-1252"));
        let russian = "Байкал — самое глубокое озеро на планете, крупнейший резервуар пресной воды.";
        let encoding = Encoding::for_label(b"windows-1251").unwrap();
        assert_eq!(decoded(encoding.encode(russian).0), text(russian, "windows-1251"));
        let japanese = "琵琶湖は滋賀県にある湖で、日本で最大の面積と貯水量を持つ。";
        let encoding = Encoding::for_label(b"shift_jis").unwrap();
        assert_eq!(decoded(encoding.encode(japanese).0), text(japanese, "Shift_JIS"));
    }

    #[test]
    fn a_declared_encoding_is_believed_unless_the_bytes_are_utf8() {
        let declared = Encoding::for_label(b"iso-8859-2");
        let polish = Encoding::for_label(b"iso-8859-2").unwrap().encode("Łódź").0.into_owned();
        assert_eq!(decode(polish, declared).unwrap().text, "Łódź");
        assert_eq!(
            decode("Łódź".into(), declared).unwrap(),
            Decoded { text: "Łódź".into(), encoding: "UTF-8" }
        );
    }

    #[test]
    fn a_few_broken_bytes_are_replaced() {
        let mut bytes = "Ä Ö Ü ä ö ü ß é".as_bytes().to_vec();
        bytes.push(0xff);
        assert_eq!(decoded(bytes), Some(("Ä Ö Ü ä ö ü ß é\u{fffd}".into(), "UTF-8")));
    }

    #[test]
    fn what_is_no_text_is_told() {
        assert_eq!(
            decoded(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\xff\xd0".to_vec()),
            None
        );
        assert_eq!(decoded((0..=255).collect::<Vec<u8>>()), None);
        assert_eq!(decoded("text with one \0 byte"), None);
        assert_eq!(decoded((1..8).cycle().take(100).chain([0xff]).collect::<Vec<u8>>()), None);
    }

    #[test]
    fn streams_are_transcoded() {
        let text = "a;b\nä;😀\n".repeat(3000);
        let bytes = [b"\xff\xfe".to_vec(), utf16(&text, true)].concat();
        assert_eq!(sniff(&bytes), Some(UTF_16LE));
        let mut read = String::new();
        // An odd capacity cuts characters.
        let reader = BufReader::with_capacity(1001, bytes.as_slice());
        Transcoder::new(reader, UTF_16LE).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert_eq!(sniff("täxt".as_bytes()), None);
        assert_eq!(sniff(&"täxt".as_bytes()[..2]), None);
        assert_eq!(sniff(b"t\xe4xt of a table; Gr\xf6\xdfe\n"), Some(WINDOWS_1252));
    }
}
