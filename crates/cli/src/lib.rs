//! Documents to training data for retrieval-augmented language models.
//!
//! This crate is the `ragstill` command and one name for the library: each module here is a crate of the workspace.
//! Data flows one way through them: `ingest` turns documents into records, `engine` runs `operators` over the records
//! with a `teacher`, `export` writes the examples that trainers read; `retrieve` finds hard negatives and
//! `score` compares answers; `core` holds the values that they all pass on.

pub use ragstill_core as core;
pub use ragstill_engine as engine;
pub use ragstill_export as export;
pub use ragstill_ingest as ingest;
pub use ragstill_operators as operators;
pub use ragstill_retrieve as retrieve;
pub use ragstill_score as score;
pub use ragstill_server as server;
pub use ragstill_teacher as teacher;
