//! Which ids a corpus has so far.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use crate::DocId;

/// The documents by a hash of their ids. What a hash stands for is read where it matters.
#[derive(Debug, Default)]
pub(super) struct Ids {
    docs: HashMap<u64, DocId, BuildHasherDefault<Same>>,
    /// Those whose hash another had first.
    others: Vec<(u64, DocId)>,
}

impl Ids {
    /// The documents that may have this id.
    pub(super) fn candidates(&self, id: &str) -> Vec<DocId> {
        let hash = xxh3_64(id.as_bytes());
        let others = self.others.iter().filter(|(other, _)| *other == hash).map(|(_, doc)| *doc);
        self.docs.get(&hash).copied().into_iter().chain(others).collect()
    }

    /// Remembers a document.
    pub(super) fn insert(&mut self, id: &str, doc: DocId) {
        let hash = xxh3_64(id.as_bytes());
        match self.docs.entry(hash) {
            Entry::Vacant(entry) => drop(entry.insert(doc)),
            Entry::Occupied(_) => self.others.push((hash, doc)),
        }
    }
}

/// What is hashed is a hash.
#[derive(Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn documents_are_found_by_their_ids() {
        let mut ids = Ids::default();
        assert!(ids.candidates("a").is_empty());
        ids.insert("a", 3);
        ids.insert("b", 4);
        ids.insert("a", 5);
        assert_eq!(ids.candidates("a"), [3, 5]);
        assert_eq!(ids.candidates("b"), [4]);
    }
}
