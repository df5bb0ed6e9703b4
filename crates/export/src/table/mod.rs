//! Rows of any fields to files: JSON Lines, JSON, Parquet.

mod file;
mod shape;

pub use file::{TableFile, TableFormat};
pub use shape::TableShape;
