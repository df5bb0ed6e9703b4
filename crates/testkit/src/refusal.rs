//! Refusals: answers with an error status, in OpenAI's shape.

use std::str::FromStr;
use std::time::SystemTime;

use serde_json::json;

use crate::config::ConfigError;
use crate::fault::RetryAfter;
use crate::limit::Verdict;
use crate::request::ChatRequest;

/// A reason to refuse that asking again does not mend. Answered at once.
///
/// Written as text: `401`, `key:SECRET`, `402`, `model`, `structured`, `quota`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// 401 to everybody, with code `invalid_api_key`.
    Unauthorized,
    /// 401 unless the request brings `Authorization: Bearer` with this key.
    UnauthorizedUnless(String),
    /// 402, as gateways say that the credit is used up.
    PaymentRequired,
    /// 404 with code `model_not_found`, unless the request names the configured model.
    UnknownModel,
    /// 400 when the request has `response_format`: a server without structured output.
    NoStructuredOutput,
    /// 429 with code `insufficient_quota`, as OpenAI says that the credit is used up: waiting does not help.
    QuotaExhausted,
}

impl FromStr for Refusal {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Ok(match text {
            "401" => Self::Unauthorized,
            "402" => Self::PaymentRequired,
            "model" => Self::UnknownModel,
            "structured" => Self::NoStructuredOutput,
            "quota" => Self::QuotaExhausted,
            _ => match text.strip_prefix("key:") {
                Some(key) => Self::UnauthorizedUnless(key.to_owned()),
                None => {
                    return Err(ConfigError::Text {
                        what: "refusal",
                        text: text.to_owned(),
                        expected: "401, key:SECRET, 402, model, structured or quota".to_owned(),
                    });
                }
            },
        })
    }
}

impl Refusal {
    /// The answer, when the refusal applies to a request. `authorization` is the header's value; `model` the
    /// configured name.
    pub(crate) fn apply(
        &self,
        request: &ChatRequest,
        authorization: Option<&str>,
        model: &str,
    ) -> Option<ErrorReply> {
        let applies = match self {
            Self::Unauthorized | Self::PaymentRequired | Self::QuotaExhausted => true,
            Self::UnauthorizedUnless(key) => {
                authorization.and_then(|value| value.strip_prefix("Bearer ")) != Some(key)
            }
            Self::UnknownModel => request.model() != model,
            Self::NoStructuredOutput => request.has_response_format(),
        };
        applies.then(|| match self {
            Self::Unauthorized | Self::UnauthorizedUnless(_) => ErrorReply::new(
                401,
                "Incorrect API key provided.",
                "invalid_request_error",
                Some("invalid_api_key"),
            ),
            Self::PaymentRequired => ErrorReply::new(402, "Insufficient credits.", "payment_required", None),
            Self::UnknownModel => ErrorReply::new(
                404,
                format!("The model `{}` does not exist.", request.model()),
                "invalid_request_error",
                Some("model_not_found"),
            ),
            Self::NoStructuredOutput => ErrorReply::new(
                400,
                "'response_format' is not supported by this server.",
                "invalid_request_error",
                Some("unsupported_parameter"),
            )
            .param("response_format"),
            Self::QuotaExhausted => ErrorReply::new(
                429,
                "You exceeded your current quota, please check your plan and billing details.",
                "insufficient_quota",
                Some("insufficient_quota"),
            ),
        })
    }
}

/// An answer with an error status.
#[derive(Debug)]
pub(crate) struct ErrorReply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    message: String,
    kind: &'static str,
    param: Option<&'static str>,
    code: Option<&'static str>,
}

impl ErrorReply {
    pub(crate) fn new(
        status: u16,
        message: impl Into<String>,
        kind: &'static str,
        code: Option<&'static str>,
    ) -> Self {
        Self { status, headers: Vec::new(), message: message.into(), kind, param: None, code }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message, "invalid_request_error", None)
    }

    pub(crate) fn too_many_requests(retry_after: RetryAfter) -> Self {
        let message = "Rate limit reached for requests.";
        Self::new(429, message, "requests", Some("rate_limit_exceeded")).retry_after(retry_after)
    }

    pub(crate) fn rate_limited(verdict: &Verdict) -> Self {
        let mut reply = Self::too_many_requests(RetryAfter::Seconds(verdict.retry_after_seconds()));
        reply.headers.extend(verdict.headers());
        reply
    }

    pub(crate) fn server_error() -> Self {
        let message = "The server had an error while processing your request.";
        Self::new(500, message, "server_error", None)
    }

    pub(crate) fn unavailable(retry_after: RetryAfter) -> Self {
        let message = "The engine is currently overloaded, please try again later.";
        Self::new(503, message, "server_error", None).retry_after(retry_after)
    }

    fn param(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    fn retry_after(mut self, retry_after: RetryAfter) -> Self {
        let value = match retry_after {
            RetryAfter::Absent => return self,
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::HttpDate(seconds) => {
                // HTTP dates have whole seconds: rounded down, a client would come back too early.
                let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let until = unix.as_secs() + u64::from(unix.subsec_nanos() > 0) + u64::from(seconds);
                httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(until))
            }
        };
        self.headers.push(("retry-after", value));
        self
    }

    pub(crate) fn body(&self) -> String {
        let error = json!({
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        });
        json!({ "error": error }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorReply, Refusal};
    use crate::request::ChatRequest;

    fn status(refusal: &Refusal, extra: &str, authorization: Option<&str>) -> Option<u16> {
        let body = format!(r#"{{"model":"m","messages":[]{extra}}}"#);
        let request = ChatRequest::parse(body.into()).unwrap();
        refusal.apply(&request, authorization, "m").map(|reply| reply.status)
    }

    #[test]
    fn conditional_refusals_apply_only_then() {
        assert_eq!(status(&Refusal::UnknownModel, "", None), None);
        assert_eq!(status(&Refusal::NoStructuredOutput, "", None), None);
        assert_eq!(status(&Refusal::NoStructuredOutput, r#","response_format":null"#, None), None);
        assert_eq!(status(&Refusal::NoStructuredOutput, r#","response_format":{}"#, None), Some(400));
        let key = Refusal::UnauthorizedUnless("s3".into());
        assert_eq!(status(&key, "", None), Some(401));
        assert_eq!(status(&key, "", Some("Bearer other")), Some(401));
        assert_eq!(status(&key, "", Some("Bearer s3")), None);
    }

    #[test]
    fn refusals_are_read_from_text() {
        assert_eq!("key:s3".parse(), Ok(Refusal::UnauthorizedUnless("s3".into())));
        assert_eq!("quota".parse(), Ok(Refusal::QuotaExhausted));
        assert!("403".parse::<Refusal>().is_err());
    }

    #[test]
    fn the_error_body_has_openais_shape() {
        let body: serde_json::Value = serde_json::from_str(&ErrorReply::server_error().body()).unwrap();
        assert_eq!(body["error"]["type"], "server_error");
        assert!(body["error"]["code"].is_null() && body["error"]["param"].is_null());
    }
}
