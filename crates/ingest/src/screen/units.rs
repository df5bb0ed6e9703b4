//! The numbers of the texts that are compared: records, and before the first chunk of a document of several the document as
//! a whole.

use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

/// Which texts there are. It takes some bytes for each document, and none for rows.
#[derive(Debug, Default)]
pub(super) struct Units {
    wholes: Vec<Whole>,
    /// The records that are the only chunk of a document, ascending.
    ones: Vec<u64>,
}

/// A document of several chunks.
#[derive(Debug, Clone, Copy)]
struct Whole {
    /// Its own number, which those of its chunks follow.
    number: u32,
    /// Its first record.
    first: u64,
    records: u32,
}

/// A text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub number: u32,
    /// Its record, or its first.
    pub record: u64,
    pub is_whole: bool,
}

impl Units {
    /// Adds a document with so many records, of which this is the first.
    pub(super) fn add_whole(&mut self, first: u64, records: usize) {
        let number = first as u32 + self.wholes.len() as u32;
        self.wholes.push(Whole { number, first, records: records as u32 });
    }

    /// Adds a document with only this record.
    pub(super) fn add_one(&mut self, record: u64) {
        self.ones.push(record);
    }

    /// The numbers of documents as wholes, ascending.
    pub(super) fn wholes(&self) -> impl Iterator<Item = u32> {
        self.wholes.iter().map(|whole| whole.number)
    }

    /// The numbers of the only chunks of documents, ascending.
    pub(super) fn ones(&self) -> impl Iterator<Item = u32> {
        self.ones.iter().map(|record| self.number_of(*record))
    }

    /// Whether the number is that of a document as a whole.
    pub(super) fn is_whole(&self, number: u32) -> bool {
        self.last_whole(number).is_some_and(|whole| whole.number == number)
    }

    /// Whether the number is that of one of the chunks of a document that was added as a whole.
    pub(super) fn is_chunk(&self, number: u32) -> bool {
        self.last_whole(number)
            .is_some_and(|whole| whole.number < number && number <= whole.number + whole.records)
    }

    /// Whether the record is the only chunk of a document.
    pub(super) fn is_one(&self, record: u64) -> bool {
        self.ones.binary_search(&record).is_ok()
    }

    /// The number and those of its chunks, if it is that of a document as a whole.
    pub(super) fn numbers_of(&self, number: u32) -> impl Iterator<Item = u32> + use<> {
        let chunks =
            self.last_whole(number).filter(|whole| whole.number == number).map_or(0, |whole| whole.records);
        number..=number + chunks
    }

    /// The record of a number, or the records of the document.
    pub(super) fn records_of(&self, number: u32) -> Range<u64> {
        match self.last_whole(number) {
            Some(whole) if whole.number == number => whole.first..whole.first + u64::from(whole.records),
            _ => {
                let wholes = self.wholes.partition_point(|whole| whole.number < number);
                let record = u64::from(number) - wholes as u64;
                record..record + 1
            }
        }
    }

    /// The texts in the order of the records.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk { wholes: self.wholes.iter().peekable(), number: 0, record: 0 }
    }

    fn number_of(&self, record: u64) -> u32 {
        record as u32 + self.wholes.partition_point(|whole| whole.first <= record) as u32
    }

    /// The last document that does not begin after this number.
    fn last_whole(&self, number: u32) -> Option<&Whole> {
        let after = self.wholes.partition_point(|whole| whole.number <= number);
        self.wholes.get(after.checked_sub(1)?)
    }
}

/// Goes from record to record.
pub(super) struct Walk<'a> {
    wholes: Peekable<Iter<'a, Whole>>,
    number: u32,
    record: u64,
}

impl Walk<'_> {
    /// The texts that the next record brings: itself, and before it the document that it begins.
    pub(super) fn next_record(&mut self) -> impl Iterator<Item = Unit> + use<> {
        let record = self.record;
        let is_first = self.wholes.next_if(|whole| whole.first == record).is_some();
        let number = self.number;
        self.number += 1 + u32::from(is_first);
        self.record += 1;
        let whole = is_first.then_some(Unit { number, record, is_whole: true });
        let own = Unit { number: number + u32::from(is_first), record, is_whole: false };
        whole.into_iter().chain([own])
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, Units};

    #[test]
    fn documents_and_records_have_numbers_in_their_order() {
        // A row, a document of two chunks, a row, documents of one and of three chunks.
        let mut units = Units::default();
        units.add_whole(1, 2);
        units.add_one(4);
        units.add_whole(5, 3);
        let mut walk = units.walk();
        let all: Vec<Unit> = (0..8).flat_map(|_| walk.next_record().collect::<Vec<_>>()).collect();
        let shown: Vec<(u32, u64, bool)> =
            all.iter().map(|unit| (unit.number, unit.record, unit.is_whole)).collect();
        assert_eq!(
            shown,
            [
                (0, 0, false),
                (1, 1, true),
                (2, 1, false),
                (3, 2, false),
                (4, 3, false),
                (5, 4, false),
                (6, 5, true),
                (7, 5, false),
                (8, 6, false),
                (9, 7, false),
            ]
        );
        for unit in &all {
            assert_eq!(units.is_whole(unit.number), unit.is_whole);
            assert_eq!(units.is_chunk(unit.number), !unit.is_whole && ![0, 3, 4].contains(&unit.record));
            let records = units.records_of(unit.number);
            assert_eq!(records.start, unit.record);
            assert_eq!(
                records.count(),
                match unit.number {
                    1 => 2,
                    6 => 3,
                    _ => 1,
                }
            );
        }
        assert_eq!(units.wholes().collect::<Vec<_>>(), [1, 6]);
        assert_eq!(units.ones().collect::<Vec<_>>(), [5]);
        assert_eq!(units.numbers_of(6).collect::<Vec<_>>(), [6, 7, 8, 9]);
        assert_eq!(units.numbers_of(4).collect::<Vec<_>>(), [4]);
        assert!(units.is_one(4) && !units.is_one(3));
    }
}
