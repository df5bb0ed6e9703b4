//! A file that holds a description and lists of numbers.
//!
//! ```text
//! bytes          content
//! 0..8           what the file is, 8 characters
//! 8..12          version of the format
//! 12..16         1, in the byte order of the machine
//! 16..24         xxh3-64 of everything that follows
//! 24..32         length of the file
//! 32..36         length of the description
//! 36..40         number of lists
//! 40..48         xxh3-64 of the bytes 24..40 and those from 48 to the first list
//! 48..           the description: JSON
//! …              for each list, where it begins and how many bytes it has
//! …              the lists, each at a multiple of 64 bytes
//! ```
//!
//! A file is checked by its length and the second sum when it is opened, and by the first sum too if it is not larger than
//! its kind is read whole for: to read gigabytes would take longer than what they are opened for.
//!
//! Numbers are those of the machine that wrote the file; on one of the other byte order it is refused.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{Array, Bytes, IndexFileError, Source};

/// Where the check sum lies,
const SUM: Range<usize> = 16..24;
/// and begins to count.
const SUMMED: usize = 24;
/// Where the sum of the head lies.
const HEAD_SUM: Range<usize> = 40..48;
const HEAD: usize = 48;
const ALIGNMENT: usize = 64;

/// A kind of file, and the version of its format that this release writes and reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Container {
    pub(crate) magic: [u8; 8],
    pub(crate) version: u32,
    /// Files of up to so many bytes are checked whole when they are opened.
    pub(crate) checked_to: u64,
}

/// A file by what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its length.
    pub(crate) bytes: u64,
    /// Its check sum.
    pub(crate) xxh3: u64,
}

impl Container {
    /// Writes a file, which appears whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written; a file that had the name before is then still there.
    pub(crate) fn write(
        self,
        path: &Path,
        description: &impl Serialize,
        lists: &[&[u8]],
    ) -> Result<Sum, IndexFileError> {
        self.write_from(path, description, lists.iter().map(|list| Source::Held(list)).collect())
    }

    /// [`write`](Self::write) of lists that need not be in memory.
    ///
    /// # Errors
    /// As there, and when a list cannot be read.
    pub(crate) fn write_from(
        self,
        path: &Path,
        description: &impl Serialize,
        lists: Vec<Source<'_>>,
    ) -> Result<Sum, IndexFileError> {
        let aside = partial(path);
        let written = self.write_to(&aside, description, lists);
        written
            .and_then(|sum| std::fs::rename(&aside, path).map(|()| sum))
            .inspect_err(|_| drop(std::fs::remove_file(&aside)))
            .map_err(IndexFileError::io(path))
    }

    fn write_to(self, path: &Path, description: &impl Serialize, lists: Vec<Source<'_>>) -> io::Result<Sum> {
        let description = serde_json::to_vec(description)?;
        let mut head = vec![0; HEAD];
        head.extend_from_slice(&description);
        let mut end = (head.len() + lists.len() * 16) as u64;
        // How many bytes of nothing come before each list.
        let mut gaps = Vec::with_capacity(lists.len());
        for list in &lists {
            let start = end.next_multiple_of(ALIGNMENT as u64);
            head.extend_from_slice(&start.to_ne_bytes());
            head.extend_from_slice(&list.len().to_ne_bytes());
            gaps.push((start - end) as usize);
            end = start + list.len();
        }
        head[..8].copy_from_slice(&self.magic);
        head[8..12].copy_from_slice(&self.version.to_ne_bytes());
        head[12..16].copy_from_slice(&1_u32.to_ne_bytes());
        head[24..32].copy_from_slice(&end.to_ne_bytes());
        head[32..36].copy_from_slice(&(description.len() as u32).to_ne_bytes());
        head[36..40].copy_from_slice(&(lists.len() as u32).to_ne_bytes());
        let of_head = head_sum(&head);
        head[HEAD_SUM].copy_from_slice(&of_head.to_ne_bytes());
        let mut sum = Xxh3::new();
        sum.update(&head[SUMMED..]);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        file.write_all(&head)?;
        for (gap, list) in gaps.into_iter().zip(lists) {
            let mut write = |bytes: &[u8]| {
                sum.update(bytes);
                file.write_all(bytes)
            };
            write(&[0; ALIGNMENT][..gap])?;
            list.copy_to(write)?;
        }
        let sum = Sum { bytes: end, xxh3: sum.digest() };
        file.seek(SeekFrom::Start(SUM.start as u64))?;
        file.write_all(&sum.xxh3.to_ne_bytes())?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()?;
        Ok(sum)
    }

