//! When to slow down the whole: only when throttling persists.

use std::time::Duration;

use tokio::time::Instant;

/// How much one outcome weighs in the running share of throttled requests: a memory of some twenty requests.
const WEIGHT: f64 = 0.05;
/// The share of throttled requests above which the limit is cut.
const CUT_ABOVE: f64 = 0.5;
/// The share below which it grows again.
const GROW_BELOW: f64 = 0.2;
/// What a cut leaves.
const CUT_TO: f64 = 0.75;
/// The least time between cuts, so that one wave of refusals is one cut.
const BETWEEN_CUTS: Duration = Duration::from_secs(1);

/// Decides how many requests may be in flight.
///
/// An isolated 429 says that one request came at a bad moment; only its own pause is needed. Cutting concurrency on
/// each of them (multiplicative decrease on every 429) collapses: at 5 % random 429s, each cut halving, the limit
/// falls to a few however many the server could take. So the limit is cut, gently, only while more than half of the
/// recent requests are throttled, and grows by a twentieth a round when they are not.
#[derive(Debug)]
pub struct Throttle {
    most: usize,
    limit: usize,
    share: f64,
    last_cut: Option<Instant>,
    credit: f64,
}

impl Throttle {
    /// Starts with, and never exceeds, `most` requests in flight.
    pub fn new(most: usize) -> Self {
        Self { most, limit: most, share: 0.0, last_cut: None, credit: 0.0 }
    }

    /// How many requests may be in flight now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Notes one outcome; returns the limit from now on.
    pub fn note(&mut self, throttled: bool, now: Instant) -> usize {
        self.share += WEIGHT * (f64::from(u8::from(throttled)) - self.share);
        if throttled {
            self.credit = 0.0;
            let rested = self.last_cut.is_none_or(|last| now.duration_since(last) >= BETWEEN_CUTS);
            if self.share > CUT_ABOVE && rested {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    clippy::cast_precision_loss,
                    reason = "limits are at most 10,000"
                )]
                let cut = (self.limit as f64 * CUT_TO) as usize;
                self.limit = cut.max(1);
                self.last_cut = Some(now);
            }
        } else if self.limit < self.most && self.share < GROW_BELOW {
            #[expect(clippy::cast_precision_loss, reason = "limits are at most 10,000")]
            let step = (1.0 / self.limit as f64).max(0.05);
            self.credit += step;
            if self.credit >= 1.0 {
                self.credit -= 1.0;
                self.limit += 1;
            }
        }
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Throttle;

    #[test]
    fn isolated_refusals_change_nothing() {
        let mut throttle = Throttle::new(100);
        let mut now = Instant::now();
        for n in 0..10_000_u32 {
            now += Duration::from_millis(3);
            // A spread-out 5 %: a multiplicative hash stands in for chance.
            throttle.note(n.wrapping_mul(2_654_435_761) < u32::MAX / 20, now);
        }
        assert_eq!(throttle.limit(), 100);
    }

    #[test]
    fn persistent_refusals_cut_gently_and_it_recovers() {
        let mut throttle = Throttle::new(100);
        let mut now = Instant::now();
        for _ in 0..500 {
            now += Duration::from_millis(10);
            throttle.note(true, now);
        }
        let cut = throttle.limit();
        assert!((20..=60).contains(&cut), "{cut}");
        for _ in 0..5_000 {
            throttle.note(false, now);
        }
        assert_eq!(throttle.limit(), 100);
    }
}
