//! Lists that are put aside on disk until the file that they belong to can be written.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytemuck::{Pod, Zeroable};

use super::IndexFileError;

/// Bytes that are written together.
const BUFFER: usize = 256 << 10;

/// A list of numbers that grows on disk. Its file lies in the folder of the one that it is for, where room is needed anyway,
/// and has no name: the system takes it away when it is closed, however the program ends.
pub(crate) struct Spill<T> {
    /// The file that it is for, which errors name.
    path: PathBuf,
    file: BufWriter<File>,
    len: u64,
    of: PhantomData<T>,
}

impl<T: Pod> Spill<T> {
    /// An empty list, for the file of this name.
    ///
    /// # Errors
    /// When there can be no file in that folder.
    pub(crate) fn beside(path: &Path) -> Result<Self, IndexFileError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file =
            tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).map_err(IndexFileError::io(path))?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Self { path: path.to_owned(), file, len: 0, of: PhantomData })
    }

    /// A list of these numbers.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn of(path: &Path, numbers: &[T]) -> Result<Self, IndexFileError> {
        let mut spill = Self::beside(path)?;
        spill.extend(numbers)?;
        Ok(spill)
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends numbers.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn extend(&mut self, numbers: &[T]) -> Result<(), IndexFileError> {
        self.len += numbers.len() as u64;
        self.file.write_all(bytemuck::cast_slice(numbers)).map_err(IndexFileError::io(&self.path))
    }

    /// The numbers at these places, those beyond the end left out.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) fn read(&mut self, places: Range<u64>) -> Result<Vec<T>, IndexFileError> {
        let end = places.end.min(self.len);
        let mut numbers = vec![T::zeroed(); end.saturating_sub(places.start) as usize];
        let start = places.start.min(end) * size_of::<T>() as u64;
        // What is still to be written is written first, and whatever comes after it goes to the end again.
        let mut read = || {
            self.file.seek(SeekFrom::Start(start))?;
            self.file.get_mut().read_exact(bytemuck::cast_slice_mut(&mut numbers))?;
            self.file.seek(SeekFrom::End(0))
        };
        read().map_err(IndexFileError::io(&self.path))?;
        Ok(numbers)
    }

    /// What a [`Container`](super::Container) is written from.
    pub(crate) fn into_source<'a>(self) -> Source<'a> {
        let bytes = self.len * size_of::<T>() as u64;
        Source::Aside(Spill { path: self.path, file: self.file, len: bytes, of: PhantomData })
    }
}

/// A list as it comes into a file.
pub(crate) enum Source<'a> {
    /// From memory.
    Held(&'a [u8]),
    /// From disk, where it is gone afterwards.
    Aside(Spill<u8>),
}

impl Source<'_> {
    /// Number of bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Aside(spill) => spill.len,
        }
    }

    /// Hands over the bytes, piece by piece.
    pub(super) fn copy_to(self, mut to: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut spill = match self {
            Self::Held(bytes) => return to(bytes),
            Self::Aside(spill) => spill,
        };
        spill.file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![u8::zeroed(); BUFFER];
        let mut left = spill.len;
        while left > 0 {
            let piece = &mut buffer[..left.min(BUFFER as u64) as usize];
            spill.file.get_mut().read_exact(piece)?;
            to(piece)?;
            left -= piece.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BUFFER, Source, Spill};

    #[test]
    fn numbers_come_back_while_the_list_grows() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::<u32>::beside(&folder.path().join("a.idx")).unwrap();
        let all: Vec<u32> = (0..BUFFER as u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
        let mut len = 0;
        for piece in all.chunks(9_999) {
            spill.extend(piece).unwrap();
            len += piece.len();
            assert_eq!(spill.len(), len as u64);
            let start = len - piece.len() / 2;
            assert_eq!(spill.read(start as u64..len as u64 + 7).unwrap(), &all[start..len]);
            assert_eq!(spill.read(3..9).unwrap(), &all[3..9]);
            assert!(spill.read(len as u64 + 1..len as u64 + 5).unwrap().is_empty());
        }
        let mut bytes = Vec::new();
        let source = spill.into_source();
        assert_eq!(source.len(), all.len() as u64 * 4);
        source
            .copy_to(|piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        assert_eq!(bytes, bytemuck::cast_slice::<u32, u8>(&all));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
    }

    #[test]
    fn an_empty_list_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::<u64>::of(&folder.path().join("a.idx"), &[]).unwrap();
        assert!(spill.read(0..5).unwrap().is_empty());
        assert!(matches!(spill.into_source(), Source::Aside(spill) if spill.len() == 0));
    }

    #[test]
    fn errors_name_the_file_that_it_is_for() {
        let error = Spill::<u8>::beside("/no/such/folder/a.idx".as_ref()).err().unwrap().to_string();
        assert!(error.starts_with("/no/such/folder/a.idx: "), "{error}");
    }
}
