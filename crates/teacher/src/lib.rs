//! Teachers: the chat request and its answer, the layers between a request and a model, the durable answer store,
//! prompts, and the parsing of what models write.

mod build;
mod chat;
mod config;
mod error;
pub mod extractive;
pub mod layers;
mod messages;
pub mod openai;
pub mod parse;
mod prompt;
mod secret;
mod stop;
mod store;
mod telemetry;
#[cfg(test)]
mod testing;

pub use build::{BuiltTeacher, Shared, TeacherSpec, build, check};
pub use chat::{Answer, Ask, Finish, Key, Sampling, Teacher, Usage, estimate_tokens};
pub use config::{Price, ROLES, TeacherConfig};
pub use error::{Error, Kind, Result, Scope, Status};
pub use messages::{Message, MessageRole, Messages};
pub use prompt::{FrontMatter, OutputSchema, Prompt, Prompts, StandIn, block};
pub use secret::ApiKey;
pub use stop::Stop;
pub use store::Store;
pub use telemetry::{Snapshot, Telemetry};
