//! Lists of numbers in files: written once, checked, and mapped rather than read.

mod array;
mod container;
mod error;
mod map;

pub(crate) use array::Array;
pub(crate) use container::{Container, Lists, Sum};
pub use error::IndexFileError;
pub(crate) use map::Bytes;
