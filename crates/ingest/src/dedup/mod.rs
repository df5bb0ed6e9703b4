//! Duplicates: the same text again, and nearly the same text.
//!
//! A corpus that fits into memory is compared by its [`Fingerprints`]. One that streams by is read twice: [`Signature`]s
//! tell a [`Finder`] which texts have something in common, and a [`Verifier`] compares these in full. Where texts are decided
//! on as they come, [`band_keys`] tell which of the earlier ones to compare with.

mod exact;
mod finder;
mod fingerprint;
mod shelf;
mod shingles;
mod signature;
mod verifier;
mod words;

pub use exact::content_hash;
pub use finder::{Candidates, Finder};
pub use fingerprint::{Fingerprint, Fingerprints};
pub use shingles::{NEAR_CONTAINMENT, NEAR_CONTAINMENT_SHINGLES, NEAR_JACCARD, Shingles, is_near_duplicate};
pub use signature::{BANDS, Dedup, Signature, band_keys};
pub use verifier::{DEDUP_JACCARD, Duplicate, DuplicateKind, Verifier};
pub(crate) use words::word_hashes;
pub use words::{for_each_word, word_ranges};
