//! What an operator is: the engine knows operators only as this.

mod context;
mod registry;
mod teachers;

pub use context::{Context, Notes};
pub use registry::{Define, OperatorEntry, Registry};
pub use teachers::Teachers;

use async_trait::async_trait;
use ragstill_core::Record;
use serde_json::{Map, Value};

use crate::error::Result;

/// The fields that an operator reads and writes, by the names it was configured with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Read from the record; a recipe in which one of these is neither in the input nor written by an earlier step is
    /// refused.
    pub reads: Vec<String>,
    /// Added to the record; a recipe in which one of these exists already is refused.
    pub writes: Vec<String>,
    /// Read from every record of the input before the first row; a recipe in which one of these is not in the input is
    /// refused.
    pub reads_corpus: Vec<String>,
}

/// What an operator makes of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The record goes on with these fields added.
    Keep(Map<String, Value>),
    /// One record for each of these goes on: the record with the fields added, under the id `parent/index`.
    FanOut(Vec<Map<String, Value>>),
    /// The record is dropped for this reason.
    Reject(String),
}

/// Every record of the input, for operators that must see them all before the first row.
pub trait Corpus: Send + Sync {
    /// The records in input order; can be asked for any number of times.
    ///
    /// # Errors
    /// Items are errors where the input has become unreadable.
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record>> + Send + '_>;
}

/// A row-wise step.
#[async_trait]
pub trait Operator: Send + Sync {
    /// What it reads and writes.
    fn fields(&self) -> Fields;

    /// Looks at the whole input once before the first row. Not called unless [`Fields::reads_corpus`] has names.
    ///
    /// # Errors
    /// When the input cannot be read or used; the run ends before anything is spent.
    fn prepare(&mut self, corpus: &dyn Corpus) -> Result<()> {
        let _ = corpus;
        Ok(())
    }

    /// Works on one record. May be called for many records at once and must depend on nothing but the record, the
    /// corpus, the teacher's answers and [`Context::rng`].
    ///
    /// # Errors
    /// A teacher's error: its scope decides whether the record becomes a reject, is left for a later run, or the run
    /// stops.
    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome>;
}
