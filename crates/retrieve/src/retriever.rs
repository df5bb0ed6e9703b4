//! The interface of every index over a corpus.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::dense::EmbedError;

/// A document's position in the corpus that was indexed, from 0.
pub type DocId = u32;

/// One document found for a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The document.
    pub doc: DocId,
    /// Its score for the query; higher is better, comparable only within one query and index.
    pub score: f32,
}

/// Why a search has no result. BM25 never fails; what embeds queries may.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrieveError {
    /// The query could not be made a vector.
    #[error("{0}")]
    Embed(#[from] EmbedError),
}

/// Finds the best documents of a corpus for a query.
pub trait Retriever: Send + Sync {
    /// Number of documents in the corpus, those without any term included: ids are `0..len`.
    fn len(&self) -> usize;

    /// Whether the corpus holds no document at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` best documents for `query` among those that `exclude` does not name.
    ///
    /// Best first: score descending, equal scores by id ascending. With BM25 only documents that share a term
    /// with the query are hits, and their scores are above 0, so there may be fewer than `k`. With vectors
    /// every document can be a hit.
    ///
    /// Exclusion acts inside the selection: an excluded document takes none of the `k` places. It is
    /// asked only about documents that would otherwise enter them, so it may cost something. (A search by a graph asks about
    /// some more: those that would enter what it keeps while it walks.)
    ///
    /// # Errors
    /// When the query cannot be embedded.
    fn search(
        &self,
        query: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError>;

    /// [`search`](Self::search) for many queries, on the threads of the current rayon pool.
    ///
    /// `exclude` is given the query's position in `queries` and the document. The result has one list a
    /// query, in the order of `queries`, each equal to what `search` returns whatever the number of
    /// threads.
    ///
    /// # Errors
    /// When a query cannot be embedded.
    fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        queries
            .par_iter()
            .enumerate()
            .map(|(at, query)| self.search(query, k, &|doc| exclude(at, doc)))
            .collect()
    }
}
