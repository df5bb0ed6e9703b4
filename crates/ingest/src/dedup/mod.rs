//! Duplicates: the same text again, and nearly the same text.

mod exact;
mod fingerprint;
mod shingles;
mod words;

pub use exact::content_hash;
pub use fingerprint::{Fingerprint, Fingerprints};
pub use shingles::{NEAR_CONTAINMENT, NEAR_CONTAINMENT_SHINGLES, NEAR_JACCARD, Shingles, is_near_duplicate};
pub use words::for_each_word;
