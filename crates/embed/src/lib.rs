//! Models that make vectors of texts, each an [`Embedder`](ragstill_retrieve::dense::Embedder).
//!
//! - [`open`]: the model in a folder, or behind an address.
//! - [`open_index`]: an index with the model that made its vectors.
//! - [`local`]: BERT-family models from a folder, computed in this process.
//! - [`endpoint`]: any server with an OpenAI-compatible `/v1/embeddings`.

pub mod endpoint;
mod index;
#[cfg(feature = "local")]
pub mod local;
mod open;
mod options;
mod unit;

pub use index::{Model, OpenIndexError, open_index};
pub use open::open;
pub use options::{EmbedOptions, Pooling};
