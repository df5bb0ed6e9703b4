//! How many requests are in flight, and when the next may go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::{Pace, Throttle};
use crate::chat::{Answer, Ask, Teacher};
use crate::error::{Error, Kind, Result, Scope};
use crate::stop::Stop;
use crate::telemetry::Telemetry;

/// The gate of one teacher: permits, limits a minute, pauses.
#[derive(Debug)]
pub struct Gate {
    permits: Semaphore,
    /// Permits that are out and must not come back, because the limit was cut.
    excess: AtomicUsize,
    throttle: Mutex<Throttle>,
    requests: Option<Pace>,
    tokens: Option<Pace>,
    /// The running mean of tokens an answer has, once there are answers.
    mean_answer: Mutex<Option<f64>>,
    paused_until: Mutex<Option<Instant>>,
    stop: Stop,
}

impl Gate {
    /// A gate that lets `concurrency` requests be in flight, and no more than these amounts pass a minute.
    pub fn new(
        concurrency: usize,
        requests_per_minute: Option<u32>,
        tokens_per_minute: Option<u32>,
        stop: Stop,
    ) -> Self {
        Self {
            permits: Semaphore::new(concurrency),
            excess: AtomicUsize::new(0),
            throttle: Mutex::new(Throttle::new(concurrency)),
            requests: requests_per_minute.map(Pace::per_minute),
            tokens: tokens_per_minute.map(Pace::per_minute),
            mean_answer: Mutex::new(None),
            paused_until: Mutex::new(None),
            stop,
        }
    }

    /// Sends nothing until then: the server has said that its limit is used up.
    pub fn pause_until(&self, until: Instant) {
        let mut paused = self.paused_until.lock();
        if paused.is_none_or(|already| already < until) {
            *paused = Some(until);
        }
    }

    /// How many requests may be in flight now.
    pub fn limit(&self) -> usize {
        self.throttle.lock().limit()
    }

    async fn enter(&self, ask: &Ask) -> Result<GatePermit<'_>> {
        let entered = tokio::select! {
            biased;
            () = self.stop.stopped() => None,
            permit = self.wait(ask) => permit,
        };
        entered.ok_or_else(|| Error::new(Kind::Stopped, "the run is stopping; the request was not sent"))
    }

    async fn wait(&self, ask: &Ask) -> Option<GatePermit<'_>> {
        // The semaphore is never closed.
        let permit = GatePermit { gate: self, permit: Some(self.permits.acquire().await.ok()?) };
        loop {
            let paused = *self.paused_until.lock();
            match paused.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => break,
            }
        }
        if let Some(requests) = &self.requests {
            requests.take(1).await;
        }
        if let Some(tokens) = &self.tokens {
            tokens.take(ask.prompt_tokens_estimated() + self.expected_answer(ask)).await;
        }
        Some(permit)
    }

    fn expected_answer(&self, ask: &Ask) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of token counts")]
        let mean = self.mean_answer.lock().map(|mean| mean.ceil() as u64);
        mean.unwrap_or_else(|| u64::from(ask.expected_tokens))
    }

    fn note(&self, result: &Result<Answer>) {
        if let Ok(answer) = result {
            #[expect(clippy::cast_precision_loss, reason = "token counts stay far below 2^53")]
            let tokens = answer.usage.completion_tokens as f64;
            let mut mean = self.mean_answer.lock();
            *mean = Some(mean.map_or(tokens, |mean| mean + 0.05 * (tokens - mean)));
        }
        let throttled = matches!(result, Err(error) if error.kind == Kind::RateLimited);
        let mut throttle = self.throttle.lock();
        let before = throttle.limit();
        let after = throttle.note(throttled, Instant::now());
        if after < before {
            let taken = self.permits.forget_permits(before - after);
            self.excess.fetch_add(before - after - taken, Ordering::Relaxed);
        } else if after > before && !self.drop_excess() {
            self.permits.add_permits(after - before);
        }
    }

    fn drop_excess(&self) -> bool {
        self.excess.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |excess| excess.checked_sub(1)).is_ok()
    }
}

struct GatePermit<'a> {
    gate: &'a Gate,
    permit: Option<SemaphorePermit<'a>>,
}

impl Drop for GatePermit<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.gate.drop_excess()
        {
            permit.forget();
        }
    }
}

/// Holds a permit of the gate while a request is in flight.
#[derive(Debug)]
pub struct Permit<T> {
    inner: T,
    gate: Arc<Gate>,
    telemetry: Arc<Telemetry>,
}

