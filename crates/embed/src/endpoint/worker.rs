//! A thread with a runtime of its own, so that whoever has none, or is in one, can wait for requests.

use std::pin::Pin;
use std::sync::mpsc;

use ragstill_retrieve::EmbedError;
use tokio::sync::mpsc::UnboundedSender;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The thread. It ends when this is dropped and what it was given is done.
///
/// Waiting here never keeps the runtime that the waiter may be in from answering: the requests do not run there.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: UnboundedSender<Job>,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self, EmbedError> {
        let failed = |error: std::io::Error| {
            EmbedError::permanent(format!("no thread for requests can be started: {error}"))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (jobs, mut waiting) = tokio::sync::mpsc::unbounded_channel::<Job>();
        std::thread::Builder::new()
            .name("embeddings".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    while let Some(job) = waiting.recv().await {
                        tokio::spawn(job);
                    }
                });
            })
            .map_err(failed)?;
        Ok(Self { jobs })
    }

    /// Does this on the thread and waits until it is done.
    pub(super) fn wait_for<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, EmbedError> {
        let lost = || EmbedError::temporary("the thread that sends requests has ended");
        let (done, result) = mpsc::sync_channel(1);
        let job: Job = Box::pin(async move {
            // Nobody is waiting any more only if that thread has panicked.
            let _ = done.send(work.await);
        });
        self.jobs.send(job).map_err(|_| lost())?;
        result.recv().map_err(|_| lost())
    }
}

#[cfg(test)]
mod tests {
    use super::Worker;

    #[tokio::test]
    async fn it_can_be_waited_for_within_a_runtime() {
        let worker = Worker::start().unwrap();
        let waited = worker.wait_for(async {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            7
        });
        assert_eq!(waited.unwrap(), 7);
        drop(worker);
    }

    #[test]
    fn a_job_that_panics_is_an_error() {
        let worker = Worker::start().unwrap();
        let failed = worker.wait_for(async { assert!(std::hint::black_box(false), "boom") });
        assert!(failed.is_err());
        assert_eq!(worker.wait_for(async { 1 }).unwrap(), 1);
    }
}
