//! Requests or tokens a minute, evenly spaced.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Spaces what passes so that no more than a given amount passes in a minute.
///
/// Everybody gets the next free moment, and the moment after it moves on by what they take. There is no burst at the
/// start: a token bucket that begins full lets twice the limit pass in the first minute, which servers that count
/// minutes answer with 429.
#[derive(Debug)]
pub struct Pace {
    per_minute: f64,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Lets at most this amount pass a minute.
    pub fn per_minute(amount: u32) -> Self {
        Self { per_minute: f64::from(amount.max(1)), next: Mutex::new(None) }
    }

    /// Takes this amount and waits until its moment.
    pub async fn take(&self, amount: u64) {
        let now = Instant::now();
        let at = {
            let mut next = self.next.lock();
            let at = next.map_or(now, |next| next.max(now));
            #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
            let seconds = amount as f64 * 60.0 / self.per_minute;
            *next = Some(at + Duration::from_secs_f64(seconds.min(86_400.0)));
            at
        };
        tokio::time::sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[tokio::test(start_paused = true)]
    async fn a_minute_holds_no_more_than_the_limit() {
        let pace = Pace::per_minute(60);
        let start = tokio::time::Instant::now();
        let mut in_first_minute = 0;
        for _ in 0..90 {
            pace.take(1).await;
            in_first_minute += usize::from(start.elapsed().as_secs_f64() < 59.99);
        }
        assert_eq!(in_first_minute, 60);
        assert!((start.elapsed().as_secs_f64() - 89.0).abs() < 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_amount_may_exceed_a_minute() {
        let pace = Pace::per_minute(100);
        let start = tokio::time::Instant::now();
        pace.take(200).await;
        pace.take(1).await;
        assert!((start.elapsed().as_secs_f64() - 120.0).abs() < 0.1);
    }
}
