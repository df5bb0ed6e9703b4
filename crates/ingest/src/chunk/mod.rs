//! Cutting documents into chunks: at paragraph bounds, else sentences, else words, else graphemes.
//!
//! [`Chunker`] is the way in. `spans` goes through a text and asks a measure (characters, sections, sentences, `tokens`)
//! how far a chunk may reach and `cut` where to end it; `overlap` says where the next one starts. `cut` chooses among the
//! `bounds`, which `plain` and `markdown` find by the structure of a text and `sentence` by its marks.

mod bounds;
mod characters;
mod chunker;
mod cut;
mod grapheme;
mod markdown;
mod options;
mod overlap;
mod plain;
mod sections;
mod sentence;
mod spans;
#[cfg(test)]
mod tests;
mod tokens;

pub use chunker::{Chunked, Chunker};
pub use options::{ChunkBy, ChunkOptions};
pub use tokens::TokenCounter;
