//! Any server with an OpenAI-compatible `POST /v1/embeddings`: TEI, vLLM, Ollama, llama.cpp, OpenAI and others.

mod answer;
mod client;
mod server;
mod worker;

pub use client::Endpoint;
