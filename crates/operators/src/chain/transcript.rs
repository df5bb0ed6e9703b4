//! The conversation as the reasoning teacher sees it.

use ragstill_teacher::{Message, MessageRole, block};
use serde_json::{Map, Value, json};

use super::options::Style;
use super::steps::ChainStep;

/// The turns of the steps so far.
pub(super) fn turns(steps: &[ChainStep], style: Style) -> Vec<Message> {
    let mut turns = Vec::with_capacity(2 * steps.len());
    for (number, step) in (1_u32..).zip(steps) {
        let message = |role, content: String| Message { role, content: content.into() };
        turns.push(message(MessageRole::Assistant, step.render(number)));
        let observation = step.observation.as_deref().unwrap_or_default();
        turns.push(match style {
            Style::Chat => {
                let next = number + 1;
                let found = block(observation, "observation");
                message(
                    MessageRole::User,
                    format!("Observation {number}:\n{found}\n\nWrite Thought {next} and Action {next}."),
                )
            }
            Style::Rearag => message(MessageRole::Observation, observation.to_owned()),
        });
    }
    turns
}

/// What the prompt is rendered with: the question, and for the built-in teacher, which sees no messages, the steps.
pub(super) fn variables(question: &str, steps: &[ChainStep]) -> Map<String, Value> {
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| json!({"query": step.action.text(), "observation": step.observation}))
        .collect();
    Map::from_iter([
        ("question".to_owned(), Value::from(question)),
        ("steps".to_owned(), Value::Array(steps)),
    ])
}
