//! A chat request, read only as far as somebody looks.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::Xxh3;

use crate::draw::RequestKey;

/// A request body that is not a chat request.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a chat request: {0}")]
pub struct InvalidRequest(#[from] serde_json::Error);

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user`, `assistant`, …
    pub role: String,
    /// The text; parts of a structured content are joined, anything that is not text is left out.
    pub content: String,
}

/// The body of a `POST /v1/chat/completions`.
#[derive(Debug)]
pub struct ChatRequest {
    key: RequestKey,
    attempt: u32,
    model: String,
    has_response_format: bool,
    streams: bool,
    body: Bytes,
    raw_messages: Bytes,
    messages: OnceLock<Vec<Message>>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    model: Cow<'a, str>,
    #[serde(borrow)]
    messages: &'a RawValue,
    #[serde(borrow, default)]
    temperature: Option<&'a RawValue>,
    #[serde(borrow, default)]
    top_p: Option<&'a RawValue>,
    #[serde(borrow, default)]
    max_tokens: Option<&'a RawValue>,
    #[serde(borrow, default)]
    max_completion_tokens: Option<&'a RawValue>,
    #[serde(borrow, default)]
    seed: Option<&'a RawValue>,
    response_format: Option<IgnoredAny>,
    stream: Option<bool>,
}

impl ChatRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// When the body is not a JSON object with a string `model` and a list `messages`.
    pub fn parse(body: Bytes) -> Result<Self, InvalidRequest> {
        let wire: Wire<'_> = serde_json::from_slice(&body)?;
        if !wire.messages.get().starts_with('[') {
            return Err(InvalidRequest(serde::de::Error::custom("`messages` is not a list")));
        }
        let mut hash = Xxh3::new();
        hash.update(wire.model.as_bytes());
        let sampling = [wire.temperature, wire.top_p, wire.max_tokens, wire.max_completion_tokens, wire.seed];
        for field in [Some(wire.messages)].into_iter().chain(sampling) {
            // Separated by a byte that no JSON text holds, so that fields cannot run into each other.
            hash.update(&[0]);
            hash.update(field.map_or("", RawValue::get).as_bytes());
        }
        Ok(Self {
            key: RequestKey::new(hash.digest()),
            attempt: 0,
            model: wire.model.as_ref().to_owned(),
            has_response_format: wire.response_format.is_some(),
            streams: wire.stream == Some(true),
            raw_messages: body.slice_ref(wire.messages.get().as_bytes()),
            messages: OnceLock::new(),
            body,
        })
    }

    /// The key: a hash of `model`, `messages`, `temperature`, `top_p`, `max_tokens`,
    /// `max_completion_tokens` and `seed`, each byte for byte as it was sent. How the answer shall be formatted
    /// or delivered (`response_format`, `stream`, `user` …) does not count.
    pub fn key(&self) -> RequestKey {
        self.key
    }

    /// How often this key was asked before: 0 for the first attempt.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The model asked for.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The conversation, read when first looked at. Empty when it has not the shape of one.
    pub fn messages(&self) -> &[Message] {
        self.messages.get_or_init(|| {
            let wire: Vec<WireMessage> = serde_json::from_slice(&self.raw_messages).unwrap_or_default();
            wire.into_iter().map(|wire| Message { role: wire.role, content: wire.content.0 }).collect()
        })
    }

    /// The text of the last message of the role `user`, or of the last message when there is none.
    pub fn prompt(&self) -> &str {
        let messages = self.messages();
        let user = messages.iter().rev().find(|message| message.role == "user");
        user.or(messages.last()).map_or("", |message| &message.content)
    }

    /// Whether `response_format` was sent (and not null).
    pub fn has_response_format(&self) -> bool {
        self.has_response_format
    }

    /// The body as it was sent, for any field that has no method here.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the answer was to be streamed.
    pub(crate) fn streams(&self) -> bool {
        self.streams
    }

    /// The size of the messages, for the usage reported.
    pub(crate) fn message_bytes(&self) -> usize {
        self.raw_messages.len()
    }

    pub(crate) fn set_attempt(&mut self, attempt: u32) {
        self.attempt = attempt;
    }
}

#[derive(Deserialize)]
struct WireMessage {
    role: String,
    #[serde(default)]
    content: WireContent,
}

/// Text, a list of parts, or null. (An untagged enum would copy every text once more.)
#[derive(Default)]
struct WireContent(String);

#[derive(Deserialize)]
struct WirePart {
    #[serde(default)]
    text: String,
}

impl<'de> Deserialize<'de> for WireContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Content;

        impl<'de> Visitor<'de> for Content {
            type Value = WireContent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a list of parts, or null")
            }

            fn visit_str<E>(self, text: &str) -> Result<WireContent, E> {
                Ok(WireContent(text.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<WireContent, E> {
                Ok(WireContent::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<WireContent, A::Error> {
                let mut content = WireContent::default();
                while let Some(part) = parts.next_element::<WirePart>()? {
                    content.0.push_str(&part.text);
                }
                Ok(content)
            }
        }

        deserializer.deserialize_any(Content)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{ChatRequest, Message};

    fn parse(body: &str) -> ChatRequest {
        ChatRequest::parse(Bytes::copy_from_slice(body.as_bytes())).unwrap()
    }

    #[test]
    fn the_key_covers_what_changes_the_answer_and_nothing_else() {
        let base = parse(r#"{"model":"m","messages":[{"role":"user","content":"a"}],"seed":1}"#);
        let same = [
            r#"{"seed":1,"messages":[{"role":"user","content":"a"}],"model":"m"}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}],"seed":1,"response_format":{}}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}],"seed":1,"user":"x"}"#,
        ];
        for body in same {
            assert_eq!(parse(body).key(), base.key(), "{body}");
        }
        let other = [
            r#"{"model":"n","messages":[{"role":"user","content":"a"}],"seed":1}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"b"}],"seed":1}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}],"seed":2}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}]}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":1}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"a"}],"seed":1,"temperature":1}"#,
        ];
        for body in other {
            assert_ne!(parse(body).key(), base.key(), "{body}");
        }
    }

    #[test]
    fn messages_are_read_with_escapes_and_parts() {
        let request = parse(
            r#"{"model":"m\u0041","messages":[{"role":"system","content":"a\nb"},
                {"role":"user","content":[{"type":"text","text":"c"},{"type":"image_url","image_url":{}},
                {"type":"text","text":"d"}]},{"role":"assistant","content":null}]}"#,
        );
        let message = |role: &str, content: &str| Message { role: role.into(), content: content.into() };
        assert_eq!(
            request.messages(),
            [message("system", "a\nb"), message("user", "cd"), message("assistant", "")]
        );
        assert_eq!(request.prompt(), "cd");
        assert_eq!(request.model(), "mA");
    }

    #[test]
    fn what_is_no_chat_request_is_refused() {
        for body in
            ["", "[]", "{}", r#"{"model":"m"}"#, r#"{"model":"m","messages":{}}"#, r#"{"messages":[]}"#]
        {
            let error = ChatRequest::parse(Bytes::copy_from_slice(body.as_bytes()));
            assert!(error.is_err(), "{body:?} was accepted");
        }
    }
}
