//! What ends a run, and with which exit status.

use std::fmt;
use std::io::ErrorKind;

/// The result of what the engine does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mistake in the command, the configuration or the input, found before anything was spent (exit 2).
    Mistake,
    /// A run that failed underway; the same command goes on from there (exit 1).
    Failed,
}

/// One or more faults that end a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Whose turn it is.
    pub kind: Kind,
    faults: Vec<String>,
}

impl Error {
    /// A mistake.
    pub fn mistake(fault: impl Into<String>) -> Self {
        Self { kind: Kind::Mistake, faults: vec![fault.into()] }
    }

    /// Several mistakes; there must be at least one.
    pub fn mistakes(faults: Vec<String>) -> Self {
        debug_assert!(!faults.is_empty());
        Self { kind: Kind::Mistake, faults }
    }

    /// A failure underway.
    pub fn failed(fault: impl Into<String>) -> Self {
        Self { kind: Kind::Failed, faults: vec![fault.into()] }
    }

    /// This failure and, before it, what else had ended the run by then.
    pub(crate) fn after(mut self, earlier: Option<&Self>) -> Self {
        if let Some(earlier) = earlier {
            self.faults.splice(0..0, earlier.faults.iter().cloned());
        }
        self
    }

    /// Every fault, each a sentence: what, where, what to do next.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}

impl std::error::Error for Error {}

impl From<ragstill_ingest::Error> for Error {
    fn from(error: ragstill_ingest::Error) -> Self {
        Self::mistakes(error.faults().iter().map(ToString::to_string).collect())
    }
}

impl From<ragstill_export::Error> for Error {
    fn from(error: ragstill_export::Error) -> Self {
        let hint = match &error {
            ragstill_export::Error::Write { source, .. } if source.kind() == ErrorKind::StorageFull => {
                "; make room and run the same command again: every answer that was stored is safe"
            }
            _ => "",
        };
        Self::failed(format!("{error}{hint}"))
    }
}

impl From<ragstill_teacher::Error> for Error {
    fn from(error: ragstill_teacher::Error) -> Self {
        match error.kind {
            ragstill_teacher::Kind::Config => Self::mistake(error.context),
            _ => Self::failed(error.context),
        }
    }
}
