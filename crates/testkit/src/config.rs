//! What the server is told to be.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::draw::{Draws, Purpose, RequestKey};
use crate::fault::Fault;
use crate::latency::Latency;
use crate::limit::RateLimit;
use crate::refusal::Refusal;
use crate::request::ChatRequest;
use crate::responder::Responder;

/// Where a server puts the reasoning of a reasoning model.
///
/// Written as text: `none`, `think`, `reasoning_content`, `reasoning`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reasoning {
    /// Nowhere: the model does not reason.
    #[default]
    None,
    /// In the content, before the answer, between `<think>` and `</think>` (a server without a reasoning parser).
    ThinkTags,
    /// In `message.reasoning_content` (DeepSeek, vLLM, SGLang, llama.cpp).
    ReasoningContent,
    /// In `message.reasoning` (OpenRouter, Ollama).
    ReasoningField,
}

impl FromStr for Reasoning {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match text {
            "none" => Ok(Self::None),
            "think" => Ok(Self::ThinkTags),
            "reasoning_content" => Ok(Self::ReasoningContent),
            "reasoning" => Ok(Self::ReasoningField),
            _ => Err(ConfigError::Text {
                what: "place of the reasoning",
                text: text.to_owned(),
                expected: "none, think, reasoning_content or reasoning".to_owned(),
            }),
        }
    }
}

type Injector = dyn Fn(&ChatRequest) -> Option<Fault> + Send + Sync;

/// The configuration of a [`FakeTeacher`](crate::FakeTeacher), built from [`Config::default`]: no latency, no
/// faults, a fixed answer, on a free port of 127.0.0.1.
#[derive(Clone)]
pub struct Config {
    pub(crate) address: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) model: String,
    pub(crate) latency: Latency,
    pub(crate) faults: Vec<(Fault, f64)>,
    pub(crate) injector: Option<Arc<Injector>>,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) reasoning: Reasoning,
    pub(crate) responder: Responder,
    pub(crate) keep_log: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
            model: "fake-teacher".to_owned(),
            latency: Latency::None,
            faults: Vec::new(),
            injector: None,
            refusals: Vec::new(),
            rate_limit: None,
            reasoning: Reasoning::None,
            responder: Responder::fixed("A fixed answer."),
            keep_log: false,
        }
    }
}

impl Config {
    /// The address to listen on; port 0 takes a free one. Default: `127.0.0.1:0`.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The seed of every draw. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The name of the one model served. Other names are served too, unless [`Refusal::UnknownModel`] is on.
    /// Default: `fake-teacher`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// How long answers take. Default: [`Latency::None`].
    pub fn latency(mut self, latency: Latency) -> Self {
        self.latency = latency;
        self
    }

    /// Adds a fault that strikes each attempt with this probability (0 to 1). One attempt meets at most one
    /// fault, so the probabilities of all faults must not sum to more than 1.
    pub fn fault(mut self, fault: Fault, probability: f64) -> Self {
        self.faults.push((fault, probability));
        self
    }

    /// Chooses faults by hand, before any is drawn: for example
    /// `|request| (request.attempt() == 0).then_some(Fault::ServerError)` breaks every first attempt.
    pub fn inject(mut self, choose: impl Fn(&ChatRequest) -> Option<Fault> + Send + Sync + 'static) -> Self {
        self.injector = Some(Arc::new(choose));
        self
    }

    /// Adds a reason for which the server refuses, however often it is asked. The first that applies counts.
    pub fn refuse(mut self, refusal: Refusal) -> Self {
        self.refusals.push(refusal);
        self
    }

    /// Limits the rate of requests. Default: no limit.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Where reasoning goes. Default: [`Reasoning::None`].
    pub fn reasoning(mut self, reasoning: Reasoning) -> Self {
        self.reasoning = reasoning;
        self
    }

    /// What writes the content of answers. Default: one fixed sentence.
    pub fn responder(mut self, responder: Responder) -> Self {
        self.responder = responder;
        self
    }

    /// Keeps a [`LogEntry`](crate::LogEntry) (about 80 bytes) for every request. Default: off.
    pub fn keep_log(mut self, keep: bool) -> Self {
        self.keep_log = keep;
        self
    }

    /// The latency that this configuration gives the request `key`.
    pub fn latency_of(&self, key: RequestKey) -> Duration {
        self.latency.of(self.seed, key)
    }

    /// Checks the values that their types leave open.
    ///
    /// # Errors
    ///
    /// A probability outside 0 to 1, probabilities that sum to more than 1, a long tail whose p99 lies
    /// below its median, a rate limit that lets nothing through.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut sum = 0.0;
        for &(fault, probability) in &self.faults {
            if !(0.0..=1.0).contains(&probability) {
                return Err(ConfigError::Probability { fault: fault.name(), probability });
            }
            sum += probability;
        }
        // The slack is for sums such as ten times 0.1.
        if sum > 1.0 + 1e-9 {
            return Err(ConfigError::ProbabilitySum { sum });
        }
        self.latency.check()?;
        self.rate_limit.as_ref().map_or(Ok(()), RateLimit::check)
    }

    /// The fault that strikes this attempt, if one does.
    pub(crate) fn fault_of(&self, request: &ChatRequest) -> Option<Fault> {
        if let Some(fault) = self.injector.as_ref().and_then(|choose| choose(request)) {
            return Some(fault);
        }
        if self.faults.is_empty() {
            return None;
        }
        let mut left = Draws::new(self.seed, request.key(), Purpose::Fault, request.attempt()).unit();
        self.faults.iter().find_map(|&(fault, probability)| {
            left -= probability;
            (left < 0.0).then_some(fault)
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.address)
            .field("seed", &self.seed)
            .field("model", &self.model)
            .field("latency", &self.latency)
            .field("faults", &self.faults)
            .field("inject", &self.injector.is_some())
            .field("refusals", &self.refusals)
            .field("rate_limit", &self.rate_limit)
            .field("reasoning", &self.reasoning)
            .field("keep_log", &self.keep_log)
            .finish_non_exhaustive()
    }
}

