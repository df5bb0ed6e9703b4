//! Files and folders to records.
//!
//! [`Input::open`] resolves paths and reports everything that is wrong with them at once; [`Input::records`] streams
//! their records, any number of times, in flat memory. JSON rows pass through as they are; documents (text, Markdown)
//! are cut by [`chunk`]. Every record knows its [`Place`].
//!
//! `formats/` holds a reader for each format, `chunk/` the cutting of documents, `dedup/` the comparison of texts.

mod chunk;
mod dedup;
mod discover;
mod error;
mod formats;
mod input;
mod inventory;
mod options;
mod origin;
mod place;
mod records;
mod spool;

pub use chunk::{Chunked, Spans, chunk, spans};
pub use dedup::{
    Fingerprint, Fingerprints, NEAR_CONTAINMENT, NEAR_CONTAINMENT_SHINGLES, NEAR_JACCARD, Shingles,
    content_hash, for_each_word, is_near_duplicate,
};
pub use error::{Error, ErrorKind, Fault};
pub use formats::{Format, markdown_document};
pub use input::Input;
pub use inventory::{FileCount, Inventory};
pub use options::{ChunkOptions, ReadOptions};
pub use place::Place;
pub use records::{Records, Sourced};
