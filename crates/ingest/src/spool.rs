//! A stream that can only be read once, made readable any number of times.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// A copy of a stream in an anonymous temporary file: it has no name, and is gone with the process however that ends.
#[derive(Debug, Clone)]
pub(crate) struct Spool {
    file: Arc<Mutex<File>>,
    bytes: u64,
}

impl Spool {
    /// Copies the whole stream.
    ///
    /// # Errors
    /// When the stream cannot be read, or the system's folder for temporary files not written.
    pub(crate) fn of(mut stream: impl Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let bytes = io::copy(&mut stream, &mut file)?;
        Ok(Self { file: Arc::new(Mutex::new(file)), bytes })
    }

    /// The stream's length in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The stream again, from its start. Several readers may be in use at once.
    pub(crate) fn reader(&self) -> SpoolReader {
        SpoolReader { file: Arc::clone(&self.file), at: 0 }
    }
}

/// Reads a [`Spool`] with a position of its own.
#[derive(Debug)]
pub(crate) struct SpoolReader {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A panic elsewhere leaves the file as usable as before: every read seeks first.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let count = file.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::Spool;

    #[test]
    fn readers_do_not_disturb_each_other() {
        let spool = Spool::of(Cursor::new(b"0123456789".to_vec())).unwrap();
        assert_eq!(spool.bytes(), 10);
        let (mut first, mut second) = (spool.reader(), spool.reader());
        let mut four = [0; 4];
        first.read_exact(&mut four).unwrap();
        let mut all = String::new();
        second.read_to_string(&mut all).unwrap();
        let mut rest = String::new();
        first.read_to_string(&mut rest).unwrap();
        assert_eq!((&four, all.as_str(), rest.as_str()), (b"0123", "0123456789", "456789"));
    }
}
