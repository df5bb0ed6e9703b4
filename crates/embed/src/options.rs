//! How a model is opened.

use ragstill_teacher::ApiKey;
use serde::{Deserialize, Serialize};

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first token.
    Cls,
    /// The largest number at each place.
    Max,
}

/// What is not to be as the model itself says. Without it everything is as the model says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedOptions {
    /// What stands before a query, such as `query: `; `""` for nothing. Unset: as the model's folder says, or else as its
    /// family wants it; nothing for an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_prefix: Option<String>,
    /// What stands before a passage, such as `passage: `.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage_prefix: Option<String>,
    /// Whether vectors are brought to length 1. Unset: as the model's folder says; an address's vectors stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// How the vectors of tokens become one; for folders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// Tokens of a text that are read, special ones included, at least 3; the rest is cut off. For folders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// The model's name as the server knows it; for addresses. Unset: as the server's first answer says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Numbers in a vector; for addresses. Unset: as many as the first answer has, which is asked for at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<usize>,
    /// The environment variable that holds the API key; for addresses. Unset: no key, except `OPENAI_API_KEY` for
    /// api.openai.com.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_env: Option<String>,
    /// The API key itself, for whoever has it from elsewhere; it goes before `api_key_env` and is never written.
    #[serde(skip)]
    pub api_key: Option<ApiKey>,
    /// Texts in a request, 1 to 4,096, by default 32; for addresses. A server that refuses is asked with fewer.
    pub batch: usize,
    /// The most requests in flight at once, 1 to 1,000, by default 8; for addresses.
    pub concurrency: usize,
    /// Seconds until a request that has not been answered counts as failed, by default 120; for addresses.
    pub timeout_seconds: f64,
    /// How often a request is sent, the first time included, by default 6; for addresses. Being told to slow down does not
    /// count.
    pub max_attempts: u32,
}

impl Default for EmbedOptions {
    fn default() -> Self {
        Self {
            query_prefix: None,
            passage_prefix: None,
            normalize: None,
            pooling: None,
            max_tokens: None,
            model: None,
            dimension: None,
            api_key_env: None,
            api_key: None,
            batch: 32,
            concurrency: 8,
            timeout_seconds: 120.0,
            max_attempts: 6,
        }
    }
}

impl EmbedOptions {
    /// Every fault, each a sentence that starts with the option's name.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.max_tokens.is_some_and(|tokens| tokens < 3) {
            faults.push(
                "max_tokens: must be at least 3, for one token between the first and the last".to_owned(),
            );
        }
        if self.dimension == Some(0) {
            faults.push("dimension: must be at least 1".to_owned());
        }
        if self.model.as_deref().is_some_and(|model| model.trim().is_empty()) {
            faults.push("model: must not be empty".to_owned());
        }
        if !(1..=4096).contains(&self.batch) {
            faults.push(format!("batch: must be 1 to 4096, found {}", self.batch));
        }
        if !(1..=1000).contains(&self.concurrency) {
            faults.push(format!("concurrency: must be 1 to 1000, found {}", self.concurrency));
        }
        if !(self.timeout_seconds > 0.0 && self.timeout_seconds <= 86_400.0) {
            faults.push(format!(
                "timeout_seconds: must be above 0 and at most 86400, found {}",
                self.timeout_seconds
            ));
        }
        if self.max_attempts == 0 {
            faults.push("max_attempts: must be at least 1".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::{EmbedOptions, Pooling};

    #[test]
    fn all_faults_at_once() {
        let options = EmbedOptions {
            max_tokens: Some(2),
            dimension: Some(0),
            model: Some(" ".into()),
            batch: 0,
            concurrency: 0,
            timeout_seconds: f64::NAN,
            max_attempts: 0,
            ..EmbedOptions::default()
        };
        assert_eq!(options.faults().len(), 7);
        assert!(EmbedOptions::default().faults().is_empty());
    }

    #[test]
    fn read_and_written() {
        let options: EmbedOptions = serde_json::from_str(r#"{"pooling":"cls","query_prefix":""}"#).unwrap();
        assert_eq!((options.pooling, options.query_prefix.as_deref()), (Some(Pooling::Cls), Some("")));
        let again: EmbedOptions = serde_json::from_value(serde_json::to_value(&options).unwrap()).unwrap();
        assert_eq!(again, options);
        assert!(serde_json::from_str::<EmbedOptions>(r#"{"poolin":"cls"}"#).is_err());
    }
}
