//! Lists of numbers in files: written once, checked, and mapped rather than read.

mod array;
mod container;
mod error;
mod map;
mod spill;

pub(crate) use array::Array;
pub(crate) use container::{Container, Lists, Sum, partial};
pub use error::IndexFileError;
pub(crate) use map::Bytes;
pub(crate) use spill::{Source, Spill};
