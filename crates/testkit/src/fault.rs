//! What can go wrong with one attempt.

use std::str::FromStr;
use std::time::Duration;

use crate::config::ConfigError;
use crate::latency::parse_duration;

/// The `Retry-After` header of a refusal (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// No header: the client must choose its own back-off.
    Absent,
    /// A number of seconds.
    Seconds(u32),
    /// An HTTP date this many seconds from now, rounded up to the next full second.
    HttpDate(u32),
}

/// One way in which an attempt fails.
///
/// [`Fault::TooManyRequests`] and [`Fault::Unavailable`] are answered at once, as gateways do; every other
/// fault comes after the request's latency, as from a server that breaks while generating.
///
/// Written as text (see [`Fault::NAMES`]): `429`, `429:5` (seconds), `429-date:5`, `429-absent`, `503:5`,
/// `slow:2s`, `oversized:64` (MiB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429 with code `rate_limit_exceeded`, at once.
    TooManyRequests(RetryAfter),
    /// 500.
    ServerError,
    /// 503, at once.
    Unavailable(RetryAfter),
    /// The connection is closed before a byte is sent.
    Dropped,
    /// The connection is closed after half of the body that `Content-Length` promised.
    DroppedInBody,
    /// No answer ever; the connection stays open.
    Hang,
    /// 200 with a body that is not valid JSON (an answer cut off, with a matching `Content-Length`).
    MalformedJson,
    /// 200 with a completion that lacks `choices`.
    NoChoices,
    /// 200 with `"content": null`.
    NullContent,
    /// 200 with `"content": ""`.
    EmptyContent,
    /// 200 with the first half of the content and `"finish_reason": "length"`.
    Truncated,
    /// 200 with a content of words that answer nothing.
    Nonsense,
    /// A sound answer whose body dribbles in over this time, in up to 100 pieces.
    SlowBody(Duration),
    /// 200 with a valid completion whose content has this many bytes, streamed in chunks.
    OversizedBody(u64),
    /// 200 with an HTML page.
    HtmlPage,
}

impl Fault {
    /// The names of all faults, as they are written on the command line and counted in
    /// [`Stats::faults`](crate::Stats::faults).
    pub const NAMES: [&'static str; 17] = [
        "429",
        "429-date",
        "429-absent",
        "500",
        "503",
        "drop",
        "drop-body",
        "hang",
        "malformed",
        "no-choices",
        "null",
        "empty",
        "truncated",
        "nonsense",
        "slow",
        "oversized",
        "html",
    ];

    /// The fault's name, one of [`Fault::NAMES`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooManyRequests(RetryAfter::Seconds(_)) => "429",
            Self::TooManyRequests(RetryAfter::HttpDate(_)) => "429-date",
            Self::TooManyRequests(RetryAfter::Absent) => "429-absent",
            Self::ServerError => "500",
            Self::Unavailable(_) => "503",
            Self::Dropped => "drop",
            Self::DroppedInBody => "drop-body",
            Self::Hang => "hang",
            Self::MalformedJson => "malformed",
            Self::NoChoices => "no-choices",
            Self::NullContent => "null",
            Self::EmptyContent => "empty",
            Self::Truncated => "truncated",
            Self::Nonsense => "nonsense",
            Self::SlowBody(_) => "slow",
            Self::OversizedBody(_) => "oversized",
            Self::HtmlPage => "html",
        }
    }

    /// Whether the answer comes without waiting for the request's latency.
    pub(crate) const fn is_immediate(self) -> bool {
        matches!(self, Self::TooManyRequests(_) | Self::Unavailable(_))
    }
}

impl FromStr for Fault {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = |expected: String| ConfigError::Text { what: "fault", text: text.to_owned(), expected };
        let (name, parameter) =
            text.split_once(':').map_or((text, None), |(name, value)| (name, Some(value)));
        let number = |default: u32| {
            parameter.map_or(Ok(default), |value| {
                value.parse().map_err(|_| wrong(format!("`{name}` alone or with a whole number: `{name}:5`")))
            })
        };
        let fault = match name {
            "429" => Self::TooManyRequests(RetryAfter::Seconds(number(1)?)),
            "429-date" => Self::TooManyRequests(RetryAfter::HttpDate(number(1)?)),
            "503" => Self::Unavailable(
                parameter.map_or(Ok(RetryAfter::Absent), |_| number(0).map(RetryAfter::Seconds))?,
            ),
            "slow" => Self::SlowBody(parameter.map_or(Ok(Duration::from_secs(2)), parse_duration)?),
            "oversized" => Self::OversizedBody(u64::from(number(64)?) << 20),
            _ if parameter.is_some() => {
                return Err(wrong(
                    "a fault that takes a value: 429, 429-date, 503, slow or oversized".into(),
                ));
            }
            "429-absent" => Self::TooManyRequests(RetryAfter::Absent),
            "500" => Self::ServerError,
            "drop" => Self::Dropped,
            "drop-body" => Self::DroppedInBody,
            "hang" => Self::Hang,
            "malformed" => Self::MalformedJson,
            "no-choices" => Self::NoChoices,
            "null" => Self::NullContent,
            "empty" => Self::EmptyContent,
            "truncated" => Self::Truncated,
            "nonsense" => Self::Nonsense,
            "html" => Self::HtmlPage,
            _ => return Err(wrong(format!("one of {}", Self::NAMES.join(", ")))),
        };
        Ok(fault)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Fault, RetryAfter};

    #[test]
    fn every_name_is_read_back() {
        for name in Fault::NAMES {
            assert_eq!(name.parse::<Fault>().unwrap().name(), name);
        }
    }

    #[test]
    fn values_follow_a_colon() {
        let read = |text: &str| text.parse::<Fault>().unwrap();
        assert_eq!(read("429:5"), Fault::TooManyRequests(RetryAfter::Seconds(5)));
        assert_eq!(read("429-date:7"), Fault::TooManyRequests(RetryAfter::HttpDate(7)));
        assert_eq!(read("503"), Fault::Unavailable(RetryAfter::Absent));
        assert_eq!(read("503:2"), Fault::Unavailable(RetryAfter::Seconds(2)));
        assert_eq!(read("slow:1.5s"), Fault::SlowBody(Duration::from_millis(1500)));
        assert_eq!(read("oversized:2"), Fault::OversizedBody(2 << 20));
        for wrong in ["", "418", "429:soon", "500:1", "slow:2", "oversized:-1"] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong:?} was accepted");
        }
    }
}