    /// Maps a file; returns its description and its lists.
    ///
    /// # Errors
    /// When it cannot be read, is something else, was made by another release, or is damaged.
    pub(crate) fn open<D: DeserializeOwned>(self, path: &Path) -> Result<(D, Lists), IndexFileError> {
        let (description, lists) = self.open_head(path)?;
        if lists.file.len() as u64 <= self.checked_to {
            lists.verify(path)?;
        }
        Ok((description, lists))
    }

    /// Opens a file, checked by its head alone.
    fn open_head<D: DeserializeOwned>(self, path: &Path) -> Result<(D, Lists), IndexFileError> {
        let other = |how: String| IndexFileError::Other { path: path.to_owned(), how };
        // An empty file cannot be mapped.
        if std::fs::metadata(path).map_err(IndexFileError::io(path))?.len() < HEAD as u64 {
            return Err(IndexFileError::Foreign { path: path.to_owned() });
        }
        let file = Arc::new(Bytes::map(path).map_err(IndexFileError::io(path))?);
        if file[..8] != self.magic {
            return Err(IndexFileError::Foreign { path: path.to_owned() });
        }
        if number::<u32>(&file, 12) != 1 {
            return Err(other("on a machine of the other byte order".to_owned()));
        }
        let version: u32 = number(&file, 8);
        if version != self.version {
            return Err(other(format!(
                "by another release (its format is {version}, this one's {})",
                self.version
            )));
        }
        let length: u64 = number(&file, 24);
        if length != file.len() as u64 {
            let what = format!("it should have {length} bytes and has {}", file.len());
            return Err(IndexFileError::damaged(path, what));
        }
        let table = HEAD + number::<u32>(&file, 32) as usize;
        let count = number::<u32>(&file, 36) as usize;
        let head = count.checked_mul(16).and_then(|lists| file.get(..table.checked_add(lists)?));
        if head.is_none_or(|head| head_sum(head) != number::<u64>(&file, HEAD_SUM.start)) {
            return Err(IndexFileError::damaged(path, "its check sum is wrong"));
        }
        let description = file.get(HEAD..table).and_then(|json| serde_json::from_slice(json).ok());
        let description =
            description.ok_or_else(|| IndexFileError::damaged(path, "its description cannot be read"))?;
        Ok((description, Lists { file, table, count }))
    }
}

/// The name of a file until it is whole.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".partial");
    PathBuf::from(aside)
}

/// The sum of a head: all before the first list but what comes before the length of the file, and this sum.
fn head_sum(head: &[u8]) -> u64 {
    let mut sum = Xxh3::new();
    sum.update(&head[SUMMED..HEAD_SUM.start]);
    sum.update(&head[HEAD_SUM.end..]);
    sum.digest()
}

/// The lists of a file, taken one after the other.
pub(crate) struct Lists {
    file: Arc<Bytes>,
    /// Where the place of the next list is written.
    table: usize,
    /// How many are left.
    count: usize,
}

impl Lists {
    /// What is in the file, as it says itself.
    pub(crate) fn sum(&self) -> Sum {
        Sum { bytes: self.file.len() as u64, xxh3: number(&self.file, SUM.start) }
    }

    /// Reads the whole file, and checks it.
    ///
    /// # Errors
    /// When it is not as it was written.
    pub(crate) fn verify(&self, path: &Path) -> Result<(), IndexFileError> {
        if self.sum().xxh3 == xxh3_64(&self.file[SUMMED..]) {
            Ok(())
        } else {
            Err(IndexFileError::damaged(path, "its check sum is wrong"))
        }
    }

    /// The next list; `None` if there is none, or it does not hold numbers of this kind.
    pub(crate) fn next<T: Pod>(&mut self) -> Option<Array<T>> {
        self.count = self.count.checked_sub(1)?;
        let place = self.file.get(self.table..self.table + 16)?;
        self.table += 16;
        let start = usize::try_from(u64::from_ne_bytes(place[..8].try_into().ok()?)).ok()?;
        let len = usize::try_from(u64::from_ne_bytes(place[8..].try_into().ok()?)).ok()?;
        Array::mapped(&self.file, start..start.checked_add(len)?)
    }
}

/// The number at this place of the head, which is longer.
fn number<T: Pod>(file: &[u8], at: usize) -> T {
    bytemuck::pod_read_unaligned(&file[at..at + size_of::<T>()])
}
