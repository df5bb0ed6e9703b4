//! Prompts: Markdown files with front matter, rendered strictly.

mod file;
mod render;
mod schema;
mod set;
mod stand_in;

pub use file::FrontMatter;
pub use render::{Prompt, block};
pub use schema::OutputSchema;
pub use set::Prompts;
pub use stand_in::StandIn;
