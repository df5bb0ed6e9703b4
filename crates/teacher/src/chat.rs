//! The request and the answer: what every layer passes on.

use std::fmt;
use std::sync::Arc;

use ragstill_core::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::messages::Messages;
use crate::prompt::OutputSchema;

/// How the model draws its answer. What is `None` is left to the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// 0 (always the likeliest token) to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling, above 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The most tokens of an answer, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Texts at which the answer ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Further fields of the request body, sent as they are (`reasoning_effort`, `chat_template_kwargs` …).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Sampling {
    /// The settings that are out of range, a sentence each that starts with the setting's name.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(value) = self.temperature.filter(|value| !(0.0..=2.0).contains(value)) {
            faults.push(format!("temperature: must be 0 to 2, found {value}"));
        }
        if let Some(value) = self.top_p.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
            faults.push(format!("top_p: must be above 0 and at most 1, found {value}"));
        }
        if self.max_tokens == Some(0) {
            faults.push("max_tokens: must be at least 1".to_owned());
        }
        faults
    }

    /// These settings, each replaced by `over`'s where `over` says something.
    pub fn overridden_by(&self, over: &Self) -> Self {
        let mut extra = self.extra.clone();
        extra.extend(over.extra.clone());
        Self {
            temperature: over.temperature.or(self.temperature),
            top_p: over.top_p.or(self.top_p),
            max_tokens: over.max_tokens.or(self.max_tokens),
            stop: if over.stop.is_empty() { self.stop.clone() } else { over.stop.clone() },
            extra,
        }
    }
}

/// A question to a teacher.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The record it is about. For messages to people; not part of the request.
    pub record: RecordId,
    /// The step that asks, by its name in the recipe. For tallies; not part of the request.
    pub step: Arc<str>,
    /// The prompt's name, for instance `doc2query/question`. For tallies; not part of the request.
    pub prompt: Arc<str>,
    /// What the prompt was rendered with. The built-in teacher reads these; a model sees only `messages`.
    pub variables: Arc<Map<String, Value>>,
    /// The rendered prompt.
    pub messages: Messages,
    /// How to draw the answer.
    pub sampling: Sampling,
    /// The shape that the answer must have, if it must be JSON.
    pub schema: Option<Arc<OutputSchema>>,
    /// 0 for the first answer to a request, 1 for the next that differs in nothing else, and so on.
    pub sample: u32,
    /// Whether it is asked because the sample before could not be used. For forecasts; not part of the request.
    pub again: bool,
    /// How many tokens an answer to this prompt usually has, for forecasts and rate limits.
    pub expected_tokens: u32,
}

impl Ask {
    /// An upper bound on the tokens of the request: one a byte, and a margin for what the chat template adds.
    ///
    /// Byte-level tokenizers never make more tokens than there are bytes.
    pub fn prompt_tokens_at_most(&self) -> u64 {
        self.messages.iter().map(|message| message.content.len() as u64 + 16).sum::<u64>() + 16
    }

    /// A rough count of the request's tokens: one for four bytes, as English text in common tokenizers has.
    pub fn prompt_tokens_estimated(&self) -> u64 {
        self.messages.iter().map(|message| estimate_tokens(&message.content) + 4).sum()
    }

    /// What decides the answer beside the model, and nothing else, as JSON: the messages, the sampling, the schema and
    /// the sample number. It is what is hashed, and what is stored with the answer.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Request<'a> {
            messages: &'a Messages,
            sampling: &'a Sampling,
            #[serde(skip_serializing_if = "Option::is_none")]
            schema: Option<&'a RawValue>,
            sample: u32,
        }
        let schema = self.schema.as_deref().map(OutputSchema::json);
        let request =
            Request { messages: &self.messages, sampling: &self.sampling, schema, sample: self.sample };
        let length = self.messages.json().get().len() + schema.map_or(0, |schema| schema.get().len()) + 256;
        let mut json = Vec::with_capacity(length);
        // Plain structures with string keys always serialise, and to UTF-8.
        let written = serde_json::to_writer(&mut json, &request);
        debug_assert!(written.is_ok());
        String::from_utf8(json).unwrap_or_default()
    }
}

