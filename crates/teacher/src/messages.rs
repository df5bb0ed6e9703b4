//! The messages of a request, and their JSON.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// One message of a chat request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `system`, `user`, `assistant` or `observation`.
    pub role: MessageRole,
    /// The text; the same for every request where a prompt's section has no variables.
    #[serde(serialize_with = "text")]
    pub content: Arc<str>,
}

/// Who a message of a request is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// Standing instructions.
    System,
    /// The question.
    User,
    /// What the model said earlier.
    Assistant,
    /// What a search returned, for models whose chat template has this role; others take it from the user.
    Observation,
}

fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// The messages of a request. Their JSON goes into the key, the store and the body of every attempt, so it is written
/// once; and the parts of it that every request of a prompt shares, once a run.
#[derive(Debug, Clone)]
pub struct Messages {
    list: Vec<Message>,
    json: Box<RawValue>,
}

impl Messages {
    /// Messages with the JSON of each.
    pub(crate) fn joined(list: Vec<Message>, parts: &[impl AsRef<str>]) -> Self {
        let length: usize = parts.iter().map(|part| part.as_ref().len() + 1).sum();
        let mut json = String::with_capacity(length + 1);
        for part in parts {
            json.push(if json.is_empty() { '[' } else { ',' });
            json.push_str(part.as_ref());
        }
        json.push_str(if json.is_empty() { "[]" } else { "]" });
        // Objects with commas between them are a list.
        let json = RawValue::from_string(json).unwrap_or_default();
        Self { list, json }
    }

    /// The messages as a JSON list.
    pub fn json(&self) -> &RawValue {
        &self.json
    }
}

impl From<Vec<Message>> for Messages {
    fn from(list: Vec<Message>) -> Self {
        let parts: Vec<String> = list.iter().map(Message::to_json).collect();
        Self::joined(list, &parts)
    }
}

impl Deref for Messages {
    type Target = [Message];

    fn deref(&self) -> &[Message] {
        &self.list
    }
}

impl Serialize for Messages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl Message {
    /// The message as JSON.
    pub(crate) fn to_json(&self) -> String {
        // Room for escapes, so that the text is not copied as it grows.
        let mut json = Vec::with_capacity(self.content.len() + self.content.len() / 16 + 64);
        // Plain structures with string keys always serialise, and to UTF-8.
        let written = serde_json::to_writer(&mut json, self);
        debug_assert!(written.is_ok());
        String::from_utf8(json).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Message, MessageRole, Messages};

    #[test]
    fn the_json_is_that_of_the_list() {
        let message = |role, content: &str| Message { role, content: content.into() };
        let list = vec![message(MessageRole::System, "a \"b\"\n"), message(MessageRole::User, "ü\u{1}")];
        let messages = Messages::from(list.clone());
        assert_eq!(messages.json().get(), serde_json::to_string(&list).unwrap());
        assert_eq!(serde_json::to_value(&messages).unwrap(), serde_json::to_value(&list).unwrap());
        assert_eq!(&messages[..], &list[..]);
        let none: Value = serde_json::from_str(Messages::from(Vec::new()).json().get()).unwrap();
        assert_eq!(none, json!([]));
    }
}
