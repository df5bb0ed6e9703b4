//! Flat indexes that FAISS wrote.
//!
//! ```text
//! bytes   content, little-endian
//! 0..4    what it is: "IxFI" (inner product), "IxF2" (L2), "IxFl" (either)
//! 4..8    numbers in a vector
//! 8..16   number of vectors
//! 16..32  of no use
//! 32      whether it is trained
//! 33..37  metric: 0 for the inner product, 1 for L2
//! 37..45  number of all numbers
//! 45..    the numbers, in single precision
//! ```
//!
//! Around it there may be an index that names documents, "IxMp" or "IxM2": the bytes 4..37 of its own, the index, the
//! number of names, and the names of 8 bytes. (`faiss/impl/index_write.cpp`.)

use std::path::Path;
use std::sync::Arc;

use super::rows::Rows;
use super::vectors::{Metric, Vectors};
use crate::DocId;
use crate::storage::{Bytes, IndexFileError};

/// The most numbers of a vector that are believed: a hundred times as many as models make.
const MOST_NUMBERS: i32 = 1 << 20;

impl Vectors {
    /// Maps an index that FAISS wrote: `IndexFlatIP` or `IndexFlatL2`, in an `IndexIDMap` or not.
    ///
    /// The document of a vector is its position, or else its name, which must then be a position: each from 0 on once.
    ///
    /// # Errors
    /// When it cannot be read, is another kind of index or none, or is not whole.
    pub fn open_faiss(path: &Path) -> Result<Self, IndexFileError> {
        let refused = |what: String| IndexFileError::Faiss { path: path.to_owned(), what };
        if cfg!(target_endian = "big") {
            return Err(refused("its numbers are in the other byte order than this machine's".to_owned()));
        }
        // An empty file cannot be mapped.
        if std::fs::metadata(path).map_err(IndexFileError::io(path))?.len() == 0 {
            return Err(refused("it is empty".to_owned()));
        }
        let file = Arc::new(Bytes::map(path).map_err(IndexFileError::io(path))?);
        read(&file).map_err(refused)
    }
}

fn read(file: &Arc<Bytes>) -> Result<Vectors, String> {
    let mut reader = Reader { file, at: 0 };
    let outer = match reader.take::<4>()? {
        b"IxMp" | b"IxM2" => {
            let head = reader.head()?;
            Some(head)
        }
        _ => {
            reader.at = 0;
            None
        }
    };
    let kind = *reader.take::<4>()?;
    if ![*b"IxFI", *b"IxF2", *b"IxFl"].contains(&kind) {
        return Err(other_kind(kind));
    }
    let head = reader.head()?;
    if outer.as_ref().is_some_and(|outer| (outer.dimension, outer.count) != (head.dimension, head.count)) {
        return Err("the index of names and the one in it are of different sizes; write it again with FAISS"
            .to_owned());
    }
    let metric = match (&kind, head.metric) {
        (b"IxFI" | b"IxFl", 0) => Metric::InnerProduct,
        (b"IxF2" | b"IxFl", 1) => Metric::L2,
        (_, metric) => {
            return Err(format!(
                "its metric has the number {metric}, and only the inner product (0) and L2 (1) are searched"
            ));
        }
    };
    let numbers = reader.count()?;
    if head.dimension.checked_mul(head.count) != Some(numbers) {
        return Err(format!(
            "it should have {} vectors of {} numbers and says that it has {numbers} numbers; it is damaged",
            head.count, head.dimension
        ));
    }
    let range = reader.range(numbers, 4)?;
    let docs = outer.is_some().then(|| reader.names(head.count)).transpose()?;
    if reader.at != file.len() {
        return Err(format!("it has {} bytes after its end; it is damaged", file.len() - reader.at));
    }
    let mut vectors = Vectors::empty(head.dimension, metric);
    if !vectors.append(Rows::Bytes { file: Arc::clone(file), range }, docs) {
        return Err(format!("it has {} vectors, more than can be numbered", head.count));
    }
    Ok(vectors)
}

