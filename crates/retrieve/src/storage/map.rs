//! Memory that is mapped: a file without reading it whole, or room with huge pages.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::{Mmap, MmapMut};

/// Bytes that are mapped.
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

    /// A copy of these bytes in memory of huge pages, where the system has any to give; `None` where it has no such
    /// memory at all.
    pub(crate) fn huge_copy(bytes: &[u8]) -> Option<Self> {
        let mut room = MmapMut::map_anon(bytes.len()).ok()?;
        // Advice: refused by systems without huge pages, and then the pages are small.
        #[cfg(target_os = "linux")]
        let _ = room.advise(memmap2::Advice::HugePage);
        room.copy_from_slice(bytes);
        room.make_read_only().ok().map(Self)
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
