//! `{"messages":[{"role","content","train"}]}`: conversations with a loss mask by turn.
//!
//! Axolotl's `chat_template` strategy reads it when told `message_field_training: train`.

use std::path::Path;

use ragstill_core::{Example, ExampleKind};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::format::ExampleWriter;

#[derive(Serialize)]
struct Row<'a> {
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
    train: bool,
}

pub(crate) fn create(path: &Path) -> Result<Box<dyn ExampleWriter>> {
    crate::jsonl::create(path, line)
}

fn line(example: &Example) -> Result<Result<String, &'static str>> {
    let conversation = match example {
        Example::Conversation(conversation) => conversation,
        Example::Triplet(triplet) => {
            return Err(Error::Kind {
                format: "messages",
                wants: ExampleKind::Conversation.as_str(),
                record: triplet.id.to_string(),
            });
        }
    };
    let messages = conversation
        .turns
        .iter()
        .map(|turn| Message { role: turn.role.as_str(), content: &turn.text, train: turn.train })
        .collect();
    // Plain structures with string keys always serialise.
    Ok(Ok(serde_json::to_string(&Row { messages }).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Conversation, Example, RecordId, Role, Triplet, Turn};

    use super::create;

    #[test]
    fn each_turn_says_whether_it_is_trained() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.jsonl");
        let mut writer = create(&path).unwrap();
        let turn = |role, text: &str, train| Turn { role, text: text.to_owned(), train };
        let example = Example::Conversation(Conversation {
            id: RecordId::given("r"),
            turns: vec![
                turn(Role::System, "s", false),
                turn(Role::User, "q\n\"x\"", false),
                turn(Role::Assistant, "a", true),
            ],
        });
        writer.write(&example).unwrap();
        assert_eq!(writer.finish().unwrap().rows, 1);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\"messages\":[{\"role\":\"system\",\"content\":\"s\",\"train\":false},{\"role\":\"user\",\"content\":\"q\\n\\\"x\\\"\",\"train\":false},{\"role\":\"assistant\",\"content\":\"a\",\"train\":true}]}\n"
        );
    }

    #[test]
    fn another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = create(&folder.path().join("m.jsonl")).unwrap();
        let triplet = Triplet {
            id: RecordId::given("r7"),
            query: "q".into(),
            positives: vec!["p".into()],
            negatives: vec![],
        };
        let error = writer.write(&Example::Triplet(triplet)).unwrap_err().to_string();
        assert!(error.contains("r7") && error.contains("conversation"), "{error}");
    }
}
