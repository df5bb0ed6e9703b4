//! Models that make vectors of texts, each an [`Embedder`](ragstill_retrieve::dense::Embedder).
//!
//! - [`open`]: the model in a folder, or behind an address.
//! - [`open_index`]: an index with the model that made its vectors.
//! - [`KeptModel`]: vectors of passages that are kept in a file, so that nothing is asked twice.
//! - [`local`]: BERT-family models from a folder, computed in this process.
//! - [`endpoint`]: any server with an OpenAI-compatible `/v1/embeddings`.

pub mod endpoint;
mod index;
mod kept;
#[cfg(feature = "local")]
pub mod local;
mod open;
mod options;
mod unit;

pub use index::{Model, OpenIndexError, open_index};
pub use kept::{Control, KeptError, KeptModel, Made, ModelId, VectorStore};
pub use open::open;
pub use options::{EmbedOptions, Pooling};
