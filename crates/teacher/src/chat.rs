//! The request and the answer: what every layer passes on.

use std::fmt;
use std::sync::Arc;

use ragstill_core::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::prompt::OutputSchema;

/// One message of a chat request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: MessageRole,
    /// The text.
    pub content: String,
}

/// Who a message of a request is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// Standing instructions.
    System,
    /// The question.
    User,
    /// What the model said earlier.
    Assistant,
}

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
    pub messages: Vec<Message>,
    /// How to draw the answer.
    pub sampling: Sampling,
    /// The shape that the answer must have, if it must be JSON.
    pub schema: Option<Arc<OutputSchema>>,
    /// 0 for the first answer to a request, 1 for the next that differs in nothing else, and so on.
    pub sample: u32,
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
        #[derive(Serialize)]
        struct Request<'a> {
            model: &'a str,
            messages: &'a [Message],
            sampling: &'a Sampling,
            schema: Option<&'a Value>,
            sample: u32,
        }
        let request = Request {
            model,
            messages: &ask.messages,
            sampling: &ask.sampling,
            schema: ask.schema.as_deref().map(OutputSchema::source),
            sample: ask.sample,
        };
        let mut hash = HashWriter(blake3::Hasher::new());
        // Writing plain structures into a hash cannot fail: there is no map with keys that are not strings.
        let written = serde_json::to_writer(&mut hash, &request);
        debug_assert!(written.is_ok());
        Self(hash.0.finalize().into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

struct HashWriter(blake3::Hasher);

impl std::io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
        // Pinned (BLAKE3 of the request as JSON, computed elsewhere): a change here would ask every stored answer again.
        assert_eq!(key.to_string(), "fb1d73af91cf7761e94fa368da7fefcfd69cd9f3b045930483af76ae1c834dac");
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
