//! What reading one file may still cost.

use std::cell::{Cell, RefCell};

use crate::{Error, Limits, Reason};

/// How much more than [`Limits::expanded_bytes`] may be gone through: a form that a page shows a hundred times is
/// unpacked once and interpreted a hundred times.
const WORK_PER_BYTE: u64 = 8;

/// The time is looked at once for this much work: less than a millisecond's.
const WORK_PER_LOOK: u64 = 32 << 10;

/// The limits and what was used of them.
///
/// The first trouble stays. From then on every question is answered "no", readers find nothing more, and whoever
/// started them asks [`Budget::check`] why. So the many small readers of objects need not pass errors on that none of
/// them can do anything about.
#[derive(Debug)]
pub(crate) struct Budget<'a> {
    limits: &'a Limits,
    expanded: Cell<usize>,
    kept: Cell<usize>,
    work: Cell<u64>,
    next_look: Cell<u64>,
    trouble: RefCell<Option<Error>>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            expanded: Cell::new(0),
            kept: Cell::new(0),
            work: Cell::new(0),
            next_look: Cell::new(0),
            trouble: RefCell::new(None),
        }
    }

    /// How many bytes may still be unpacked.
    pub(crate) fn room(&self) -> usize {
        self.limits.expanded_bytes.saturating_sub(self.expanded.get())
    }

    /// So many bytes were unpacked. Whether that was allowed.
    pub(crate) fn expand(&self, bytes: usize) -> bool {
        self.expanded.set(self.expanded.get().saturating_add(bytes));
        self.note(self.limits.check_bytes(self.expanded.get()));
        self.work(bytes)
    }

    /// So many bytes are kept until the end: a form drawn often takes room for each time. Whether that was allowed.
    pub(crate) fn keep(&self, bytes: usize) -> bool {
        self.kept.set(self.kept.get().saturating_add(bytes));
        self.note(self.limits.check_bytes(self.kept.get()));
        self.trouble.borrow().is_none()
    }

    /// About so many bytes were gone through, or an equal effort made. Whether to go on.
    pub(crate) fn work(&self, bytes: usize) -> bool {
        let work = self.work.get().saturating_add(bytes as u64);
        self.work.set(work);
        if work >= self.next_look.get() {
            self.next_look.set(work + WORK_PER_LOOK);
            self.note(self.limits.check_time());
            if work / WORK_PER_BYTE > self.limits.expanded_bytes as u64 {
                self.note(Err(Error::new(
                    Reason::TooLarge,
                    "takes more work than its size warrants; raise max_document_bytes if it is trustworthy, or leave \
                     the file out",
                )));
            }
        }
        self.trouble.borrow().is_none()
    }

    /// What went wrong, if anything did.
    ///
    /// # Errors
    /// [`Reason::TooSlow`] and [`Reason::TooLarge`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.trouble.borrow().clone().map_or(Ok(()), Err)
    }

    fn note(&self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.trouble.borrow_mut().get_or_insert(error);
        }
    }
}
