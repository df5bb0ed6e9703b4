//! Passages and queries as vectors: what is near in meaning is near in place.

mod embedder;
mod faiss;
mod flat;
mod hnsw;
mod kernel;
mod retriever;
mod rows;
mod vectors;

pub use embedder::{EmbedError, EmbedErrorKind, Embedder, Side};
pub use hnsw::{Hnsw, HnswOptions};
pub use retriever::DenseRetriever;
pub(crate) use retriever::embed;
pub use rows::RowKind;
pub(crate) use vectors::{About, TextHash, VectorsFile, VectorsWriter};
pub use vectors::{Metric, Vectors};
