//! The queries that wait.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::{Part, Shape};
use crate::http::Refusal;

/// Queries of one request, searched together.
#[derive(Debug)]
pub(super) struct Job {
    pub queries: Vec<String>,
    pub k: usize,
    pub shape: Shape,
    pub reply: oneshot::Sender<Result<Part, Refusal>>,
}

/// How many single queries may go before a piece of a long request that waits: about as many as such a piece has.
const TURN: usize = super::threads::PIECE;

/// The queue: single queries, and pieces of requests that have many. A long request does not hold up short ones, and many
/// short ones do not hold up a long one: while both wait, each gets half.
#[derive(Debug, Default)]
pub(super) struct Queue {
    single: VecDeque<Job>,
    pieces: VecDeque<Job>,
    /// Queries that wait.
    queries: usize,
    /// Single queries taken since the last piece.
    taken: usize,
    /// Whether the threads are to end.
    pub closed: bool,
}

impl Queue {
    /// Queries that wait.
    pub(super) fn len(&self) -> usize {
        self.queries
    }

    pub(super) fn push(&mut self, job: Job) {
        self.queries += job.queries.len();
        if job.queries.len() == 1 { self.single.push_back(job) } else { self.pieces.push_back(job) }
    }

    /// The next to be searched, and with a single query up to `batch` that ask for as many passages and wait with it. Jobs
    /// whose askers have gone away are dropped.
    pub(super) fn pop(&mut self, batch: usize) -> Vec<Job> {
        let mut jobs = Vec::new();
        while jobs.is_empty() {
            let is_turn = self.taken >= TURN || self.single.is_empty();
            if is_turn && let Some(job) = self.pieces.pop_front() {
                self.taken = 0;
                self.take(job, &mut jobs);
                continue;
            }
            let Some(job) = self.single.pop_front() else { break };
            let k = job.k;
            self.take(job, &mut jobs);
            while jobs.len() < batch
                && self.single.front().is_some_and(|job| job.k == k)
                && let Some(job) = self.single.pop_front()
            {
                self.take(job, &mut jobs);
            }
            self.taken += jobs.len();
        }
        jobs
    }

    fn take(&mut self, job: Job, jobs: &mut Vec<Job>) {
        self.queries -= job.queries.len();
        if !job.reply.is_closed() {
            jobs.push(job);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::{Job, Queue, TURN};
    use crate::search::Shape;

    type Waiting = oneshot::Receiver<Result<super::Part, super::Refusal>>;

    fn job(queries: usize, k: usize) -> (Job, Waiting) {
        let (reply, waiting) = oneshot::channel();
        (Job { queries: vec!["q".to_owned(); queries], k, shape: Shape::Documents, reply }, waiting)
    }

    #[test]
    fn neither_single_queries_nor_long_requests_hold_up_the_other() {
        let mut queue = Queue::default();
        let mut waiting = Vec::new();
        for queries in std::iter::repeat_n(1, 3 * TURN).chain([5, 5, 5, 5]) {
            let (job, reply) = job(queries, 1);
            queue.push(job);
            waiting.push(reply);
        }
        assert_eq!(queue.len(), 3 * TURN + 20);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(1).pop()).map(|job| job.queries.len()).collect();
        let at: Vec<_> = (0..order.len()).filter(|at| order[*at] == 5).collect();
        assert_eq!(at, [TURN, 2 * TURN + 1, 3 * TURN + 2, 3 * TURN + 3]);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn queries_that_wait_for_as_many_passages_go_together() {
        let mut queue = Queue::default();
        let waiting: Vec<_> = [3, 3, 3, 5, 3]
            .into_iter()
            .map(|k| {
                let (job, reply) = job(1, k);
                queue.push(job);
                reply
            })
            .collect();
        let sizes: Vec<_> = std::iter::from_fn(|| Some(queue.pop(2)).filter(|jobs| !jobs.is_empty()))
            .map(|jobs| jobs.len())
            .collect();
        assert_eq!(sizes, [2, 1, 1, 1]);
        drop(waiting);
    }

    #[test]
    fn nobody_searches_for_who_has_gone_away() {
        let mut queue = Queue::default();
        for _ in 0..3 {
            queue.push(job(1, 1).0);
            queue.push(job(4, 1).0);
        }
        let (last, waiting) = job(1, 9);
        queue.push(last);
        assert_eq!(queue.pop(1)[0].k, 9);
        assert!(queue.pop(1).is_empty());
        assert_eq!(queue.len(), 0);
        drop(waiting);
    }
}
