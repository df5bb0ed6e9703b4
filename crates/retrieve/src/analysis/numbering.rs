//! Numbers of terms that may be remembered.

use std::sync::atomic::{AtomicU32, Ordering};

/// Stands for one way of numbering terms, so that what was remembered of another is not taken for it.
///
/// A term must have the same number for as long as its numbering lives.
#[derive(Debug)]
pub struct Numbering(u32);

impl Numbering {
    /// What no numbering is.
    pub(super) const NONE: u32 = 0;

    /// A new one.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        // After four thousand million of them numbers repeat; no thread remembers anything that long.
        loop {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            if id != Self::NONE {
                return Self(id);
            }
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.0
    }
}

impl Default for Numbering {
    fn default() -> Self {
        Self::new()
    }
}
