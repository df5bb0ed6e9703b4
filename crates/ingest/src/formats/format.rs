//! The formats by name.

use std::fmt;
use std::path::Path;

use encoding_rs::Encoding;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::column::is_usual_name;
use crate::compression::Compression;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Plain text (`.txt`).
    Text,
    /// Markdown (`.md`, `.markdown`).
    Markdown,
    /// reStructuredText (`.rst`).
    Rst,
    /// HTML (`.html`, `.htm`, `.xhtml`): the main content.
    Html,
    /// PDF (`.pdf`).
    Pdf,
    /// Word (`.docx`).
    Docx,
    /// EPUB (`.epub`): the chapters in order.
    Epub,
    /// JSON (`.json`): a list of objects, one object, or several one after another.
    Json,
    /// JSON Lines (`.jsonl`, `.ndjson`): an object a line.
    #[serde(rename = "jsonl")]
    JsonLines,
    /// Comma-separated values (`.csv`), semicolons and tabs included: a row a record, the first the names of the columns.
    Csv,
    /// Tab-separated values (`.tsv`), without quotes.
    Tsv,
    /// Parquet (`.parquet`).
    Parquet,
}

/// The formats with their names and the extensions of their files.
const FORMATS: &[(Format, &str, &[&str])] = &[
    (Format::Text, "text", &["txt"]),
    (Format::Markdown, "markdown", &["md", "markdown"]),
    (Format::Rst, "rst", &["rst"]),
    (Format::Html, "html", &["html", "htm", "xhtml"]),
    (Format::Pdf, "pdf", &["pdf"]),
    (Format::Docx, "docx", &["docx"]),
    (Format::Epub, "epub", &["epub"]),
    (Format::Json, "json", &["json"]),
    (Format::JsonLines, "jsonl", &["jsonl", "ndjson"]),
    (Format::Csv, "csv", &["csv"]),
    (Format::Tsv, "tsv", &["tsv"]),
    (Format::Parquet, "parquet", &["parquet"]),
];

impl Format {
    /// Every extension that is read, lower case, without the dot. Each may be followed by `.gz` or `.zst`.
    pub fn extensions() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().flat_map(|(_, _, extensions)| extensions.iter().copied())
    }

    /// The extensions as messages list them: `.txt, .md, …`.
    pub(crate) fn listed_extensions() -> String {
        let listed: Vec<String> = Self::extensions().map(|extension| format!(".{extension}")).collect();
        format!("{}, each also as .gz or .zst", listed.join(", "))
    }

    /// The format of a file by its extension, upper or lower case, that of a compressed file by the one before; `None`
    /// if none is read.
    pub fn of_path(path: &Path) -> Option<Self> {
        let (_, path) = Compression::of_path(path);
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let known = FORMATS.iter().find(|(_, _, extensions)| extensions.contains(&extension.as_str()));
        known.map(|(format, _, _)| *format)
    }

    /// What a stream without a name holds, by its first bytes: plain text if by nothing else, `None` if they are blank.
    pub(crate) fn of_bytes(start: &[u8]) -> Option<Self> {
        let decoded = Encoding::for_bom(start).map(|(encoding, _)| encoding.decode(start).0.into_owned());
        let start = decoded.as_ref().map_or(start, |text| text.as_bytes());
        let text = start.trim_ascii_start();
        let tag: Vec<u8> = text.iter().take(9).map(u8::to_ascii_lowercase).collect();
        Some(match text {
            [] => return None,
            [b'{', ..] if goes_on(text) => Self::Json,
            [b'{', ..] => Self::JsonLines,
            [b'[', b'{', ..] => Self::Json,
            [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Self::Json,
            [b'%', b'P', b'D', b'F', b'-', ..] => Self::Pdf,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            // Of the archives the one that names its type first; a DOCX does not.
            [b'P', b'K', 3, 4, ..] if contains(start, b"mimetypeapplication/epub+zip") => Self::Epub,
            [b'P', b'K', 3, 4, ..] => Self::Docx,
            _ if tag.starts_with(b"<!doctype") || tag.starts_with(b"<html") => Self::Html,
            _ => table(text).unwrap_or(Self::Text),
        })
    }

    /// Whether files of this format are documents, which are chunked; otherwise they hold rows.
    pub fn is_document(self) -> bool {
        !matches!(self, Self::Json | Self::JsonLines | Self::Csv | Self::Tsv | Self::Parquet)
    }

    /// Whether it takes long to get the text out of a file, so that it is done once.
    pub(crate) fn is_costly(self) -> bool {
        matches!(self, Self::Html | Self::Pdf | Self::Docx | Self::Epub)
    }

    /// The format's name as reports show it.
    pub fn as_str(self) -> &'static str {
        FORMATS.iter().find(|(format, _, _)| *format == self).map_or("", |(_, name, _)| name)
    }
}

