//! Sets of shingles that are kept for comparing: in memory as far as there is room, the others in a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::shingles::Shingles;

/// The bytes of sets that are held in memory.
const ROOM: usize = 32 << 20;

/// Sets by their places, of which some are filled.
#[derive(Debug)]
pub(super) struct Shelf {
    slots: Vec<Slot>,
    /// The bytes that may be held, and those that are.
    room: usize,
    held: usize,
    /// Without a name: it is gone with the process.
    file: Option<File>,
    /// The end of what was written.
    end: u64,
}

#[derive(Debug, Clone)]
enum Slot {
    Empty,
    Held(Shingles),
    /// Where it begins in the file, and how many shingles it has.
    Written(u64, usize),
}

impl Shelf {
    /// A shelf of so many empty places.
    pub(super) fn new(places: usize) -> Self {
        Self::with_room(places, ROOM)
    }

    fn with_room(places: usize, room: usize) -> Self {
        Self { slots: vec![Slot::Empty; places], room, held: 0, file: None, end: 0 }
    }

    /// Puts a set in its place.
    pub(super) fn put(&mut self, place: usize, mut shingles: Shingles) {
        let bytes = size_of_val(shingles.hashes());
        if self.held + bytes > self.room
            && let Ok(start) = self.write(shingles.hashes())
        {
            self.slots[place] = Slot::Written(start, shingles.len());
            return;
        }
        // Where there is no room for temporary files, there may still be memory.
        shingles.shrink();
        self.held += bytes;
        self.slots[place] = Slot::Held(shingles);
    }

    /// Empties a place.
    pub(super) fn clear(&mut self, place: usize) {
        if let Slot::Held(shingles) = std::mem::replace(&mut self.slots[place], Slot::Empty) {
            self.held -= size_of_val(shingles.hashes());
        }
    }

    /// How many shingles the set in this place has.
    pub(super) fn len(&self, place: usize) -> Option<usize> {
        match &self.slots[place] {
            Slot::Empty => None,
            Slot::Held(shingles) => Some(shingles.len()),
            Slot::Written(_, count) => Some(*count),
        }
    }

    /// The Jaccard index of the set in this place and another. `None` for an empty place, and where the file cannot be read
    /// any more.
    pub(super) fn jaccard(&mut self, place: usize, other: &Shingles) -> Option<f64> {
        match self.slots[place] {
            Slot::Empty => None,
            Slot::Held(ref shingles) => Some(shingles.jaccard(other)),
            Slot::Written(start, count) => Some(self.read(start, count).ok()?.jaccard(other)),
        }
    }

    fn write(&mut self, hashes: &[u64]) -> io::Result<u64> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        let start = self.end;
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile()?);
        }
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        file.seek(SeekFrom::Start(start))?;
        file.write_all(&bytes)?;
        self.end += bytes.len() as u64;
        Ok(start)
    }

    fn read(&mut self, start: u64, count: usize) -> io::Result<Shingles> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        let mut bytes = vec![0; count * size_of::<u64>()];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        let (hashes, _) = bytes.as_chunks::<8>();
        Ok(Shingles::of_ascending(hashes.iter().map(|hash| u64::from_le_bytes(*hash)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Shelf, Slot};
    use crate::dedup::Shingles;

    #[test]
    fn what_does_not_fit_into_memory_is_compared_all_the_same() {
        let sets = ["a b c d e", "b c d e f g", "x y z", "c d e f g h i"].map(Shingles::of);
        // Room for the first and third.
        let mut shelf = Shelf::with_room(5, 8 * (3 + 1));
        for (place, set) in sets.iter().enumerate() {
            shelf.put(place, set.clone());
        }
        let is_held: Vec<bool> = shelf.slots.iter().map(|slot| matches!(slot, Slot::Held(_))).collect();
        assert_eq!(is_held, [true, false, true, false, false]);
        for other in &sets {
            for (place, set) in sets.iter().enumerate() {
                assert_eq!(shelf.len(place), Some(set.len()));
                assert_eq!(shelf.jaccard(place, other), Some(set.jaccard(other)));
            }
        }
        shelf.clear(0);
        shelf.clear(1);
        assert_eq!((shelf.held, shelf.len(0), shelf.jaccard(1, &sets[1])), (8, None, None));
        shelf.put(4, sets[0].clone());
        assert_eq!(shelf.jaccard(4, &sets[0]), Some(1.0));
        assert!(matches!(shelf.slots[4], Slot::Held(_)));
    }
}
