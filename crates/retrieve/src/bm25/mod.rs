//! BM25 as Lucene computes it, over an in-memory inverted index.
//!
//! The score of a document *d* for a query *q* (Lucene 8 and later, without the constant factor `k1 + 1`):
//!
//! ```text
//! score(q, d) = Σ over terms t of q:  idf(t) · tf / (tf + k1 · (1 - b + b · len(d) / avglen))
//! idf(t)      = ln(1 + (N - df(t) + 0.5) / (df(t) + 0.5))
//! ```
//!
//! `tf`: how often *t* occurs in *d*; `df`: in how many documents; `len`: terms of *d* with repetitions; `N`
//! and `avglen`: number and mean length of the documents that have at least one term (Lucene skips the
//! others). A term that stands twice in the query counts twice.
//!
//! S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; variant of
//! Lucene's `BM25Similarity`, whose single-precision arithmetic is followed step by step.

mod batch;
mod builder;
mod corpus;
mod exact;
mod file;
mod forward;
mod index;
mod invert;
mod lanes;
mod length;
mod params;
mod postings;
mod query;
mod reference;
mod score;
mod scratch;
mod stream;
mod sums;
mod tile;
mod vocabulary;

pub use builder::Bm25Builder;
pub use index::Bm25Index;
pub use params::{Bm25Error, Bm25Params};
pub use query::Query;
pub use reference::Bm25Reference;
