//! BM25 with Lucene's analysis and search of vectors, behind one [`Retriever`] trait.
//!
//! - [`analysis`]: text to terms, token for token as Lucene's `EnglishAnalyzer`.
//! - [`bm25`]: an in-memory index with Lucene's BM25 scores.
//! - [`dense`]: texts as vectors, searched exactly or by a graph; FAISS's flat files as they are.
//! - [`Hybrid`]: two rankings made one.
//! - [`Retriever`]: what a caller needs of any index over a corpus.
//! - [`Collection`]: passages with a retriever over them, in memory or as a folder that `ragstill index` made.
//!
//! ```
//! use ragstill_retrieve::Bm25Builder;
//!
//! # fn main() -> Result<(), ragstill_retrieve::Bm25Error> {
//! let index = Bm25Builder::new().build(["The cat sat.", "A dog barked.", "Dogs and cats."])?;
//! let hits = index.search("dogs", 10, &|_| false);
//! assert_eq!(hits.iter().map(|hit| hit.doc).collect::<Vec<_>>(), [1, 2]);
//! # Ok(())
//! # }
//! ```

pub mod analysis;
pub mod bm25;
mod collection;
pub mod dense;
mod documents;
mod hybrid;
mod retriever;
mod storage;
mod top_k;

pub use analysis::Analyzer;
pub use bm25::{Bm25Builder, Bm25Error, Bm25Index, Bm25Params, Bm25Reference, Query};
pub use collection::{
    Collection, DenseOptions, DenseSearch, EmbedProgress, Entry, GraphMade, IndexAbout, IndexError,
    IndexOptions, IndexVectors, IndexWriter, Passage, RetrieverKind, Written, attach_faiss, embed_index,
    graph_index, own_id, verify_index,
};
pub use dense::{
    DenseRetriever, EmbedError, EmbedErrorKind, Embedder, Hnsw, HnswOptions, Metric, RowKind, Side, Vectors,
};
pub use hybrid::{Hybrid, HybridOptions};
pub use retriever::{DocId, Hit, RetrieveError, Retriever};
pub use storage::IndexFileError;
