//! Retrieval and grounded answers over HTTP, in the shapes that ReaRAG, FlashRAG and Search-R1 send.
//!
//! - [`Server`]: the routes over a collection and, perhaps, an [`Answerer`].
//! - [`Address`]: where it listens.
//! - [`ServerConfig`]: what it may be asked for, and how much at once.
//!
//! Searches run on threads of their own behind a queue that ends, so that a server under any load needs the same memory
//! and goes on answering.

mod answer;
mod app;
mod config;
mod error;
mod http;
mod listen;
mod routes;
mod search;
mod server;

pub use answer::Answerer;
pub use config::ServerConfig;
pub use error::{Error, Result};
pub use http::Token;
pub use listen::{Address, Listener};
pub use server::{Ended, Server};
