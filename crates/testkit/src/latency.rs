//! How long an answer takes, drawn from the request's key.

use std::str::FromStr;
use std::time::Duration;

use crate::config::ConfigError;
use crate::draw::{Draws, Purpose, RequestKey};

/// The 0.99 quantile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

/// The time between a request's arrival and the start of its answer.
///
/// Written as text: `none`, `fixed:200ms`, `longtail:300ms,3s` (median, p99).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Latency {
    /// Answers at once.
    #[default]
    None,
    /// The same for every request.
    Fixed(Duration),
    /// Log-normal, as the answer times of language-model servers roughly are, and cut off at
    /// [`Latency::CAP`] times `p99` (which moves neither the median nor the p99).
    LongTail {
        /// Half of the requests take no longer than this. More than 0.
        median: Duration,
        /// 99 % of the requests take no longer than this. At least `median`.
        p99: Duration,
    },
}

impl Latency {
    /// The longest latency of [`Latency::LongTail`], as a multiple of its p99.
    pub const CAP: u32 = 3;

    /// The latency of the request `key` on a server with this `seed`: the same for every attempt.
    pub fn of(&self, seed: u64, key: RequestKey) -> Duration {
        match *self {
            Self::None => Duration::ZERO,
            Self::Fixed(latency) => latency,
            Self::LongTail { median, p99 } => {
                let sigma = (p99.as_secs_f64() / median.as_secs_f64()).ln() / Z99;
                let z = Draws::new(seed, key, Purpose::Latency, 0).normal();
                let seconds = median.as_secs_f64() * (sigma * z).exp();
                Duration::from_secs_f64(seconds.min((p99 * Self::CAP).as_secs_f64()))
            }
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match *self {
            Self::LongTail { median, p99 } if median.is_zero() || p99 < median => {
                Err(ConfigError::LongTail { median, p99 })
            }
            _ => Ok(()),
        }
    }
}

impl FromStr for Latency {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Text {
            what: "latency",
            text: text.to_owned(),
            expected: "none, fixed:200ms or longtail:300ms,3s (median, p99)".to_owned(),
        };
        let latency = match text.split_once(':') {
            None if text == "none" => Self::None,
            Some(("fixed", value)) => Self::Fixed(parse_duration(value)?),
            Some(("longtail", value)) => {
                let (median, p99) = value.split_once(',').ok_or_else(wrong)?;
                Self::LongTail { median: parse_duration(median)?, p99: parse_duration(p99)? }
            }
            _ => return Err(wrong()),
        };
        latency.check()?;
        Ok(latency)
    }
}

/// Reads a duration such as `200ms`, `1.5s` or `250us`.
///
/// # Errors
///
/// When the number or the unit (`us`, `ms`, `s`) is missing, or the number is negative or not finite.
pub fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    let text = text.trim();
    // The longer units first: `ms` ends in `s` too.
    [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)]
        .iter()
        .find_map(|(unit, seconds)| text.strip_suffix(unit).map(|number| (number, seconds)))
        .and_then(|(number, seconds)| Some(number.trim().parse::<f64>().ok()? * seconds))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| ConfigError::Text {
            what: "duration",
            text: text.to_owned(),
            expected: "a number and a unit: 200ms, 1.5s or 250us".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Latency, parse_duration};
    use crate::draw::RequestKey;

    const MEDIAN: Duration = Duration::from_millis(300);
    const P99: Duration = Duration::from_secs(3);

    fn sorted_sample(seed: u64) -> Vec<Duration> {
        let latency = Latency::LongTail { median: MEDIAN, p99: P99 };
        let mut sample: Vec<_> = (0..20_000).map(|key| latency.of(seed, RequestKey::new(key))).collect();
        sample.sort_unstable();
        sample
    }

    #[test]
    fn long_tail_has_the_configured_quantiles() {
        for seed in 0..5 {
            let sample = sorted_sample(seed);
            let median = sample[10_000].as_secs_f64();
            let p99 = sample[19_800].as_secs_f64();
            assert!((median / 0.3 - 1.0).abs() < 0.10, "median {median}");
            assert!((p99 / 3.0 - 1.0).abs() < 0.10, "p99 {p99}");
        }
    }

    #[test]
    fn long_tail_is_cut_off_at_the_documented_multiple() {
        let longest = (0..5).flat_map(sorted_sample).max();
        // 100,000 draws of which one in 3,300 lies beyond the cap: the longest is the cap itself.
        assert_eq!(longest, Some(P99 * Latency::CAP));
    }

    #[test]
    fn latency_depends_on_seed_and_key_alone() {
        let latency = Latency::LongTail { median: MEDIAN, p99: P99 };
        let of = |seed, key| latency.of(seed, RequestKey::new(key));
        assert_eq!(of(1, 5), of(1, 5));
        assert_ne!(of(1, 5), of(2, 5));
        assert_ne!(of(1, 5), of(1, 6));
        assert_eq!(Latency::Fixed(P99).of(1, RequestKey::new(5)), P99);
        assert_eq!(Latency::None.of(1, RequestKey::new(5)), Duration::ZERO);
    }

    #[test]
    fn latencies_and_durations_are_read_from_text() {
        assert_eq!("none".parse::<Latency>().unwrap(), Latency::None);
        assert_eq!("fixed:200ms".parse::<Latency>().unwrap(), Latency::Fixed(Duration::from_millis(200)));
        let long_tail = "longtail:300ms,3s".parse::<Latency>().unwrap();
        assert_eq!(long_tail, Latency::LongTail { median: MEDIAN, p99: P99 });
        assert_eq!(parse_duration("1.5s").unwrap(), Duration::from_millis(1500));
        assert_eq!(parse_duration("250us").unwrap(), Duration::from_micros(250));
        for wrong in
            ["", "fixed", "fixed:200", "fixed:-1s", "longtail:3s", "longtail:3s,1s", "longtail:0s,1s"]
        {
            assert!(wrong.parse::<Latency>().is_err(), "{wrong:?} was accepted");
        }
    }
}
