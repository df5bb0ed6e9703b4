//! Chains of searches: a reasoning teacher thinks and searches step by step until it can answer (ReaRAG).
//!
//! One step is one request: the teacher sees the conversation so far and writes a thought and an action. A `search` is done in a
//! [`Collection`](ragstill_retrieve::Collection); the role `answerer` answers the query from the passages that were found, and
//! that answer is the step's observation. `finish` ends the chain. Everything that is asked goes through the step's
//! [`Context`](ragstill_engine::Context), so that answers are stored and a chain that was broken off goes on in its middle;
//! searching depends on nothing but the corpus, and is done again.

mod corpus;
mod observation;
mod options;
mod preview;
mod run;
mod search;
mod steps;
mod transcript;
mod window;

pub use corpus::{Corpus, open_corpus};
pub use options::{ChainOptions, Style, Window};
pub use run::{ChainRunner, Told};
pub use steps::{Chain, ChainStep, End};

pub(crate) use observation::declines;