/// What to say of a file that does not begin as a flat index.
fn other_kind(kind: [u8; 4]) -> String {
    let advice = "only flat indexes are read (IndexFlatIP, IndexFlatL2, in an IndexIDMap or not)";
    if kind.starts_with(b"I") && kind.iter().all(u8::is_ascii_alphanumeric) {
        let kind = String::from_utf8_lossy(&kind);
        format!(
            "it is an index of another kind (`{kind}`), and {advice}; `faiss.index_factory(d, \"Flat\")` makes one"
        )
    } else {
        format!("it is no index of FAISS, and {advice}")
    }
}

/// What stands at the beginning of every index.
struct Head {
    dimension: usize,
    count: usize,
    metric: i32,
}

/// Reads a file from its beginning on.
struct Reader<'a> {
    file: &'a Bytes,
    at: usize,
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], String> {
        let bytes = self.file.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        self.at += N;
        bytes.ok_or_else(|| format!("it is cut short: it has {} bytes and ends in its head", self.file.len()))
    }

    fn head(&mut self) -> Result<Head, String> {
        let dimension = i32::from_le_bytes(*self.take()?);
        let count = i64::from_le_bytes(*self.take()?);
        self.take::<16>()?;
        let is_trained = self.take::<1>()?[0];
        let metric = i32::from_le_bytes(*self.take()?);
        if !(1..=MOST_NUMBERS).contains(&dimension) {
            return Err(format!("it says that its vectors have {dimension} numbers; it is damaged"));
        }
        // Documents are numbered by 32 bits.
        let fits = usize::try_from(count).ok().filter(|count| DocId::try_from(*count).is_ok());
        let count = fits.ok_or_else(|| format!("it says that it has {count} vectors, which cannot be"))?;
        if is_trained != 1 {
            return Err("it says that it is not trained, as no flat index does; it is damaged".to_owned());
        }
        if !(0..=1).contains(&metric) && metric > 1 {
            // An argument of the metric follows. The metric is refused, but first it is said which it is.
            self.take::<4>()?;
        }
        Ok(Head { dimension: dimension as usize, count, metric })
    }

    fn count(&mut self) -> Result<usize, String> {
        let count = u64::from_le_bytes(*self.take()?);
        usize::try_from(count).map_err(|_| format!("it says that it has {count} numbers, which cannot be"))
    }

    /// Where so many numbers lie.
    fn range(&mut self, count: usize, size: usize) -> Result<std::ops::Range<usize>, String> {
        let start = self.at;
        let end = count.checked_mul(size).and_then(|bytes| start.checked_add(bytes));
        let end = end.filter(|end| *end <= self.file.len()).ok_or_else(|| {
            format!(
                "it is cut short: it should have {} bytes or more and has {}",
                start as u128 + count as u128 * size as u128,
                self.file.len()
            )
        })?;
        self.at = end;
        Ok(start..end)
    }

    /// The names of so many documents.
    fn names(&mut self, expected: usize) -> Result<Vec<DocId>, String> {
        let count = self.count()?;
        if count != expected {
            return Err(format!("it has {expected} vectors and {count} names; it is damaged"));
        }
        let range = self.range(count, 8)?;
        let mut seen = vec![false; count];
        let names = self.file[range].as_chunks::<8>().0.iter();
        names
            .map(|name| {
                let name = i64::from_le_bytes(*name);
                let doc = usize::try_from(name).ok().filter(|doc| *doc < count);
                let Some(doc) = doc else {
                    return Err(format!(
                        "one of its {count} vectors has the name {name}; names must be positions in the corpus, from 0 on"
                    ));
                };
                if std::mem::replace(&mut seen[doc], true) {
                    return Err(format!("two of its vectors have the name {name}"));
                }
                Ok(doc as DocId)
            })
            .collect()
    }
}
