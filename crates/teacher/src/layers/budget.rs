//! The hard limit on what a run may cost.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::chat::{Answer, Ask, Teacher};
use crate::config::Price;
use crate::error::{Error, Kind, Result};

/// What a run may spend, shared by all of its teachers.
#[derive(Debug)]
pub struct Purse {
    limit: f64,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    spent: f64,
    reserved: f64,
    outstanding: usize,
}

impl Purse {
    /// A purse of `limit` US dollars of which `spent` are gone already.
    pub fn new(limit: f64, spent: f64) -> Self {
        Self {
            limit,
            state: Mutex::new(State { spent, reserved: 0.0, outstanding: 0 }),
            changed: Notify::new(),
        }
    }

    /// US dollars spent so far.
    pub fn spent(&self) -> f64 {
        self.state.lock().spent
    }

    /// Sets `worst` dollars aside, waiting for others to settle when that could make room.
    async fn reserve(&self, worst: f64) -> Result<Reservation<'_>> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no settlement between the look and the wait is missed.
            changed.as_mut().enable();
            {
                let mut state = self.state.lock();
                if state.spent + state.reserved + worst <= self.limit {
                    state.reserved += worst;
                    state.outstanding += 1;
                    return Ok(Reservation { purse: self, worst, settled: false });
                }
                if state.outstanding == 0 {
                    return Err(Error::new(
                        Kind::Budget,
                        format!(
                            "the budget of ${:.4} is reached: ${:.4} spent on this directory's answers, and the next request could cost ${worst:.4}; every answer is stored; a higher --max-cost goes on from here",
                            self.limit, state.spent
                        ),
                    ));
                }
            }
            changed.await;
        }
    }
}

struct Reservation<'a> {
    purse: &'a Purse,
    worst: f64,
    settled: bool,
}

impl Reservation<'_> {
    fn settle(mut self, cost: f64) {
        self.release(cost);
        self.settled = true;
    }

    fn release(&self, cost: f64) {
        let mut state = self.purse.state.lock();
        state.reserved -= self.worst;
        state.spent += cost;
        state.outstanding -= 1;
        if state.outstanding == 0 {
            // Sums of differences drift; nothing outstanding is nothing reserved.
            state.reserved = 0.0;
        }
        drop(state);
        self.purse.changed.notify_waiters();
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if !self.settled {
            // Given up while on its way: it may be charged in full.
            self.release(self.worst);
        }
    }
}

/// Lets a request pass only when the purse can pay for the worst it can cost: each byte of the prompt a token, and
/// `max_tokens` of answer. A failed request that may have been charged counts at its worst.
#[derive(Debug)]
pub struct Budget<T> {
    inner: T,
    purse: Option<Arc<Purse>>,
    price: Option<Price>,
}

impl<T> Budget<T> {
    /// Pays for requests to `inner` out of the purse, at this price; without a purse everything passes.
    pub fn new(inner: T, purse: Option<Arc<Purse>>, price: Option<Price>) -> Self {
        Self { inner, purse, price }
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Budget<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let (Some(purse), Some(price)) = (&self.purse, self.price) else { return self.inner.ask(ask).await };
        let Some(max_tokens) = ask.sampling.max_tokens else {
            return Err(Error::new(
                Kind::Config,
                format!(
                    "prompt `{}` has no `max_tokens`, so what it can cost has no limit; set it in the teacher's `sampling` to use --max-cost",
                    ask.prompt
                ),
            ));
        };
        let worst = price.cost(ask.prompt_tokens_at_most(), u64::from(max_tokens));
        let reservation = purse.reserve(worst).await?;
        let result = self.inner.ask(ask).await;
        reservation.settle(match &result {
            Ok(answer) => price.cost(answer.usage.prompt_tokens, answer.usage.completion_tokens),
            Err(error) if error.may_be_charged() => worst,
            Err(_) => 0.0,
        });
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Budget, Purse};
    use crate::chat::{Answer, Ask, Teacher};
    use crate::config::Price;
    use crate::error::{Error, Kind, Result};
    use crate::testing::{Script, answer, ask};

    const PRICE: Price = Price { input: 1000.0, output: 1000.0 };

    struct Slow;

    #[async_trait::async_trait]
    impl Teacher for Slow {
        async fn ask(&self, _: &Ask) -> Result<Answer> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(answer("a"))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_is_never_passed_and_is_used() {
        // Each answer costs 15 tokens at 0.001 dollars: 0.015; its worst is (1 + 32 + 100) tokens: 0.133.
        let purse = Arc::new(Purse::new(1.0, 0.0));
        let budget = Arc::new(Budget::new(Slow, Some(Arc::clone(&purse)), Some(PRICE)));
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let budget = Arc::clone(&budget);
                tokio::spawn(async move { budget.ask(&ask("q")).await })
            })
            .collect();
        let mut answered = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => answered += 1,
                Err(error) => assert_eq!(error.kind, Kind::Budget),
            }
        }
        assert!(purse.spent() <= 1.0);
        // It ends within one worst case of the limit, not at the first moment when reservations fill it.
        assert!(purse.spent() > 1.0 - 0.133 - 0.015, "{}", purse.spent());
        assert!((purse.spent() - f64::from(answered) * 0.015).abs() < 1e-9);
    }

    #[tokio::test]
    async fn failures_count_when_they_may_be_charged() {
        for (kind, cost) in [(Kind::Timeout, 0.133), (Kind::Unreachable, 0.0), (Kind::RateLimited, 0.0)] {
            let purse = Arc::new(Purse::new(1.0, 0.0));
            let script = Script::new(move |_: &Ask, _| Err(Error::new(kind, "boom")));
            let budget = Budget::new(script, Some(Arc::clone(&purse)), Some(PRICE));
            budget.ask(&ask("q")).await.unwrap_err();
            assert!((purse.spent() - cost).abs() < 1e-9, "{kind:?}: {}", purse.spent());
        }
    }

    #[tokio::test]
    async fn a_request_without_a_limit_cannot_be_budgeted() {
        let budget = Budget::new(Slow, Some(Arc::new(Purse::new(1.0, 0.0))), Some(PRICE));
        let mut endless = ask("q");
        endless.sampling.max_tokens = None;
        assert_eq!(budget.ask(&endless).await.unwrap_err().kind, Kind::Config);
    }
}
