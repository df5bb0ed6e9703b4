//! Sends a failed request again, when that can help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Breaker;
use crate::chat::{Answer, Ask, Teacher};
use crate::error::{Error, Kind, Result, Status};
use crate::stop::Stop;
use crate::telemetry::Telemetry;

/// How often and how patiently requests are sent again.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// How often a request is sent, the first time included. Being told to slow down does not count.
    pub max_attempts: u32,
    /// The wait after the first failure; it doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait that we choose.
    pub longest_delay: Duration,
    /// How long a request may be told to slow down before the run stops.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 6,
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
            patience: Duration::from_secs(900),
        }
    }
}

impl RetryPolicy {
    /// How often a request that fails this way is sent.
    fn attempts(&self, kind: Kind, ever_succeeded: bool) -> u32 {
        match kind {
            // Nothing has ever answered there: more likely a wrong address than a server that restarts.
            Kind::Unreachable if !ever_succeeded => self.max_attempts.min(3),
            // A request that took too long will most likely do so again, and each attempt may be charged.
            Kind::Timeout => self.max_attempts.min(3),
            _ => self.max_attempts,
        }
    }

    /// The wait after this many failures (from 1): exponential, with jitter from half to the whole, so that requests
    /// that failed together do not come back together.
    fn delay(&self, failures: u32) -> Duration {
        let whole = self.first_delay.saturating_mul(1_u32 << (failures - 1).min(16)).min(self.longest_delay);
        whole.mul_f64(rand::random_range(0.5..1.0))
    }
}

/// Retries what [`Error::status`] calls temporary. It stands outside the permit, so a request that waits to be sent
/// again keeps no other from being sent.
#[derive(Debug)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    breaker: Arc<Breaker>,
    telemetry: Arc<Telemetry>,
    stop: Stop,
}

impl<T> Retry<T> {
    /// Retries requests to `inner`.
    pub fn new(
        inner: T,
        policy: RetryPolicy,
        breaker: Arc<Breaker>,
        telemetry: Arc<Telemetry>,
        stop: Stop,
    ) -> Self {
        Self { inner, policy, breaker, telemetry, stop }
    }

