//! How much may be under way at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes that are taken for work under way and given back when it is done.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: usize,
    closed: bool,
}

impl Budget {
    pub(super) fn new(total: usize) -> Self {
        Self { total, state: Mutex::new(State { free: total, closed: false }), changed: Condvar::new() }
    }

    /// Waits until so many bytes are free, or all if that is less, and takes them: how many, or `None` when the budget was
    /// closed.
    pub(super) fn take(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.min(self.total);
        let mut state = self.lock();
        while state.free < bytes && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return None;
        }
        state.free -= bytes;
        Some(bytes)
    }

    /// Gives back what was taken.
    pub(super) fn give(&self, bytes: usize) {
        self.lock().free += bytes;
        self.changed.notify_all();
    }

    /// Nothing more can be taken.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
