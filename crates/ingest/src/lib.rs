//! Files and folders to records.
//!
//! [`Input::open`] resolves paths and reports everything that is wrong with them at once; [`Input::records`] streams
//! their records, any number of times, in flat memory. JSON rows pass through as they are; documents (text, PDF and so on)
//! are cut by a [`Chunker`]. Every record knows its [`Place`].
//!
//! `formats/` holds a reader for each format, `chunk/` the cutting of documents, `dedup/` the comparison of texts.

mod chunk;
mod column;
mod compression;
mod decode;
mod decontaminate;
mod dedup;
mod discover;
mod error;
mod formats;
mod input;
mod inventory;
mod options;
mod origin;
mod place;
mod read;
mod report;
mod screen;
mod spool;

pub use chunk::{ChunkBy, ChunkOptions, Chunked, Chunker, TokenCounter};
pub use column::TextColumn;
pub use decontaminate::{Contamination, Overlap};
pub use dedup::{
    BANDS, Candidates, DEDUP_JACCARD, Dedup, Duplicate, DuplicateKind, Finder, Fingerprint, Fingerprints,
    NEAR_CONTAINMENT, NEAR_CONTAINMENT_SHINGLES, NEAR_JACCARD, Shingles, Signature, Verifier, band_keys,
    content_hash, for_each_word, is_near_duplicate, word_ranges,
};
pub use error::{Error, ErrorKind, Fault};
pub use formats::{Format, markdown_document};
pub use input::Input;
pub use inventory::{FileCount, Inventory};
pub use options::ReadOptions;
pub use place::Place;
pub use read::{Records, Sourced};
pub use report::{CorpusReport, LengthCount, TextCount};
pub use screen::{
    CONTAMINATED, DUPLICATE, DUPLICATE_DOCUMENT, EvaluationMatch, Excluded, Exclusion, NEAR_DUPLICATE,
    NEAR_DUPLICATE_DOCUMENT, RepeatedDocument, RepeatedDocuments, Screener, read_contamination,
};
