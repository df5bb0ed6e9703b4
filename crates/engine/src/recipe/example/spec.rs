//! What a recipe says of its examples.

use std::collections::BTreeMap;

use ragstill_core::ExampleKind;
use serde::{Deserialize, Serialize};

/// How records become examples of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ExampleSpec {
    /// A conversation for fine-tuning.
    Conversation {
        /// An expression: only records for which it is true make the example; all do without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
        /// The turns in order.
        turns: Vec<TurnSpec>,
    },
    /// A question with answers that can be checked, for reinforcement learning.
    Task {
        /// An expression: only records for which it is true make the example; all do without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
        /// A template for the question.
        question: String,
        /// An expression that gives a list of texts, the preferred answer first.
        answers: String,
        /// Expressions for what else is known of the task, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        metadata: BTreeMap<String, String>,
    },
    /// A triplet for training a retriever.
    Triplet {
        /// An expression: only records for which it is true make the example; all do without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
        /// A template for the query.
        query: String,
        /// An expression that gives a list of texts, for instance `[text]`.
        positives: String,
        /// An expression that gives a list of texts, for instance `hard_negatives`.
        negatives: String,
    },
}

/// One turn of a conversation, or some turns for each item of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnSpec {
    /// `system`, `user`, `assistant` or `observation`, or a template that gives one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// A template over the record's fields and, within `each`, `item`. What the filter `droppable` is put on may be left
    /// out when the example is too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the loss counts the turn, or an expression that says so; by default only the assistant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<Train>,
    /// An expression for the call of a tool that the turn makes: an object with `name`, `arguments` and perhaps `thought`, or
    /// none. It says what stands in the text, for formats that have a place for calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// An expression that gives a list: `turns` are made for each of its items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// The turns for each item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TurnSpec>,
}

/// Whether the loss counts a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Train {
    /// It does, or does not.
    Always(bool),
    /// It does if this expression is true.
    When(String),
}

impl ExampleSpec {
    /// The kind of example that it makes.
    pub fn kind(&self) -> ExampleKind {
        match self {
            Self::Conversation { .. } => ExampleKind::Conversation,
            Self::Task { .. } => ExampleKind::Task,
            Self::Triplet { .. } => ExampleKind::Triplet,
        }
    }

    /// The expression that says which records make it, if not all do.
    pub fn when(&self) -> Option<&str> {
        match self {
            Self::Conversation { when, .. } | Self::Task { when, .. } | Self::Triplet { when, .. } => {
                when.as_deref()
            }
        }
    }
}
