//! Files that are one document each.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ragstill_core::Document;
use ragstill_extract::{Extracted, Limits, Reason, rst};

use super::markdown;
use super::{Content, Format, too_long_document};
use crate::decode::decode;
use crate::error::{ErrorKind, Fault};
use crate::options::ReadOptions;
use crate::place::Place;

/// What came out of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extract {
    pub document: Document,
    /// The line of the file on which its text starts; 0 where lines of the file mean nothing.
    pub first_line: u64,
}

/// Reads a document.
///
/// # Errors
/// One fault that says why it gave no text.
pub(crate) fn read_document(
    format: Format,
    content: Content,
    source: &str,
    file: &Arc<str>,
    options: &ReadOptions,
) -> Result<Extract, Fault> {
    let place = || Place::file(Arc::clone(file));
    let limit = options.max_document_bytes;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a document at the limit from one beyond it.
    let most = (limit as u64).saturating_add(1);
    let read = content.into_stream().take(most).read_to_end(&mut bytes);
    read.map_err(|error| Fault::unreadable(place(), &error))?;
    if bytes.len() > limit {
        return Err(too_long_document(place(), limit));
    }
    let limits =
        Limits { expanded_bytes: limit, deadline: None }.within(Duration::from_secs(options.max_seconds));
    let (extracted, first_line) = extract(format, bytes, &limits)
        .map_err(|Trouble { kind, message }| Fault::new(kind, place(), message))?;
    if extracted.text.trim().is_empty() {
        return Err(Fault::new(ErrorKind::NoText, place(), "has no text in it; leave it out"));
    }
    let Extracted { text, title, metadata, pages } = extracted;
    // The headings of a PDF are marked as in Markdown.
    let is_markdown = format != Format::Text;
    let document = Document { source: source.to_owned(), title, text, is_markdown, pages, metadata };
    Ok(Extract { document, first_line })
}

/// Why there is no text.
struct Trouble {
    kind: ErrorKind,
    message: String,
}

impl From<ragstill_extract::Error> for Trouble {
    fn from(error: ragstill_extract::Error) -> Self {
        let kind = match error.reason {
            Reason::Encrypted => ErrorKind::Encrypted,
            Reason::NoText => ErrorKind::NoText,
            Reason::TooLarge => ErrorKind::TooLong,
            Reason::TooSlow => ErrorKind::TooSlow,
            _ => ErrorKind::Broken,
        };
        Self { kind, message: error.message }
    }
}

/// The text, and the line on which it starts.
fn extract(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<(Extracted, u64), Trouble> {
    Ok(match format {
        #[cfg(feature = "pdf")]
        Format::Pdf => (ragstill_extract::pdf::extract(&bytes, limits)?, 0),
        #[cfg(feature = "office")]
        Format::Docx => (ragstill_extract::docx::extract(&bytes, limits)?, 0),
        #[cfg(feature = "office")]
        Format::Epub => (ragstill_extract::epub::extract(&bytes, limits)?, 0),
        #[cfg(feature = "html")]
        Format::Html => {
            let label = ragstill_extract::html::declared_encoding(&bytes);
            let declared = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
            (ragstill_extract::html::extract(&text(bytes, declared)?, limits)?, 0)
        }
        Format::Rst => (rst::extract(&text(bytes, None)?, limits)?, 0),
        Format::Markdown => markdown::extract(&text(bytes, None)?),
        Format::Text => (Extracted { text: text(bytes, None)?, ..Extracted::default() }, 1),
        format => {
            let message =
                format!("is {format}, which this build of ragstill cannot read; build it with that feature");
            return Err(Trouble { kind: ErrorKind::UnknownFormat, message });
        }
    })
}

/// The decoded text, its line breaks `\n`.
fn text(bytes: Vec<u8>, declared: Option<&'static encoding_rs::Encoding>) -> Result<String, Trouble> {
    let Some(decoded) = decode(bytes, declared) else {
        let message = "is not text in any encoding; leave it out, or give it the extension of what it is";
        return Err(Trouble { kind: ErrorKind::Broken, message: message.to_owned() });
    };
    let text = decoded.text;
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}
