//! Duplicates: the same text again, and nearly the same text.

mod exact;
mod shingles;
mod words;

pub use exact::content_hash;
pub use shingles::{NEAR_CONTAINMENT, NEAR_CONTAINMENT_SHINGLES, NEAR_JACCARD, Shingles, is_near_duplicate};
