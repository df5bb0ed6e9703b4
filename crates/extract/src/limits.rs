//! How much one document may cost.

use std::time::{Duration, Instant};

use crate::error::{Error, Reason};

/// What one document may take at the most.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most bytes that come of unpacking it, over all its parts, and the most bytes of its text. Default 256 MiB.
    pub expanded_bytes: usize,
    /// When to give up on it. Default never.
    pub deadline: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { expanded_bytes: 256 << 20, deadline: None }
    }
}

impl Limits {
    /// These limits with a deadline this far from now.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.deadline = Instant::now().checked_add(time);
        self
    }

    /// Whether there is time left. Readers ask every millisecond or so of work.
    ///
    /// # Errors
    /// [`Reason::TooSlow`] after the deadline.
    pub fn check_time(&self) -> Result<(), Error> {
        match self.deadline {
            Some(deadline) if Instant::now() > deadline => Err(Error::new(
                Reason::TooSlow,
                "takes too long to read; raise max_seconds, or leave the file out",
            )),
            _ => Ok(()),
        }
    }

    /// Whether so many unpacked bytes are allowed.
    ///
    /// # Errors
    /// [`Reason::TooLarge`] when they are not.
    pub fn check_bytes(&self, bytes: usize) -> Result<(), Error> {
        if bytes <= self.expanded_bytes {
            return Ok(());
        }
        Err(Error::new(
            Reason::TooLarge,
            format!(
                "unpacks to more than {} bytes; raise max_document_bytes if that is right, or leave the file out",
                self.expanded_bytes
            ),
        ))
    }
}
