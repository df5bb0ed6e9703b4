//! BERT-family models from a folder, computed in this process: no Python, no other program, nothing downloaded.
//!
//! The folder is as it comes from a hub: `config.json`, `tokenizer.json`, `model.safetensors`, and, where it is one of
//! sentence-transformers, `modules.json` and what it names. [`LocalEmbedder::open`] reads it.

mod batches;
mod config;
mod embedder;
mod encoder;
mod folder;
mod math;
mod pool;
mod sentence;
#[cfg(test)]
mod testing;
mod tokens;
mod weights;

pub use embedder::LocalEmbedder;