/// Whether a value of JSON that begins here goes on behind its first line.
fn goes_on(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', text) else { return false };
    serde_json::from_slice::<IgnoredAny>(&text[..end]).is_err_and(|error| error.is_eof())
}

/// The format of a table, if the first line names its columns, one of them as columns of text are often named.
fn table(text: &[u8]) -> Option<Format> {
    let line = std::str::from_utf8(&text[..memchr::memchr(b'\n', text)?]).ok()?;
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let names = |separator: char| {
        let names: Vec<&str> = line.trim_end().split(separator).map(|name| name.trim_matches('"')).collect();
        names.len() > 1
            && names.iter().all(|name| is_name(name))
            && names.iter().any(|name| is_usual_name(name))
    };
    if names('\t') {
        Some(Format::Tsv)
    } else {
        [',', ';', '|'].into_iter().any(names).then_some(Format::Csv)
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Format;

    #[test]
    fn files_are_known_by_their_extensions() {
        let of = |name| Format::of_path(Path::new(name));
        assert_eq!(of("a.TXT"), Some(Format::Text));
        assert_eq!(of("d/a.jsonl.zst"), Some(Format::JsonLines));
        assert_eq!(of("a.pdf.GZ"), Some(Format::Pdf));
        assert_eq!([of("a.gz"), of("gz"), of("a.doc"), of("a")], [None; 4]);
        assert_eq!(Format::Rst.to_string(), "rst");
    }

    #[test]
    fn streams_are_known_by_their_first_bytes() {
        let of = |start: &[u8]| Format::of_bytes(start);
        assert_eq!(of(b"\xef\xbb\xbf \n{"), Some(Format::JsonLines));
        assert_eq!(of(b"[\n {"), Some(Format::Json));
        assert_eq!(of(b"[1] A footnote"), Some(Format::Text));
        assert_eq!(of(b"%PDF-1.7"), Some(Format::Pdf));
        assert_eq!(of(b"<!DOCTYPE html>"), Some(Format::Html));
        assert_eq!(of(b" \n"), None);
        let utf16: Vec<u8> =
            "\u{feff}{\"text\": \"a\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(&utf16), Some(Format::JsonLines));
    }

    #[test]
    fn streams_of_rows_are_known_by_their_first_line() {
        let of = |start: &str| Format::of_bytes(start.as_bytes()).unwrap();
        assert_eq!(of("{\n  \"text\": \"a\"\n}\n"), Format::Json);
        assert_eq!(of("{\"text\": \"a\"}\n{"), Format::JsonLines);
        assert_eq!(of("{\"text\": \"a\" oops}\n"), Format::JsonLines);
        assert_eq!(of("id,\"text\"\r\n1,a"), Format::Csv);
        assert_eq!(of("id;Contents\n1;a"), Format::Csv);
        assert_eq!(of("id\tpassage\n1\ta"), Format::Tsv);
        for text in
            ["text, image and sound\n", "Abstract, Introduction\n", "id,number\n1,2", "text\nmore", "text,id"]
        {
            assert_eq!(of(text), Format::Text, "{text}");
        }
    }
}