impl<T> Permit<T> {
    /// Lets requests to `inner` through this gate.
    pub fn new(inner: T, gate: Arc<Gate>, telemetry: Arc<Telemetry>) -> Self {
        Self { inner, gate, telemetry }
    }
}

struct Counted<'a>(&'a Telemetry);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.ended();
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Permit<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let permit = self.gate.enter(ask).await?;
        self.telemetry.began();
        let counted = Counted(&self.telemetry);
        let sent = std::time::Instant::now();
        let result = self.inner.ask(ask).await.map_err(|error| Error { sent: Some(sent), ..error });
        drop(counted);
        if matches!(&result, Err(error) if error.scope() == Scope::Run) {
            // Before the permit goes to the next: every other request would fail the same way.
            self.gate.stop.stop();
        }
        self.gate.note(&result);
        drop(permit);
        if matches!(&result, Err(error) if error.kind == Kind::RateLimited) {
            self.telemetry.throttled();
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{Gate, Permit};
    use crate::chat::{Answer, Ask, Teacher};
    use crate::error::{Error, Kind, Result};
    use crate::stop::Stop;
    use crate::testing::{answer, ask};

    /// Takes a second for each answer and remembers the most it answered at once.
    #[derive(Default)]
    struct Slow {
        now: AtomicUsize,
        most: AtomicUsize,
        fails: Option<Kind>,
    }

    #[async_trait::async_trait]
    impl Teacher for Slow {
        async fn ask(&self, _: &Ask) -> Result<Answer> {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            self.fails.map_or_else(|| Ok(answer("a")), |kind| Err(Error::new(kind, "no")))
        }
    }

    async fn ask_many(permit: &Arc<Permit<Arc<Slow>>>, count: usize) -> Vec<Result<Answer>> {
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let permit = Arc::clone(permit);
                tokio::spawn(async move { permit.ask(&ask("q")).await })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    }

    fn layer(gate: Gate, refuse: bool) -> (Arc<Permit<Arc<Slow>>>, Arc<Slow>) {
        let fails = refuse.then_some(Kind::RateLimited);
        let slow = Arc::new(Slow { fails, ..Slow::default() });
        (Arc::new(Permit::new(Arc::clone(&slow), Arc::new(gate), Arc::default())), slow)
    }

    #[tokio::test(start_paused = true)]
    async fn never_more_than_the_limit_and_always_as_many_as_can_be() {
        let (permit, slow) = layer(Gate::new(4, None, None, Stop::default()), false);
        let start = tokio::time::Instant::now();
        assert!(ask_many(&permit, 20).await.iter().all(Result::is_ok));
        assert_eq!(slow.most.load(Ordering::SeqCst), 4);
        assert!((start.elapsed().as_secs_f64() - 5.0).abs() < 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_cut_while_permits_are_out_is_kept() {
        let (permit, slow) = layer(Gate::new(40, None, None, Stop::default()), true);
        ask_many(&permit, 400).await;
        let limit = permit.gate.limit();
        assert!(limit < 20, "{limit}");
        slow.most.store(0, Ordering::SeqCst);
        ask_many(&permit, 100).await;
        assert!(slow.most.load(Ordering::SeqCst) <= limit);
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_lets_requests_in_flight_finish_and_sends_no_other() {
        let stop = Stop::default();
        let (permit, _) = layer(Gate::new(2, None, None, stop.clone()), false);
        let asking = tokio::spawn(async move { ask_many(&permit, 6).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.stop();
        let results = asking.await.unwrap();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
        assert_eq!(
            results.iter().filter(|r| matches!(r, Err(error) if error.kind == Kind::Stopped)).count(),
            4
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_stops_the_run_lets_no_other_request_go() {
        let slow = Arc::new(Slow { fails: Some(Kind::Unauthorized), ..Slow::default() });
        let gate = Arc::new(Gate::new(3, None, None, Stop::default()));
        let permit = Arc::new(Permit::new(Arc::clone(&slow), gate, Arc::default()));
        let results = ask_many(&permit, 50).await;
        let of = |kind| results.iter().filter(|r| matches!(r, Err(error) if error.kind == kind)).count();
        assert_eq!((of(Kind::Unauthorized), of(Kind::Stopped)), (3, 47));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody() {
        let (permit, _) = layer(Gate::new(2, None, None, Stop::default()), false);
        let start = tokio::time::Instant::now();
        permit.gate.pause_until(start + Duration::from_secs(30));
        ask_many(&permit, 2).await;
        assert!((start.elapsed().as_secs_f64() - 31.0).abs() < 0.1);
    }
}
