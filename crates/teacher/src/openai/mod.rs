//! Any server with an OpenAI-compatible `POST /v1/chat/completions`: OpenAI, vLLM, SGLang, llama.cpp, Ollama,
//! OpenRouter and others.

mod body;
mod failure;
mod post;
mod server;
mod success;
mod url;

pub use post::{Post, Posted};
pub use server::{OpenAi, ServerSettings, http_client};
pub use url::{embeddings_url, endpoint_url};

/// What to look at when a teacher is unknown at its address.
const CHECK: &str = "check --teacher and --model";
