//! From files to records: one thread reads them, several make records of what it reads, and the records come out in order.

mod budget;
mod extracts;
mod feed;
mod make;
mod records;
mod threads;

use std::sync::Arc;

pub(crate) use extracts::Extracts;
pub(crate) use make::Cut;
pub(crate) use records::Part;
pub use records::{Records, Sourced};

use crate::chunk::Chunker;
use crate::options::ReadOptions;
use crate::origin::Origin;

/// What all readings of an input share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub origins: Vec<Origin>,
    pub options: ReadOptions,
    pub chunker: Chunker,
    pub extracts: Extracts,
}

/// The records of an input, from the beginning.
pub(crate) fn records(shared: &Arc<Shared>) -> Records {
    Records::new(Arc::clone(shared))
}
