//! The bytes of one document to its text.
//!
//! Each format has a module with one function, `extract(bytes, limits) -> Result<Extracted, Error>`: no I/O, no threads,
//! no panics, time and memory bounded by [`Limits`] whatever the bytes are. Structure comes out as Markdown: headings
//! `#`, lists, pipe tables, fenced code; paragraphs are parted by a blank line, line breaks are `\n`.

mod error;
mod extracted;
mod limits;

pub use error::{Error, Reason};
pub use extracted::Extracted;
pub use limits::Limits;