/// Tokens of a text by the rule of thumb of four bytes a token. For forecasts and servers that report no usage.
pub fn estimate_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

/// The name under which an answer is stored: a BLAKE3 hash over everything that decides the answer and nothing else.
///
/// That is the model, the messages, the sampling, the schema and the sample number; not the server's address, not
/// the API key, not the record or the step that asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of this request to this model.
    pub fn of(model: &str, ask: &Ask) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(model.as_bytes());
        // A byte that no JSON holds: no model and request run into another pair.
        hash.update(&[0]);
        hash.update(ask.to_json().as_bytes());
        Self(hash.finalize().into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Why the model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was done.
    Stop,
    /// It ran into the token limit: the answer is cut off.
    Length,
    /// Anything else, a content filter for instance.
    Other,
}

impl Finish {
    /// The name that chat completions use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Other => "other",
        }
    }

    /// Reads a chat completion's `finish_reason`; a server that gives none is taken to be done.
    pub fn from_reason(reason: Option<&str>) -> Self {
        match reason {
            None | Some("stop" | "eos" | "") => Self::Stop,
            Some("length" | "max_tokens") => Self::Length,
            Some(_) => Self::Other,
        }
    }
}

/// Tokens that an answer took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Tokens of the answer, reasoning included.
    pub completion_tokens: u64,
    /// True when the server did not say and the numbers are estimates.
    pub estimated: bool,
}

/// A teacher's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text, without reasoning that the server or `<think>` tags set apart.
    pub text: String,
    /// That reasoning, if there was any.
    pub reasoning: Option<String>,
    /// What it took.
    pub usage: Usage,
    /// Why it ended.
    pub finish: Finish,
    /// True when it came out of the store and cost nothing now.
    pub stored: bool,
}

/// Something that answers: a model behind an address, the built-in one, or a layer around another.
#[async_trait::async_trait]
pub trait Teacher: Send + Sync {
    /// Answers one request.
    ///
    /// # Errors
    /// [`crate::Error`]: its scope says whether the request, the record or the run has failed.
    async fn ask(&self, ask: &Ask) -> crate::Result<Answer>;
}

#[async_trait::async_trait]
impl<T: Teacher + ?Sized> Teacher for Arc<T> {
    async fn ask(&self, ask: &Ask) -> crate::Result<Answer> {
        (**self).ask(ask).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Finish, Key, Sampling};
    use crate::testing::ask;

    #[test]
    fn key_depends_on_what_decides_the_answer_and_nothing_else() {
        let base = ask("hello");
        let key = Key::of("m", &base);
        let mut same = base.clone();
        same.record = ragstill_core::RecordId::given("other");
        same.step = "other".into();
        same.prompt = "other".into();
        same.expected_tokens = 9;
        assert_eq!(key, Key::of("m", &same));

        assert_ne!(key, Key::of("n", &base));
        let mut sample = base.clone();
        sample.sample = 1;
        assert_ne!(key, Key::of("m", &sample));
        let mut warm = base.clone();
        warm.sampling.temperature = Some(0.5);
        assert_ne!(key, Key::of("m", &warm));
        assert_ne!(key, Key::of("m", &ask("hello!")));
        // Pinned (BLAKE3 of model, a zero byte and the request as JSON, computed elsewhere): a change here would ask every stored answer again.
        assert_eq!(key.to_string(), "4f2f429319354ddef5cf0abbe8c67a92c776412018c355c7e848e4f39ede0dd2");
    }

    #[test]
    fn configuration_overrides_the_prompt_where_it_says_something() {
        let prompt = Sampling { temperature: Some(0.7), max_tokens: Some(100), ..Sampling::default() };
        let config = Sampling { max_tokens: Some(9), ..Sampling::default() };
        let both = prompt.overridden_by(&config);
        assert_eq!((both.temperature, both.max_tokens), (Some(0.7), Some(9)));
    }

    #[test]
    fn finish_reasons() {
        assert_eq!(Finish::from_reason(None), Finish::Stop);
        assert_eq!(Finish::from_reason(Some("length")), Finish::Length);
        assert_eq!(Finish::from_reason(Some("content_filter")), Finish::Other);
    }
}
