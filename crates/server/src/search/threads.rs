//! The threads that search.
//!
//! They are not the runtime's: a search may take as long as an embedding does, and what waits for it must not keep
//! `/health` from being answered. Each writes what it found, too, so that the runtime's threads only move bytes.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use ragstill_retrieve::Collection;
use tokio::sync::oneshot;

use super::part::unanswered;
use super::queue::{Job, Queue};
use super::{Part, Shape};
use crate::config::ServerConfig;
use crate::http::{Refusal, Refused};

/// Queries of a long request that one thread searches together.
pub(super) const PIECE: usize = 32;

/// The threads that search, and the queue before them. They end when this is dropped.
pub(crate) struct Searches {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    collection: Arc<Collection>,
    queue: Mutex<Queue>,
    ready: Condvar,
    busy: AtomicUsize,
    searched: AtomicU64,
    max_queued: usize,
    max_response: usize,
    batch: usize,
}

impl Searches {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives none.
    pub(crate) fn start(collection: Arc<Collection>, config: &ServerConfig) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            collection,
            queue: Mutex::default(),
            ready: Condvar::new(),
            busy: AtomicUsize::new(0),
            searched: AtomicU64::new(0),
            max_queued: config.max_queued,
            max_response: config.max_response,
            batch: config.batch,
        });
        let mut searches = Self { shared: Arc::clone(&shared), threads: Vec::new() };
        for number in 0..config.threads() {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("search-{number}"));
            // Those that were started end with `searches` when this one is not.
            searches.threads.push(thread.spawn(move || shared.work())?);
        }
        Ok(searches)
    }

    /// What is found for these queries, in their order.
    ///
    /// # Errors
    /// 503 when too many wait already or an embedding cannot be had for now, 413 when too much was found.
    pub(crate) async fn search(&self, queries: Vec<String>, k: usize, shape: Shape) -> Result<Part, Refusal> {
        let replies = self.queue(queries, k, shape)?;
        let mut found = Part::default();
        for reply in replies {
            // A thread that drops it has come upon a fault in the program.
            let part = reply.await.map_err(|_| Refusal::internal())??;
            found.append(part, self.shared.max_response)?;
        }
        Ok(found)
    }

    fn queue(
        &self,
        mut queries: Vec<String>,
        k: usize,
        shape: Shape,
    ) -> Result<Vec<oneshot::Receiver<Result<Part, Refusal>>>, Refusal> {
        let mut replies = Vec::with_capacity(queries.len().div_ceil(PIECE));
        let mut queue = self.shared.queue.lock();
        if queue.len() + queries.len() > self.shared.max_queued {
            let detail = "Too many queries are waiting; try again in a second";
            return Err(Refusal::busy(Refused::Queue, detail));
        }
        while !queries.is_empty() {
            let rest = queries.split_off(queries.len().min(PIECE));
            let (reply, waiting) = oneshot::channel();
            queue.push(Job { queries, k, shape, reply });
            replies.push(waiting);
            queries = rest;
        }
        drop(queue);
        for _ in &replies {
            self.shared.ready.notify_one();
        }
        Ok(replies)
    }

    /// What is searched.
    pub(crate) fn collection(&self) -> &Collection {
        &self.shared.collection
    }

    /// Number of threads.
    pub(crate) fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Number of threads that are searching.
    pub(crate) fn busy(&self) -> usize {
        self.shared.busy.load(Ordering::Relaxed)
    }

    /// Queries that wait.
    pub(crate) fn queued(&self) -> usize {
        self.shared.queue.lock().len()
    }

    /// Queries searched so far.
    pub(crate) fn searched(&self) -> u64 {
        self.shared.searched.load(Ordering::Relaxed)
    }
}

impl Drop for Searches {
    fn drop(&mut self) {
        self.shared.queue.lock().closed = true;
        self.shared.ready.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Searches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searches")
            .field("collection", &self.shared.collection)
            .field("threads", &self.threads.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// A thread's work, until the queue is closed.
    fn work(&self) {
        while let Some(jobs) = self.next() {
            self.busy.fetch_add(1, Ordering::Relaxed);
            // A fault costs the requests that met it, which get 500, and not the thread.
            let _ = catch_unwind(AssertUnwindSafe(|| self.answer(jobs)));
            self.busy.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.queue.lock();
        loop {
            if queue.closed {
                return None;
            }
            let jobs = queue.pop(self.batch);
            if !jobs.is_empty() {
                return Some(jobs);
            }
            self.ready.wait(&mut queue);
        }
    }

    /// Searches for jobs that ask for equally many passages.
    fn answer(&self, jobs: Vec<Job>) {
        let k = jobs.first().map_or(0, |job| job.k);
        let queries: Vec<&str> = jobs.iter().flat_map(|job| &job.queries).map(String::as_str).collect();
        let retriever = self.collection.retriever();
        let found = match queries.as_slice() {
            // Most requests: no other thread is needed for it.
            [query] => retriever.search(query, k, &|_| false).map(|hits| vec![hits]),
            queries => retriever.search_batch(queries, k, &|_, _| false),
        };
        self.searched.fetch_add(queries.len() as u64, Ordering::Relaxed);
        let mut found = match found {
            Ok(found) => found.into_iter(),
            Err(error) => {
                for job in jobs {
                    // Whoever has gone away does not miss it.
                    let _ = job.reply.send(Err(unanswered(&error)));
                }
                return;
            }
        };
        for job in jobs {
            let mut part = Part::default();
            // All of a job's are taken, also when they are too many to be sent.
            let of_job: Vec<_> = found.by_ref().take(job.queries.len()).collect();
            let written = of_job
                .iter()
                .try_for_each(|hits| part.push(&self.collection, hits, job.shape, self.max_response));
            let _ = job.reply.send(written.map(|()| part));
        }
    }
}