/// A configuration that makes no sense, or text that does not say one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A probability outside 0 to 1.
    #[error("fault `{fault}`: probability {probability} is not between 0 and 1")]
    Probability {
        /// The fault's name.
        fault: &'static str,
        /// The value given.
        probability: f64,
    },
    /// The faults' probabilities sum to more than 1.
    #[error("the faults' probabilities sum to {sum}; lower them until they sum to 1 or less")]
    ProbabilitySum {
        /// The sum.
        sum: f64,
    },
    /// A long tail with a median of 0, or a p99 below the median.
    #[error("long-tail latency: median {median:?} and p99 {p99:?} must satisfy 0 < median ≤ p99")]
    LongTail {
        /// The median given.
        median: Duration,
        /// The p99 given.
        p99: Duration,
    },
    /// A rate limit without rate or without burst.
    #[error("rate limit: {per_second} requests/s with a burst of {burst}: both must be more than 0")]
    RateLimit {
        /// The rate given.
        per_second: f64,
        /// The burst given.
        burst: u32,
    },
    /// Text that could not be read.
    #[error("`{text}` is not a {what}; write {expected}")]
    Text {
        /// What was to be read.
        what: &'static str,
        /// The text given.
        text: String,
        /// What is accepted.
        expected: String,
    },
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Config, ConfigError, Reasoning};
    use crate::fault::{Fault, RetryAfter};
    use crate::latency::Latency;
    use crate::limit::RateLimit;
    use crate::request::ChatRequest;

    fn request(number: usize, attempt: u32) -> ChatRequest {
        let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{number}"}}]}}"#);
        let mut request = ChatRequest::parse(body.into()).unwrap();
        request.set_attempt(attempt);
        request
    }

    #[test]
    fn faults_strike_as_often_as_configured() {
        let config = Config::default()
            .fault(Fault::TooManyRequests(RetryAfter::Absent), 0.05)
            .fault(Fault::ServerError, 0.02);
        let struck: Vec<_> = (0..20_000).map(|n| config.fault_of(&request(n, 0))).collect();
        let count = |wanted| struck.iter().filter(|&&fault| fault == wanted).count() as f64;
        // Four standard deviations of the binomials.
        assert!((count(Some(Fault::TooManyRequests(RetryAfter::Absent))) - 1000.0).abs() < 124.0);
        assert!((count(Some(Fault::ServerError)) - 400.0).abs() < 80.0);
        let again: Vec<_> = (0..20_000).map(|n| config.fault_of(&request(n, 0))).collect();
        assert_eq!(struck, again);
    }

    #[test]
    fn a_retry_draws_afresh() {
        let config = Config::default().fault(Fault::ServerError, 0.5);
        let differs =
            (0..200).filter(|&n| config.fault_of(&request(n, 0)) != config.fault_of(&request(n, 1)));
        let differs = differs.count();
        assert!((70..130).contains(&differs), "{differs} of 200 second attempts fared otherwise");
    }

    #[test]
    fn an_injected_fault_goes_before_a_drawn_one() {
        let config = Config::default()
            .fault(Fault::ServerError, 1.0)
            .inject(|request| (request.attempt() == 0).then_some(Fault::Dropped));
        assert_eq!(config.fault_of(&request(1, 0)), Some(Fault::Dropped));
        assert_eq!(config.fault_of(&request(1, 1)), Some(Fault::ServerError));
    }

    #[test]
    fn impossible_configurations_are_refused() {
        let fault = |p| Config::default().fault(Fault::ServerError, p);
        assert!(matches!(fault(1.5).check(), Err(ConfigError::Probability { .. })));
        assert!(matches!(fault(f64::NAN).check(), Err(ConfigError::Probability { .. })));
        let both = fault(0.7).fault(Fault::Dropped, 0.7);
        assert!(matches!(both.check(), Err(ConfigError::ProbabilitySum { .. })));
        let tail = Latency::LongTail { median: Duration::from_secs(2), p99: Duration::from_secs(1) };
        assert!(matches!(Config::default().latency(tail).check(), Err(ConfigError::LongTail { .. })));
        let limit = RateLimit { per_second: 0.0, burst: 1 };
        assert!(matches!(Config::default().rate_limit(limit).check(), Err(ConfigError::RateLimit { .. })));
        let mut tenths = Config::default();
        for _ in 0..10 {
            tenths = tenths.fault(Fault::ServerError, 0.1);
        }
        assert_eq!(tenths.check(), Ok(()));
    }

    #[test]
    fn places_of_reasoning_are_read_from_text() {
        assert_eq!("think".parse(), Ok(Reasoning::ThinkTags));
        assert_eq!("reasoning".parse(), Ok(Reasoning::ReasoningField));
        assert_eq!("reasoning_content".parse(), Ok(Reasoning::ReasoningContent));
        assert!("thinking".parse::<Reasoning>().is_err());
    }
}
