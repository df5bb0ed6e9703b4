//! Why a document gave no text.

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It is not of the format, or damaged beyond what can be read around.
    Broken,
    /// It asks for a password.
    Encrypted,
    /// It can be read and holds no text: a scan, for instance.
    NoText,
    /// It unpacks to more than [`Limits::expanded_bytes`](crate::Limits::expanded_bytes), or nests too deeply.
    TooLarge,
    /// It took longer than [`Limits::deadline`](crate::Limits::deadline) allows.
    TooSlow,
}

/// A document that gave no text: why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of trouble it is.
    pub reason: Reason,
    /// What is wrong and what to do next, as the end of a sentence that begins with the file's name: "is encrypted;
    /// remove its password, for instance with qpdf --decrypt".
    pub message: String,
}

impl Error {
    /// An error with this reason and message.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}
