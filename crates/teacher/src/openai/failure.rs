//! A response that says failure, and connections that fail.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::error::{Error, Kind};

/// What a response with this status and body means. `check` says what to look at when the address or the model is unknown.
pub(super) fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8], check: &str) -> Error {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let object = parsed.as_ref().map(|value| value.get("error").unwrap_or(value));
    let mut error = match object {
        Some(object) => from_error_object(status.as_u16(), object, check),
        None => {
            let text: String = String::from_utf8_lossy(body).split_whitespace().collect::<Vec<_>>().join(" ");
            describe(status.as_u16(), &text, "", check)
        }
    };
    error.retry_after = wait_asked_for(headers, SystemTime::now());
    error
}

/// What an error object with this status means.
pub(super) fn from_error_object(status: u16, object: &Value, check: &str) -> Error {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let message = match object {
        Value::String(message) => message.clone(),
        _ if !text("message").is_empty() => text("message").to_owned(),
        // FastAPI servers.
        _ => match object.get("detail") {
            Some(Value::String(detail)) => detail.clone(),
            Some(other) => other.to_string(),
            None => object.to_string(),
        },
    };
    let code = format!("{} {}", text("code"), text("type"));
    describe(status, &message, &code, check)
}

fn describe(status: u16, message: &str, code: &str, check: &str) -> Error {
    let kind = match status {
        429 if code.contains("insufficient_quota") || code.contains("billing") => Kind::QuotaExhausted,
        429 => Kind::RateLimited,
        401 | 403 => Kind::Unauthorized,
        402 => Kind::QuotaExhausted,
        404 | 405 => Kind::NotFound,
        408 | 409 | 425 | 500.. => Kind::Server,
        300..=399 => Kind::NotFound,
        _ => Kind::BadRequest,
    };
    let said: String = message.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let meaning = match kind {
        Kind::QuotaExhausted => "the account has no money or quota left",
        Kind::RateLimited => "the server asks to slow down",
        Kind::Unauthorized => "the server does not accept the API key; set the right one with --api-key-env",
        Kind::NotFound => &format!("the server does not know this address or model; {check}"),
        Kind::Server => "the server failed",
        _ => "the server refuses the request",
    };
    let mut error = Error::new(kind, format!("{meaning} (HTTP {status}: {said})"));
    error.http_status = Some(status);
    error
}

/// How long the server asks to wait: `Retry-After` in seconds or as a date, `retry-after-ms`, or, on a refusal without
/// them, the reset of the limit that is used up.
pub(super) fn wait_asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|value| value.parse::<f64>().ok()) {
        return seconds(milliseconds / 1000.0);
    }
    if let Some(value) = text("retry-after") {
        if let Ok(number) = value.parse::<f64>() {
            return seconds(number);
        }
        if let Some(at) = parse_http_date(value) {
            return Some(at.duration_since(now).unwrap_or_default());
        }
    }
    used_up(headers)
}

/// How long until a limit that is used up by now is lifted, by the `x-ratelimit-*` headers.
pub(super) fn used_up(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: String| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    ["requests", "tokens"]
        .into_iter()
        .filter(|what| text(format!("x-ratelimit-remaining-{what}")) == Some("0"))
        .filter_map(|what| text(format!("x-ratelimit-reset-{what}")).and_then(parse_duration))
        .max()
}

/// The longest wait that is believed.
const DAY: f64 = 86_400.0;

fn seconds(value: f64) -> Option<Duration> {
    (value.is_finite() && value >= 0.0).then(|| Duration::from_secs_f64(value.min(DAY)))
}

/// Reads `1s`, `6m0s`, `250ms`, `1h2m3.5s` or a bare number of seconds.
fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(number) = text.parse::<f64>() {
        return seconds(number);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += number
            * match &rest[..unit] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => DAY,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    seconds(total)
}

/// Reads the one date format that HTTP servers may still write: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn parse_http_date(text: &str) -> Option<SystemTime> {
    let mut parts = text.split_once(", ")?.1.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| *name == month)? as u64
        + 1;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970-01-01 in the Gregorian calendar, years counted from March so that leap days come last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + hour * 3600 + minute * 60 + second))
}

/// What a connection that failed means.
pub(super) fn from_connection(error: &reqwest::Error, url: &str) -> Error {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    let reason = causes.pop().unwrap_or_else(|| error.to_string());
    if error.is_connect() {
        Error::new(Kind::Unreachable, format!("cannot reach {url}: {reason}"))
    } else {
        Error::new(Kind::Connection, format!("the connection to {url} broke: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{from_response, parse_duration, parse_http_date, used_up, wait_asked_for};
    use crate::error::Kind;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn each_status_has_its_meaning() {
        let kind = |status: u16, body: &str| {
            from_response(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes(), "check")
                .kind
        };
        assert_eq!(kind(429, ""), Kind::RateLimited);
        assert_eq!(kind(429, r#"{"error":{"code":"insufficient_quota"}}"#), Kind::QuotaExhausted);
        assert_eq!(kind(401, "nope"), Kind::Unauthorized);
        assert_eq!(kind(402, ""), Kind::QuotaExhausted);
        assert_eq!(kind(404, r#"{"detail":"Not Found"}"#), Kind::NotFound);
        assert_eq!(kind(400, r#"{"error":{"message":"too long"}}"#), Kind::BadRequest);
        assert_eq!(kind(422, r#"{"detail":[{"msg":"x"}]}"#), Kind::BadRequest);
        for status in [408, 409, 500, 502, 503, 504, 529] {
            assert_eq!(kind(status, "<html>"), Kind::Server, "{status}");
        }
    }

    #[test]
    fn the_wait_in_all_its_spellings() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let wait = |pairs: &[(&str, &str)]| wait_asked_for(&headers(pairs), now).map(|w| w.as_secs_f64());
        assert_eq!(wait(&[("retry-after", "3")]), Some(3.0));
        assert_eq!(wait(&[("retry-after-ms", "250")]), Some(0.25));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")]), Some(10.0));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")]), Some(0.0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-1")]), None);
        assert_eq!(wait(&[("retry-after", "1e300")]), Some(86_400.0));
        let limits = [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6m0s")];
        assert_eq!(wait(&limits), Some(360.0));
    }

    #[test]
    fn limits_that_are_not_used_up_hold_nobody() {
        let some = [("x-ratelimit-remaining-requests", "7"), ("x-ratelimit-reset-requests", "1s")];
        assert_eq!(used_up(&headers(&some)), None);
        assert_eq!(parse_duration("1h2m3.5s"), Some(Duration::from_secs_f64(3723.5)));
        assert_eq!(parse_duration("12q"), None);
    }

    #[test]
    fn dates() {
        // RFC 9110's example, and a leap day; seconds from `date -u -d … +%s`.
        let at =
            |text| parse_http_date(text)?.duration_since(SystemTime::UNIX_EPOCH).ok().map(|d| d.as_secs());
        assert_eq!(at("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(at("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199));
        assert_eq!(at("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(at("rubbish"), None);
        assert_eq!(at("Sun, 99 Nov 1994 08:49:37 GMT"), None);
    }
}
