//! What an operator is: the engine knows operators only as this.

mod calls;
mod context;
mod preparation;
mod registry;
mod teachers;

pub(crate) use calls::recorded;
pub use context::{Context, Notes};
pub use preparation::{Asking, Preparation};
pub use registry::{Define, OperatorEntry, Registry};
pub use teachers::Teachers;

use async_trait::async_trait;
use ragstill_core::{Record, Reject};
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
    /// One record for each of these: the record with the branch's fields added, under the id `parent/index`. With no
    /// branch at all the record is dropped.
    FanOut(Vec<Branch>),
    /// The record is dropped for this reason: something is wrong with it.
    Reject(String),
    /// The record is dropped for this reason: nothing is wrong with it, but it is not wanted. Many of these are no sign of
    /// trouble.
    Filter(String),
    /// As [`Outcome::Reject`], with these fields added, which say more than the reason.
    RejectWith(Map<String, Value>, String),
    /// As [`Outcome::Filter`], with these fields added.
    FilterWith(Map<String, Value>, String),
}

/// What becomes of one of the records that an operator makes of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Branch {
    /// It goes on with these fields added.
    Keep(Map<String, Value>),
    /// It is dropped with the fields that it had got by then, as [`Outcome::Reject`].
    Reject {
        /// The fields that it had got.
        fields: Map<String, Value>,
        /// Why.
        reason: String,
    },
    /// It is dropped with the fields that it had got by then, as [`Outcome::Filter`].
    Filter {
        /// The fields that it had got.
        fields: Map<String, Value>,
        /// Why.
        reason: String,
    },
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

    /// Opens what the operator needs beside the input: files that its options name. Called once, before anything is read or
    /// spent.
    ///
    /// # Errors
    /// When they cannot be used; the message starts with the option's name.
    fn open(&mut self) -> Result<()> {
        Ok(())
    }

    /// Looks at the whole input once before the first row. Not called unless [`Fields::reads_corpus`] has names.
    ///
    /// # Errors
    /// When the input cannot be read or used; the run ends before a teacher is asked.
    fn prepare(&mut self, corpus: &dyn Corpus, preparation: &Preparation<'_>) -> Result<()> {
        let _ = (corpus, preparation);
        Ok(())
    }

    /// Whether every reject is an [`Outcome::Filter`], whatever it is called: for operators whose only work is to sort out
    /// what is not wanted.
    fn is_filter(&self) -> bool {
        false
    }

    /// Works on one record. May be called for many records at once and must depend on nothing but the record, the
    /// corpus, the teacher's answers and [`Context::rng`].
    ///
    /// # Errors
    /// A teacher's error: its scope decides whether the record becomes a reject, is left for a later run, or the run
    /// stops.
    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome>;
}

/// What a gather makes of the records that have reached it.
#[derive(Debug, Clone, PartialEq)]
pub enum Gathered {
    /// A record that goes on.
    Record(Record),
    /// A record that is dropped.
    Reject(Reject),
}

/// Takes what a gather makes, in order.
pub type Give<'a> = dyn FnMut(Gathered) -> Result<()> + 'a;

/// A step that needs many records together. It is a barrier: it begins when every record before it is done.
pub trait Gather: Send + Sync {
    /// What it reads and writes.
    fn fields(&self) -> Fields;

    /// Takes the records, in input order, and gives those that go on, in a fixed order, and those that are dropped. Must
    /// depend on nothing but the records and [`Context::rng`], and hold no more of them than it has to.
    ///
    /// # Errors
    /// Those of the records and of `give`; they end the run.
    fn gather(
        &self,
        records: &mut dyn Iterator<Item = Result<Record>>,
        context: &Context,
        give: &mut Give<'_>,
    ) -> Result<()>;
}

/// What a step does.
pub enum Work {
    /// It works on one record at a time.
    Each(Box<dyn Operator>),
    /// It works on all of them together.
    All(Box<dyn Gather>),
}

impl Work {
    /// What it reads and writes.
    pub fn fields(&self) -> Fields {
        match self {
            Self::Each(operator) => operator.fields(),
            Self::All(gather) => gather.fields(),
        }
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Each(_) => "Work::Each",
            Self::All(_) => "Work::All",
        })
    }
}
