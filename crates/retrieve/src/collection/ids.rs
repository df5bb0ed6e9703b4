//! Which ids a corpus has so far.

use xxhash_rust::xxh3::xxh3_64;

use crate::DocId;

/// Tables that grow by themselves, so that only one is there twice while it moves.
const TABLES: usize = 1 << 12;

/// The documents by a hash of their ids, in 9 to 12 bytes each. What a hash stands for is read where it matters: of 44 bits
/// of it, the first 12 are the number of the table, the others are in it.
#[derive(Debug)]
pub(super) struct Ids(Vec<Table>);

impl Default for Ids {
    fn default() -> Self {
        Self((0..TABLES).map(|_| Table::default()).collect())
    }
}

impl Ids {
    /// The documents that may have this id, in the order in which they were inserted.
    pub(super) fn candidates(&self, id: &str) -> Vec<DocId> {
        let (table, hash) = place(id);
        self.0[table].of(hash).collect()
    }

    /// Remembers a document.
    pub(super) fn insert(&mut self, id: &str, doc: DocId) {
        let (table, hash) = place(id);
        self.0[table].insert(hash, doc);
    }
}

fn place(id: &str) -> (usize, u32) {
    let hash = xxh3_64(id.as_bytes());
    let table = hash >> (u64::BITS - TABLES.trailing_zeros());
    (table as usize, hash as u32)
}

/// A hash table with open addressing. Its home slots lie in the order of hashes; what does not fit at home comes behind, and
/// behind the last one where it must.
#[derive(Debug, Default)]
struct Table {
    slots: Vec<Slot>,
    /// Slots that are homes.
    homes: usize,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    doc: DocId,
}

/// No document has this number: one less than so many are let in.
const EMPTY: Slot = Slot { hash: 0, doc: DocId::MAX };

impl Slot {
    fn is_empty(self) -> bool {
        self.doc == EMPTY.doc
    }
}

impl Table {
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.homes as u64) >> u32::BITS) as usize
    }

    fn of(&self, hash: u32) -> impl Iterator<Item = DocId> {
        let slots = self.slots[self.home(hash)..].iter().take_while(|slot| !slot.is_empty());
        slots.filter(move |slot| slot.hash == hash).map(|slot| slot.doc)
    }

    fn insert(&mut self, hash: u32, doc: DocId) {
        // By a quarter, from 5 of 6: between two and five of six slots are taken.
        if self.len * 6 >= self.homes * 5 {
            let homes = (self.homes + self.homes / 4).max(8);
            let before = std::mem::replace(&mut self.slots, Vec::with_capacity(homes));
            self.slots.resize(homes, EMPTY);
            self.homes = homes;
            before.into_iter().filter(|slot| !slot.is_empty()).for_each(|slot| self.put(slot));
        }
        self.put(Slot { hash, doc });
        self.len += 1;
    }

    fn put(&mut self, slot: Slot) {
        let home = self.home(slot.hash);
        match self.slots[home..].iter().position(|slot| slot.is_empty()) {
            Some(at) => self.slots[home + at] = slot,
            None => {
                // Rare, and not worth twice the room.
                if self.slots.len() == self.slots.capacity() {
                    self.slots.reserve_exact(4);
                }
                self.slots.push(slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, Table};

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

    #[test]
    fn no_document_is_lost_while_tables_grow() {
        let mut ids = Ids::default();
        let count = 200_000;
        for doc in 0..count {
            ids.insert(&(doc / 2).to_string(), doc);
        }
        for doc in (0..count).step_by(2) {
            let found = ids.candidates(&(doc / 2).to_string());
            assert_eq!(found.iter().filter(|&&other| other / 2 == doc / 2).count(), 2, "{found:?}");
            assert!(found.is_sorted() && found.len() < 4, "{found:?}");
        }
        assert!(ids.candidates("x").len() < 2);
        let slots: usize = ids.0.iter().map(|table| table.slots.capacity()).sum();
        assert!(slots < count as usize * 3 / 2, "{slots} slots for {count} documents");
    }

    #[test]
    fn equal_hashes_and_the_last_homes_have_room() {
        let mut table = Table::default();
        for doc in 0..1_000 {
            table.insert(u32::MAX - doc % 3, doc);
        }
        for rest in 0..3 {
            let docs: Vec<u32> = (0..1_000).filter(|doc| doc % 3 == rest).collect();
            assert_eq!(table.of(u32::MAX - rest).collect::<Vec<_>>(), docs);
        }
        assert_eq!(table.of(0).count(), 0);
    }
}
