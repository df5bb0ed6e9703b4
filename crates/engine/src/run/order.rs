//! Puts what finishes in any order back into input order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of finished rows that wait in memory before they wait on disk.
const IN_MEMORY: usize = 16 << 20;

/// What can wait on disk.
pub(crate) trait Park: Sized {
    /// About how many bytes it takes in memory.
    fn weight(&self) -> usize;
    /// It as bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// What these bytes are.
    fn from_bytes(bytes: &[u8]) -> io::Result<Self>;
}

/// Finished rows that wait for an earlier one.
///
/// One slow row must neither stall the others nor let what they produce pile up in memory: beyond 16 MB what waits is
/// put into a temporary file.
#[derive(Debug)]
pub(crate) struct Reorder<T> {
    next: u64,
    waiting: BTreeMap<u64, Waiting<T>>,
    in_memory: usize,
    limit: usize,
    folder: std::path::PathBuf,
    file: Option<(File, u64)>,
}

#[derive(Debug)]
enum Waiting<T> {
    Here(T),
    OnDisk { offset: u64, length: usize },
}

impl<T: Park> Reorder<T> {
    /// Nothing waits; the first row is number 0. What overflows goes into an unnamed file in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with_limit(folder, IN_MEMORY)
    }

    fn with_limit(folder: &Path, limit: usize) -> Self {
        Self { next: 0, waiting: BTreeMap::new(), in_memory: 0, limit, folder: folder.to_owned(), file: None }
    }

    /// Takes the finished row of this number.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn push(&mut self, number: u64, row: T) -> io::Result<()> {
        let weight = row.weight();
        let waits = if number != self.next && self.in_memory + weight > self.limit {
            self.spill(&row.to_bytes())?
        } else {
            self.in_memory += weight;
            Waiting::Here(row)
        };
        self.waiting.insert(number, waits);
        Ok(())
    }

    /// The next row in order, when it has finished.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(crate) fn pop(&mut self) -> io::Result<Option<T>> {
        let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() == self.next) else {
            return Ok(None);
        };
        let waits = entry.remove();
        self.next += 1;
        self.fetch(waits).map(Some)
    }

    fn fetch(&mut self, waits: Waiting<T>) -> io::Result<T> {
        match (waits, &mut self.file) {
            (Waiting::Here(row), _) => {
                self.in_memory -= row.weight();
                Ok(row)
            }
            (Waiting::OnDisk { offset, length }, Some((file, end))) => {
                let mut row = vec![0; length];
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(&mut row)?;
                if self.waiting.is_empty() {
                    // Nothing needs the file any more: give its room back.
                    file.set_len(0)?;
                    *end = 0;
                }
                T::from_bytes(&row)
            }
            (Waiting::OnDisk { .. }, None) => Err(io::Error::other("the temporary file is gone")),
        }
    }

    fn spill(&mut self, row: &[u8]) -> io::Result<Waiting<T>> {
        if self.file.is_none() {
            self.file = Some((tempfile::tempfile_in(&self.folder)?, 0));
        }
        let Some((file, end)) = &mut self.file else { return Err(io::Error::other("no temporary file")) };
        file.seek(SeekFrom::Start(*end))?;
        file.write_all(row)?;
        let waits = Waiting::OnDisk { offset: *end, length: row.len() };
        *end += row.len() as u64;
        Ok(waits)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::{Just, Strategy, proptest};
    use proptest::{prop_assert, prop_assert_eq};

    use super::{Park, Reorder};

    impl Park for Vec<u8> {
        fn weight(&self) -> usize {
            self.len()
        }

        fn to_bytes(&self) -> Vec<u8> {
            self.clone()
        }

        fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
            Ok(bytes.to_vec())
        }
    }

    fn row(number: u64) -> Vec<u8> {
        format!("row {number} {}", "x".repeat((number % 7) as usize)).into_bytes()
    }

    proptest! {
        #[test]
        fn whatever_the_order_of_finishing_the_order_of_writing_is_the_inputs(
            numbers in (1_u64..60).prop_flat_map(|n| Just((0..n).collect::<Vec<_>>()).prop_shuffle()),
            limit in 0_usize..200,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut order = Reorder::with_limit(folder.path(), limit);
            let mut out = Vec::new();
            for number in &numbers {
                order.push(*number, row(*number)).unwrap();
                while let Some(row) = order.pop().unwrap() {
                    out.push(row);
                }
                prop_assert!(order.in_memory <= limit);
            }
            let expected: Vec<_> = (0..numbers.len() as u64).map(row).collect();
            prop_assert_eq!(out, expected);
        }
    }
}
