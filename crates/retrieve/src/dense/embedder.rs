//! What makes vectors of texts.

use std::fmt;

/// What a text is to the search. Models such as E5 are told by a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// It is searched for.
    Query,
    /// It is found.
    Passage,
}

/// Why texts could not be embedded.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EmbedError {
    message: String,
    temporary: bool,
}

impl EmbedError {
    /// What stays wrong however often it is tried: another model, a text that cannot be read.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), temporary: false }
    }

    /// What may go right later: a server that is down.
    pub fn temporary(message: impl Into<String>) -> Self {
        Self { message: message.into(), temporary: true }
    }

    /// Whether it may go right later.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }
}

/// Makes vectors of texts.
pub trait Embedder: Send + Sync + fmt::Debug {
    /// The model's name. It goes into indexes, so that vectors of another model are refused.
    fn name(&self) -> &str;

    /// Numbers in a vector, at least 1.
    fn dimension(&self) -> usize;

    /// The vectors of texts, one after the other: `texts.len()` times [`dimension`](Self::dimension) finite numbers, of
    /// length 1 if the model says so. It blocks, so it must not be called on a thread that drives async tasks.
    ///
    /// # Errors
    /// When the model, or the server that has it, cannot embed them.
    fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError>;
}
