//! The interface of every model that makes vectors of texts.

use std::fmt::Debug;

/// What a text is to a model: many have a prefix for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What is searched for.
    Query,
    /// What is found.
    Passage,
}

/// Makes vectors of texts.
pub trait Embedder: Send + Sync + Debug {
    /// The model's name. It goes into an index, so that the vectors of another model are refused there.
    fn name(&self) -> &str;

    /// Numbers in a vector, at least 1.
    fn dimension(&self) -> usize;

    /// The vectors of `texts`, one after the other: `texts.len() · dimension()` numbers, normalised if the model says so.
    ///
    /// Blocks until they are there. Equal texts have equal vectors, whatever they are asked for together with.
    ///
    /// # Errors
    /// When the model cannot be asked, or its answer cannot be used.
    fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError>;
}

/// Why texts have no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EmbedError {
    message: String,
    kind: EmbedErrorKind,
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmbedErrorKind {
    /// It cannot: the model is not there, or cannot take such a text.
    Permanent,
    /// It may: the model's server was busy or out of reach.
    Temporary,
}

impl EmbedError {
    /// An error that asking again does not help.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: EmbedErrorKind::Permanent }
    }

    /// An error that may be gone later.
    pub fn temporary(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: EmbedErrorKind::Temporary }
    }

    /// Whether asking again can help.
    pub fn kind(&self) -> EmbedErrorKind {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::{EmbedError, EmbedErrorKind};

    #[test]
    fn errors_say_what_they_are() {
        let error = EmbedError::temporary("the server is busy");
        assert_eq!(
            (error.to_string().as_str(), error.kind()),
            ("the server is busy", EmbedErrorKind::Temporary)
        );
        assert_eq!(EmbedError::permanent("").kind(), EmbedErrorKind::Permanent);
    }
}
