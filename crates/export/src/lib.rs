//! Examples to the files trainers read: one file of code for each format.

mod error;
mod format;
mod jsonl;
mod messages;
mod triplets;
mod whole_file;

pub use error::{Error, Result};
pub use format::{ExampleWriter, FORMATS, Format, Written, find_format};
pub use whole_file::WholeFile;
