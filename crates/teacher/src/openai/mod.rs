//! Any server with an OpenAI-compatible `POST /v1/chat/completions`: OpenAI, vLLM, SGLang, llama.cpp, Ollama,
//! OpenRouter and others.

mod body;
mod completions;
mod failure;
mod server;
mod success;
mod url;

pub use completions::{Choice, Completion, Completions};
pub use server::{OpenAi, ServerSettings, http_client};
pub use url::endpoint_url;
