//! Why a reply could not be used.

use super::excerpt::excerpt;
use super::json::JsonError;
use super::schema::SchemaError;

/// Why no value was taken from a reply. Every message is one short line, fit for a reject's reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The reply is blank, or blank but for its reasoning.
    #[error("the reply has no answer: it is empty{}", if *.reasoned { " after its reasoning" } else { "" })]
    Empty {
        /// Whether there was reasoning.
        reasoned: bool,
    },
    /// The reply ended while the model was still thinking.
    #[error("the reply ended inside its reasoning: allow more tokens for an answer")]
    UnclosedReasoning,
    /// No object or array, nor anything like one.
    #[error("no JSON object or array in the reply, which begins {beginning}")]
    NoJson {
        /// The first characters of the reply, escaped and between backquotes.
        beginning: String,
    },
    /// Something like JSON that cannot be read, or breaks off.
    #[error("{error}{}", among(*.candidate, *.of))]
    Json {
        /// Its number in the order of [`candidates`](super::candidates()), from 1.
        candidate: usize,
        /// How many candidates there were.
        of: usize,
        /// What is wrong with it; positions count from the start of the reply without its reasoning.
        error: JsonError,
    },
    /// A value that is not what was asked for.
    #[error("the JSON does not fit: {error}{}", among(*.candidate, *.of))]
    Schema {
        /// Its number in the order of [`candidates`](super::candidates()), from 1.
        candidate: usize,
        /// How many candidates there were.
        of: usize,
        /// What is wrong with it.
        error: SchemaError,
    },
}

impl ParseError {
    pub(super) fn nothing_in(text: &str) -> Self {
        Self::NoJson { beginning: excerpt(text) }
    }

    /// Whether the reply was cut off, inside its reasoning or its JSON, so that a larger token limit may help.
    pub fn is_truncated(&self) -> bool {
        match self {
            Self::UnclosedReasoning => true,
            Self::Json { error, .. } => error.truncated,
            _ => false,
        }
    }
}

fn among(candidate: usize, of: usize) -> String {
    if of > 1 { format!(" (candidate {candidate} of {of})") } else { String::new() }
}
