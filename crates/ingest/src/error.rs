//! What can be wrong with an input.

use std::fmt;
use std::io::ErrorKind as ErrorKindIo;

use crate::Place;

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A path that does not exist, or a link that leads nowhere.
    NotFound,
    /// A file, folder or stream that exists and cannot be read.
    Unreadable,
    /// A file named by the user whose extension no reader knows.
    UnknownFormat,
    /// A row that cannot be read, or whose text or record id cannot be used.
    BrokenRow,
    /// A row of which it is not clear which column holds the text.
    NoTextColumn,
    /// A row that is not UTF-8 text.
    InvalidUtf8,
    /// A file that is not of its format, or damaged.
    Broken,
    /// A document that asks for a password.
    Encrypted,
    /// A document without any text, such as a scan.
    NoText,
    /// A row or a document longer than its limit.
    TooLong,
    /// A document whose text takes longer to get out than its limit.
    TooSlow,
    /// A text that the tokenizer cannot encode. It is read, its tokens are estimated.
    NotEncoded,
    /// An input that holds nothing to read.
    Empty,
    /// An option out of its range.
    InvalidOption,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: ErrorKind,
    /// Where it is; `None` for an option or an input as a whole.
    pub place: Option<Place>,
    /// What is wrong and what to do next, in sentences, without the place.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(kind: ErrorKind, place: impl Into<Option<Place>>, message: impl Into<String>) -> Self {
        Self { kind, place: place.into(), message: message.into() }
    }

    pub(crate) fn unreadable(place: Place, error: &std::io::Error) -> Self {
        // What decoders say of a compressed file; streams of text have no such errors.
        if matches!(
            error.kind(),
            ErrorKindIo::InvalidData | ErrorKindIo::InvalidInput | ErrorKindIo::UnexpectedEof
        ) {
            let message = format!("is damaged ({error}); fetch or make it again, or leave it out");
            return Self::new(ErrorKind::Broken, place, message);
        }
        let message =
            format!("cannot be read ({error}); check its permissions and its disk, or leave it out");
        Self::new(ErrorKind::Unreadable, place, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// One or more faults of an input, found together.
///
/// Resolving paths reports every fault it finds at once; reading records reports one at a time and goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.faults))]
pub struct Error {
    faults: Vec<Fault>,
}

impl Error {
    /// The faults; never empty.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The kind of the first fault.
    pub fn kind(&self) -> ErrorKind {
        self.faults[0].kind
    }

    /// An error of these faults, if there are any.
    pub(crate) fn check(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self { faults }) }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}

fn listed(faults: &[Fault]) -> String {
    match faults {
        [only] => only.to_string(),
        several => {
            let mut text = format!("{} faults in the input:", several.len());
            for fault in several {
                text.push_str("\n  ");
                text.push_str(&fault.to_string());
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, Fault};
    use crate::Place;

    #[test]
    fn one_fault_is_a_line_and_several_are_a_list() {
        let first = Fault::new(ErrorKind::NotFound, Place::file("a.md"), "does not exist");
        let second = Fault::new(ErrorKind::InvalidOption, None, "chunk.size must be at least 1");
        assert_eq!(Error::from(first.clone()).to_string(), "a.md: does not exist");
        let both = Error::check(vec![first, second]).unwrap_err();
        assert_eq!(
            both.to_string(),
            "2 faults in the input:\n  a.md: does not exist\n  chunk.size must be at least 1"
        );
        assert_eq!(both.kind(), ErrorKind::NotFound);
        assert_eq!(Error::check(Vec::new()), Ok(()));
    }
}
