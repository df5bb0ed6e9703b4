//! Passages and queries as vectors: what is near in meaning is near in place.

mod embedder;

pub use embedder::{EmbedError, EmbedErrorKind, Embedder, Side};