    /// Does something with `inner`, again and again while that can help.
    ///
    /// # Errors
    /// The last one, when it is permanent or the attempts are used up; [`Kind::Down`] when the breaker says so.
    pub async fn repeat<'a, A, F>(&'a self, mut attempt: impl FnMut(&'a T) -> F + Send) -> Result<A>
    where
        F: Future<Output = Result<A>> + Send,
        T: Sync,
    {
        let mut progress = Progress::default();
        loop {
            match attempt(&self.inner).await {
                Ok(answer) => {
                    self.breaker.succeeded();
                    return Ok(answer);
                }
                Err(error) => {
                    let delay = self.next_delay(error, &mut progress)?;
                    tokio::select! {
                        () = tokio::time::sleep(delay) => self.telemetry.retried(),
                        () = self.stop.stopped() => {
                            return Err(Error::new(Kind::Stopped, "the run is stopping; the request was not sent again"));
                        }
                    }
                }
            }
        }
    }

    fn next_delay(&self, error: Error, progress: &mut Progress) -> Result<Duration> {
        if error.status() == Status::Permanent {
            return Err(error);
        }
        let delay = if error.kind == Kind::RateLimited {
            progress.throttles += 1;
            let waited = progress.throttled_since.get_or_insert_with(Instant::now).elapsed();
            let delay = error.retry_after.unwrap_or_else(|| self.policy.delay(progress.throttles));
            if waited + delay > self.policy.patience {
                let (server, kept) = self.breaker.words();
                return Err(Error {
                    kind: Kind::Down,
                    context: format!(
                        "the {server} has been asking to slow down for {} s and asks for {} s more ({}); {kept}run the same command again later, or with a lower --concurrency",
                        waited.as_secs(),
                        delay.as_secs(),
                        error.context
                    ),
                    ..error
                });
            }
            delay
        } else {
            progress.failures += 1;
            let now = Instant::now();
            let first = *progress.first.get_or_insert((error.sent.unwrap_or(now), now));
            progress.throttled_since = None;
            let attempts = self.policy.attempts(error.kind, self.breaker.ever_succeeded());
            if progress.failures >= attempts {
                let context = format!("{} (sent {} times)", error.context, progress.failures);
                let error = Error { context, ..error };
                let since = telling_since(error.kind, first);
                return Err(self.breaker.exhausted(error, since, progress.failures));
            }
            error.retry_after.unwrap_or_else(|| self.policy.delay(progress.failures))
        };
        // A little more than the server asks for, so that those it sends away together do not return together.
        Ok(match error.retry_after {
            Some(_) => delay + self.policy.first_delay.mul_f64(rand::random_range(0.0..0.5)),
            None => delay,
        })
    }
}

/// The moment from which on the success of another request tells that the teacher is well and this one is the trouble,
/// by when its first attempt was sent and when that failed.
///
/// When it was first asked for tells nothing: all that waits in a long queue was asked for before the last success. For
/// what fails soon it is its failure, and a little later, because what was in flight with it arrives until then. What
/// fails by taking too long does so long after all others are done.
fn telling_since(kind: Kind, (sent, failed): (Instant, Instant)) -> Instant {
    match kind {
        Kind::Timeout => sent,
        _ => failed + (failed.elapsed() / 2).min(AFTERMATH),
    }
}

/// How long after a teacher went down answers may still arrive that it gave before.
const AFTERMATH: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Progress {
    /// When the first attempt was sent, and when it failed.
    first: Option<(Instant, Instant)>,
    failures: u32,
    throttles: u32,
    throttled_since: Option<Instant>,
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Retry<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        self.repeat(|inner| inner.ask(ask)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::{Retry, RetryPolicy, telling_since};
    use crate::chat::{Answer, Ask, Teacher};
    use crate::error::{Error, Kind, Result};
    use crate::layers::Breaker;
    use crate::stop::Stop;
    use crate::testing::{Script, answer, ask};

    fn retry<F>(script: F, stop: Stop) -> Retry<Arc<Script<F>>>
    where
        F: Fn(&Ask, usize) -> Result<Answer> + Send + Sync,
    {
        let breaker = Arc::new(Breaker::default());
        Retry::new(Arc::new(Script::new(script)), RetryPolicy::default(), breaker, Arc::default(), stop)
    }

    fn failing(kind: Kind) -> impl Fn(&Ask, usize) -> Result<Answer> + Send + Sync {
        move |_, _| Err(Error::new(kind, "boom"))
    }

    #[tokio::test(start_paused = true)]
    async fn temporary_errors_are_tried_again() {
        for kind in [Kind::Connection, Kind::Server, Kind::Malformed, Kind::RateLimited, Kind::Unreachable] {
            let retry = retry(
                move |_, call| if call < 2 { Err(Error::new(kind, "boom")) } else { Ok(answer("a")) },
                Stop::default(),
            );
            assert_eq!(retry.ask(&ask("q")).await.unwrap().text, "a", "{kind:?}");
            assert_eq!(retry.inner.calls(), 3);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn permanent_errors_are_not() {
        for kind in [
            Kind::BadRequest,
            Kind::Unauthorized,
            Kind::NotFound,
            Kind::QuotaExhausted,
            Kind::Budget,
            Kind::TooLarge,
        ] {
            let retry = retry(failing(kind), Stop::default());
            assert_eq!(retry.ask(&ask("q")).await.unwrap_err().kind, kind);
            assert_eq!(retry.inner.calls(), 1, "{kind:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_end() {
        let many = retry(failing(Kind::Server), Stop::default());
        let error = many.ask(&ask("q")).await.unwrap_err();
        assert!(error.context.contains("sent 6 times"), "{error}");
        assert_eq!(many.inner.calls(), 6);
        let unreachable = retry(failing(Kind::Unreachable), Stop::default());
        assert_eq!(unreachable.ask(&ask("q")).await.unwrap_err().kind, Kind::Down);
        assert_eq!(unreachable.inner.calls(), 3);
    }

    #[test]
    fn what_tells_a_bad_request_from_a_bad_teacher() {
        let sent = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        let failed = sent + Duration::from_secs(20);
        assert_eq!(telling_since(Kind::Timeout, (sent, failed)), sent);
        assert_eq!(telling_since(Kind::Server, (sent, failed)), failed + Duration::from_secs(1));
        // Within a short time it is half of it.
        let failed = Instant::now();
        assert!(telling_since(Kind::Server, (failed, failed)) <= Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_the_server_asks_for_is_kept() {
        let retry = retry(
            |_, call| {
                let mut error = Error::new(Kind::RateLimited, "slow down");
                error.retry_after = Some(Duration::from_secs(20));
                if call < 9 { Err(error) } else { Ok(answer("a")) }
            },
            Stop::default(),
        );
        let start = tokio::time::Instant::now();
        // Nine refusals are more than `max_attempts`: being told to slow down does not count.
        retry.ask(&ask("q")).await.unwrap();
        let waited = start.elapsed().as_secs_f64();
        assert!((180.0..183.0).contains(&waited), "{waited}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_all_patience_stops_the_run() {
        let retry = retry(
            |_, _| {
                let mut error = Error::new(Kind::RateLimited, "daily limit");
                error.retry_after = Some(Duration::from_secs(36_000));
                Err(error)
            },
            Stop::default(),
        );
        let error = retry.ask(&ask("q")).await.unwrap_err();
        assert_eq!((error.kind, retry.inner.calls()), (Kind::Down, 1));
        assert!(error.context.contains("36000 s"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_the_wait() {
        let stop = Stop::default();
        let retry = retry(failing(Kind::Server), stop.clone());
        let asking = tokio::spawn(async move { retry.ask(&ask("q")).await });
        tokio::time::sleep(Duration::from_millis(1)).await;
        stop.stop();
        assert_eq!(asking.await.unwrap().unwrap_err().kind, Kind::Stopped);
    }
}
