//! Finished training examples: what a trainer will see. Exporters know only these.

use serde::{Deserialize, Serialize};

use crate::RecordId;

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions that stand before the conversation.
    System,
    /// The person who asks.
    User,
    /// The model that is trained.
    Assistant,
    /// What a tool returned, for instance a search.
    Observation,
}

impl Role {
    /// The role's name as chat formats write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Observation => "observation",
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
    /// Whether the loss counts this turn's tokens.
    pub train: bool,
}

/// A conversation with a loss mask by turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The record that the example was made from.
    pub id: RecordId,
    /// The turns, in order; never empty.
    pub turns: Vec<Turn>,
}

/// A query with passages that answer it and passages that only look as if they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triplet {
    /// The record that the example was made from.
    pub id: RecordId,
    /// The query.
    pub query: String,
    /// Passages that answer the query; never empty.
    pub positives: Vec<String>,
    /// Hard negatives, hardest first; may be empty.
    pub negatives: Vec<String>,
}

/// What kind of example something is: recipes say it, exporters are asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExampleKind {
    /// [`Conversation`].
    Conversation,
    /// [`Triplet`].
    Triplet,
}

impl ExampleKind {
    /// The kind's name as a recipe writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Triplet => "triplet",
        }
    }
}

/// A finished example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Example {
    /// For supervised fine-tuning.
    Conversation(Conversation),
    /// For training a retriever.
    Triplet(Triplet),
}

impl Example {
    /// The example's kind.
    pub fn kind(&self) -> ExampleKind {
        match self {
            Self::Conversation(_) => ExampleKind::Conversation,
            Self::Triplet(_) => ExampleKind::Triplet,
        }
    }
}
