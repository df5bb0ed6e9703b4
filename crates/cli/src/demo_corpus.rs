//! The corpus of `ragstill demo`: some thirty short documents from three fields, near duplicates and traps among them.

use ragstill_core::Document;
use ragstill_ingest::markdown_document;

include!(concat!(env!("OUT_DIR"), "/demo_corpus.rs"));

/// The documents, in the order of their file names.
pub fn documents() -> Vec<Document> {
    FILES.iter().map(|(name, text)| markdown_document(*name, text)).collect()
}
