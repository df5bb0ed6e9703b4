//! The threads of a reading.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::Shared;
use super::budget::Budget;
use super::feed::{Work, feed};
use super::make::{Made, make};
use crate::error::{ErrorKind, Fault};
use crate::place::Place;

/// The bytes of what is under way, roughly.
const UNDER_WAY: usize = 32 << 20;

/// The most threads that make records.
const THREADS: usize = 8;

/// What was made, in order.
pub(super) struct Threads {
    /// For each piece of work, in order, where its result will be and the bytes to give back.
    ordered: Receiver<(Receiver<Made>, usize)>,
    budget: Arc<Budget>,
}

/// A piece of work and where its result is wanted.
type Job = (Work, SyncSender<Made>);

impl Threads {
    /// Starts to read. Threads end when all is read, or soon after this is dropped.
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        let budget = Arc::new(Budget::new(UNDER_WAY));
        let (jobs, queue) = channel::<Job>();
        let (results, ordered) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..thread::available_parallelism().map_or(1, usize::from).min(THREADS) {
            let (shared, queue) = (Arc::clone(shared), Arc::clone(&queue));
            spawn(move || work(&shared, &queue));
        }
        let (shared, feeding) = (Arc::clone(shared), Arc::clone(&budget));
        spawn(move || give_out(&shared, &feeding, &jobs, &results));
        Self { ordered, budget }
    }

    /// The next result and the bytes to give back when it is used up; `None` at the end.
    pub(super) fn next(&self) -> Option<(Made, usize)> {
        let (result, bytes) = self.ordered.recv().ok()?;
        let failed = || Made::Records { records: vec![Err(crashed(None))], short_chunks: 0 };
        Some((result.recv().unwrap_or_else(|_| failed()), bytes))
    }

    /// Gives back the bytes of a result.
    pub(super) fn used_up(&self, bytes: usize) {
        self.budget.give(bytes);
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.budget.close();
    }
}

fn spawn(run: impl FnOnce() + Send + 'static) {
    thread::Builder::new().name("ragstill-read".to_owned()).spawn(run).expect("threads can be started");
}

fn give_out(shared: &Shared, budget: &Budget, jobs: &Sender<Job>, results: &Sender<(Receiver<Made>, usize)>) {
    let give = |work, bytes| {
        let Some(bytes) = budget.take(bytes) else { return false };
        let (sender, receiver) = sync_channel(1);
        results.send((receiver, bytes)).is_ok() && jobs.send((work, sender)).is_ok()
    };
    if catch_unwind(AssertUnwindSafe(|| feed(shared, give))).is_err() {
        // The rest of the input must not be taken for read.
        give(Work::Failed(crashed(None)), 0);
    }
}

/// The fault of something that made us panic.
pub(super) fn crashed(place: Option<Place>) -> Fault {
    let message =
        "made its reader crash, which is a defect of ragstill; please report it, and leave the file out";
    Fault::new(ErrorKind::Broken, place, message)
}

fn work(shared: &Shared, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((work, result)) = job else { return };
        let place = work.origin().map(|origin| Place::file(shared.origins[origin].file()));
        let made = catch_unwind(AssertUnwindSafe(|| make(shared, work)))
            .unwrap_or_else(|_| make(shared, Work::Failed(crashed(place))));
        // Nobody may be waiting any more.
        let _ = result.send(made);
    }
}
