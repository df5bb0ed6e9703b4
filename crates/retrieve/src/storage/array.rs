//! Numbers that lie in memory or in a mapped file.

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::Pod;

use super::Bytes;

/// A list of numbers: owned, or a part of a file.
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

impl<T> From<Vec<T>> for Array<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self::Owned(numbers)
    }
}
