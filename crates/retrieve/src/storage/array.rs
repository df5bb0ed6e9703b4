//! Numbers that lie in memory or in a mapped file.
//!
//! A search reads a little here and a little there of tens of megabytes. With pages of 4 kB nearly each such read also
//! waits for the page's address to be looked up, so lists of megabytes are moved to huge pages (Linux's transparent ones,
//! of 2 MB).

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::Pod;

use super::Bytes;

/// Lists of so many bytes are moved to huge pages. Smaller ones would leave much of a page empty; larger ones would cost
/// memory and time while they are copied, and gain little: they are read tile by tile, for many queries at once.
const LARGE: std::ops::Range<usize> = 2 << 20..64 << 20;

/// A list of numbers: owned, or a part of a file or of another map.
pub(crate) enum Array<T> {
    Owned(Vec<T>),
    Mapped { file: Arc<Bytes>, range: Range<usize>, of: PhantomData<T> },
}

impl<T: Pod> Array<T> {
    /// The part of a file, if it lies there whole, aligned for its numbers.
    pub(crate) fn mapped(file: &Arc<Bytes>, range: Range<usize>) -> Option<Self> {
        let bytes = file.get(range.clone())?;
        bytemuck::try_cast_slice::<u8, T>(bytes).ok()?;
        Some(Self::Mapped { file: Arc::clone(file), range, of: PhantomData })
    }

    /// The numbers as they are written to a file.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self)
    }
}

impl<T: Pod> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(numbers) => numbers,
            // Checked when it was mapped.
            Self::Mapped { file, range, .. } => bytemuck::cast_slice(&file[range.clone()]),
        }
    }
}

impl<T: Pod> From<Vec<T>> for Array<T> {
    fn from(numbers: Vec<T>) -> Self {
        let bytes: &[u8] = bytemuck::cast_slice(&numbers);
        let moved = LARGE.contains(&bytes.len()).then(|| Bytes::huge_copy(bytes)).flatten();
        moved.and_then(|copy| Self::mapped(&Arc::new(copy), 0..bytes.len())).unwrap_or(Self::Owned(numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::{Array, LARGE};

    #[test]
    fn large_lists_are_what_they_were() {
        let least = LARGE.start / 4;
        for len in [0, 1, least - 1, least, least + 5] {
            let numbers: Vec<u32> = (0..len as u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
            assert_eq!(&Array::from(numbers.clone())[..], &numbers[..]);
        }
    }
}
