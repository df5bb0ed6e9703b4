//! Texts as vectors.

mod embedder;

pub use embedder::{EmbedError, Embedder, Side};
