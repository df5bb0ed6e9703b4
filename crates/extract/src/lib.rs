//! The bytes of one document to its text.
//!
//! Each format has a module with one function, `extract(bytes, limits) -> Result<Extracted, Error>`: no I/O, no threads,
//! no panics, time and memory bounded by [`Limits`] whatever the bytes are. Structure comes out as Markdown: headings
//! `#`, lists, pipe tables, fenced code; paragraphs are parted by a blank line, line breaks are `\n`.

#[cfg(feature = "office")]
mod archive;
#[cfg(feature = "office")]
pub mod docx;
#[cfg(feature = "office")]
pub mod epub;
mod error;
mod extracted;
#[cfg(feature = "html")]
pub mod html;
mod limits;
#[cfg(feature = "html")]
mod markdown;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod rst;
#[cfg(feature = "office")]
mod xml;

pub use error::{Error, Reason};
pub use extracted::Extracted;
pub use limits::Limits;
