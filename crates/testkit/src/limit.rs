//! A real rate limit: a token bucket.

use std::time::{Duration, Instant};

use crate::config::ConfigError;

/// At most so many requests a second; the others are refused with 429, `Retry-After` and `x-ratelimit-*`.
///
/// A token bucket: it holds `burst` tokens, starts full, and refills at `per_second`. Answers that pass carry
/// the `x-ratelimit-*` headers too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Sustained requests a second. More than 0.
    pub per_second: f64,
    /// Requests that may come at once after a pause. At least 1.
    pub burst: u32,
}

impl RateLimit {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.per_second > 0.0 && self.per_second.is_finite() && self.burst > 0 {
            return Ok(());
        }
        Err(ConfigError::RateLimit { per_second: self.per_second, burst: self.burst })
    }
}

/// The state of a [`RateLimit`].
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: RateLimit,
    tokens: f64,
    filled: Instant,
}

/// What the bucket says to one request.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// `None` when the request may pass, else the time until the next token.
    pub(crate) wait: Option<Duration>,
    limit: u32,
    remaining: u32,
    reset: Duration,
}

impl Bucket {
    pub(crate) fn new(limit: RateLimit, now: Instant) -> Self {
        Self { limit, tokens: f64::from(limit.burst), filled: now }
    }

    pub(crate) fn take(&mut self, now: Instant) -> Verdict {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        let burst = f64::from(self.limit.burst);
        self.tokens = (self.tokens + elapsed * self.limit.per_second).min(burst);
        self.filled = self.filled.max(now);
        let seconds = |tokens: f64| Duration::from_secs_f64(tokens / self.limit.per_second);
        let wait = if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            None
        } else {
            Some(seconds(1.0 - self.tokens))
        };
        Verdict {
            wait,
            limit: self.limit.burst,
            remaining: self.tokens as u32,
            reset: seconds(burst - self.tokens),
        }
    }
}

impl Verdict {
    /// Whole seconds, rounded up, at least 1: what `Retry-After` can say.
    pub(crate) fn retry_after_seconds(&self) -> u32 {
        self.wait.map_or(0, |wait| (wait.as_secs_f64().ceil() as u32).max(1))
    }

    /// OpenAI's headers: the bucket's size, the tokens left, and the time until it is full again.
    pub(crate) fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("x-ratelimit-limit-requests", self.limit.to_string()),
            ("x-ratelimit-remaining-requests", self.remaining.to_string()),
            ("x-ratelimit-reset-requests", go_duration(self.reset)),
        ]
    }
}

/// A duration as OpenAI's headers write it: `120ms`, `1.5s`, `6m0s`.
fn go_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1_000 => format!("{millis}ms"),
        1_000..60_000 => format!("{}s", millis as f64 / 1e3),
        _ => format!("{}m{}s", millis / 60_000, (millis % 60_000) as f64 / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Bucket, RateLimit, go_duration};

    #[test]
    fn durations_are_written_as_openai_writes_them() {
        let written = [0, 120, 1_500, 2_000, 360_000].map(|ms| go_duration(Duration::from_millis(ms)));
        assert_eq!(written, ["0ms", "120ms", "1.5s", "2s", "6m0s"]);
    }

    #[test]
    fn a_bucket_lets_its_burst_and_then_its_rate_pass() {
        let start = Instant::now();
        let mut bucket = Bucket::new(RateLimit { per_second: 4.0, burst: 2 }, start);
        assert!(bucket.take(start).wait.is_none());
        assert!(bucket.take(start).wait.is_none());
        let refused = bucket.take(start);
        assert_eq!(refused.wait, Some(Duration::from_millis(250)));
        assert_eq!(refused.retry_after_seconds(), 1);
        assert_eq!(refused.headers()[2].1, "500ms");
        assert!(bucket.take(start + Duration::from_millis(249)).wait.is_some());
        assert!(bucket.take(start + Duration::from_millis(250)).wait.is_none());
        // A long pause fills no more than the burst.
        let later = start + Duration::from_secs(60);
        let passed = (0..10).filter(|_| bucket.take(later).wait.is_none()).count();
        assert_eq!(passed, 2);
    }
}
