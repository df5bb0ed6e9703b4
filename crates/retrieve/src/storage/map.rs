//! A file in memory, without reading it whole.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file, mapped.
pub(crate) struct Bytes(Mmap);

impl Bytes {
    /// Maps a file.
    ///
    /// # Errors
    /// When it cannot be opened or mapped.
    #[expect(
        unsafe_code,
        reason = "a mapped file that another program cuts short ends this one with a bus error, and one that is \
                  changed gives wrong scores, as with any file; numbers read from it are never used unchecked"
    )]
    pub(crate) fn map(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: see above; the bytes are only ever read as plain numbers, of which every bit pattern is valid.
        Ok(Self(unsafe { Mmap::map(&file)? }))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
