//! Record ids: stable names for rows, independent of timing, order of files and the machine.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The stable name of a record: 16 hexadecimal digits of a hash over its source and content, or, for a record made
/// from another, the parent's id, a slash and the child's index (`3f2a…/0`).
///
/// Every random choice about a record is seeded by its id, so ids decide shuffles and with them prompts: the same
/// input must always get the same id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(String);

impl RecordId {
    /// The id of a record with this text that came from `source` (a path relative to the input it was found under).
    ///
    /// Two rows with the same source and content get the same id here; [`IdAllocator`] tells them apart.
    pub fn of(source: &str, content: &str) -> Self {
        let mut hash = Sha256::new();
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update((source.len() as u64).to_le_bytes());
        hash.update(source.as_bytes());
        hash.update(content.as_bytes());
        let digest = hash.finalize();
        Self(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// An id that the input brought along (a row of an earlier run).
    pub fn given(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id of the `index`-th record (from 0) made from this one.
    pub fn child(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Keeps ids of one input unique: the second record with the same id becomes `id-2`, the third `id-3`.
///
/// Holds eight bytes a distinct id, not the ids themselves, so that a million rows cost some 16 MB.
#[derive(Debug, Default)]
pub struct IdAllocator {
    seen: HashMap<u64, u32>,
}

impl IdAllocator {
    /// `id`, or `id` with the number of its occurrence when it was handed out before.
    pub fn unique(&mut self, id: RecordId) -> RecordId {
        let digest = Sha256::digest(id.0.as_bytes());
        let mut first = [0_u8; 8];
        first.copy_from_slice(&digest[..8]);
        let count = self.seen.entry(u64::from_le_bytes(first)).or_insert(0);
        *count += 1;
        if *count == 1 { id } else { RecordId(format!("{}-{count}", id.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{IdAllocator, RecordId};

    #[test]
    fn depends_on_source_and_content_only() {
        let id = RecordId::of("a.txt", "text");
        assert_eq!(id, RecordId::of("a.txt", "text"));
        assert_ne!(id, RecordId::of("b.txt", "text"));
        assert_ne!(RecordId::of("ab", "c"), RecordId::of("a", "bc"));
        assert_eq!(id.as_str().len(), 16);
        // Pinned (computed with another SHA-256 implementation): a changed hash would ask every answer of every existing run again.
        assert_eq!(RecordId::of("a.txt", "text").as_str(), "3969557b3ba2c280");
    }

    #[test]
    fn children_name_their_parent() {
        assert_eq!(RecordId::given("p").child(2).child(0).as_str(), "p/2/0");
    }

    #[test]
    fn repeated_ids_are_numbered() {
        let mut ids = IdAllocator::default();
        let made: Vec<_> = ["x", "y", "x", "x"].map(|id| ids.unique(RecordId::given(id)).to_string()).into();
        assert_eq!(made, ["x", "y", "x-2", "x-3"]);
    }
}
