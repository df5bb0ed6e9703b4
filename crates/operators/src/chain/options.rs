//! How chains are made.

use ragstill_ingest::TokenCounter;
use serde::{Deserialize, Serialize};

/// How the reasoning teacher is prompted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// As any chat model takes it: instructions with an example, observations from the user.
    #[default]
    Chat,
    /// As ReaRAG-9B was trained: its functions, the bare question, and observations in a role of their own.
    Rearag,
}

/// The most tokens of a request, and how they are counted.
#[derive(Debug, Clone)]
pub struct Window {
    /// Tokens of all messages together; at least 64.
    pub tokens: usize,
    /// Counts them.
    pub counter: TokenCounter,
}

/// How chains are made.
#[derive(Debug, Clone)]
pub struct ChainOptions {
    /// How many passages a search finds at most; at least 1.
    pub top_k: usize,
    /// The most steps of a chain, the last included; at least 1.
    pub iter_num_max: u32,
    /// How often a reply that cannot be used is asked again, in the whole chain.
    pub max_tries: u32,
    /// How often a chain may search for the same thing; at least 1.
    pub max_same_query: u32,
    /// The most characters of an observation; at least 100. Longer ones are cut.
    pub max_observation: usize,
    /// Whether a step without a thought is asked again.
    pub needs_thought: bool,
    /// How the reasoning teacher is prompted.
    pub style: Style,
    /// What the reasoning teacher's and the answerer's requests are cut to, in their middle; `None`: they are not.
    pub window: Option<Window>,
}

impl Default for ChainOptions {
    fn default() -> Self {
        Self {
            top_k: 3,
            iter_num_max: 25,
            max_tries: 20,
            max_same_query: 2,
            max_observation: 4_000,
            needs_thought: true,
            style: Style::Chat,
            window: None,
        }
    }
}

impl ChainOptions {
    /// The options that are out of range, a sentence each that starts with the option's name.
    pub fn faults(&self) -> Vec<String> {
        let least = [
            ("top_k", self.top_k, 1),
            ("iter_num_max", self.iter_num_max as usize, 1),
            ("max_same_query", self.max_same_query as usize, 1),
            ("max_observation", self.max_observation, 100),
            ("model_max_length", self.window.as_ref().map_or(usize::MAX, |window| window.tokens), 64),
        ];
        let low = least.into_iter().filter(|(_, value, least)| value < least);
        low.map(|(name, value, least)| format!("option `{name}` must be at least {least}, found {value}"))
            .collect()
    }
}
