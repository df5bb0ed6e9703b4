//! The index: what it holds, and the exact score of a document.

use super::forward::Forward;
use super::postings::Postings;
use super::query::Query;
use super::score::{idf, term_score};
use super::scratch::Pool;
use super::vocabulary::Vocabulary;
use super::{Bm25Params, batch};
use crate::{Analyzer, DocId, Hit, RetrieveError, Retriever};

/// A BM25 index, searched exactly; built by [`Bm25Builder`](super::Bm25Builder).
///
/// What it finds, and the scores it gives, are those of adding up every posting of every query term
/// ([`Bm25Reference`](super::Bm25Reference) does that), to the bit: it leaves out only what cannot change them. It can
/// be shared between threads; results depend neither on their number nor on the order of the words in a query.
pub struct Bm25Index {
    pub(super) params: Bm25Params,
    pub(super) analyzer: Analyzer,
    pub(super) vocabulary: Vocabulary,
    pub(super) forward: Forward,
    pub(super) postings: Postings,
    /// Documents with at least one term.
    pub(super) doc_count: u32,
    pub(super) pool: Pool,
}

impl Bm25Index {
    /// The parameters of the formula.
    pub fn params(&self) -> Bm25Params {
        self.params
    }

    /// The analysis of documents and queries.
    pub fn analyzer(&self) -> Analyzer {
        self.analyzer
    }

    /// Number of documents that the formula counts (its *N*): those with at least one term.
    pub fn doc_count(&self) -> usize {
        self.doc_count as usize
    }

    /// Length of a document in terms, with repetitions and without stop words; exact even if scores use
    /// Lucene's rounded lengths. 0 for an id outside the corpus.
    pub fn doc_len(&self, doc: DocId) -> u32 {
        self.forward.lengths.get(doc as usize).copied().unwrap_or(0)
    }

    /// Analyses a query, for [`search_query`](Self::search_query) and [`score_query`](Self::score_query).
    pub fn query(&self, text: &str) -> Query {
        let mut terms = Vec::new();
        self.analyzer.for_each_term(text, |term| terms.extend(self.vocabulary.get(term)));
        Query::of(terms, |term| idf(self.postings.dfs[term as usize], self.doc_count))
    }

    /// Score of one document for a query: exactly what [`search`](Retriever::search) reports for it, or 0 if
    /// it shares no term with the query or lies outside the corpus.
    pub fn score(&self, query: &str, doc: DocId) -> f32 {
        self.score_query(&self.query(query), doc)
    }

    /// [`score`](Self::score) of an analysed query.
    pub fn score_query(&self, query: &Query, doc: DocId) -> f32 {
        if doc as usize >= self.forward.len() {
            return 0.0;
        }
        let row = self.forward.row(doc);
        let terms = &self.forward.terms[row.clone()];
        let inverse_norm = self.forward.inverse_norms[doc as usize];
        let mut score = 0.0;
        for term in &query.terms {
            if let Ok(at) = terms.binary_search(&term.term) {
                score += f64::from(term_score(term.weight, self.forward.tf(row.start + at), inverse_norm));
            }
        }
        // Summed in double precision, as Lucene does: the rounding of a sum of single-precision parts then vanishes.
        score as f32
    }

    /// Number of documents, those without any term included.
    pub fn len(&self) -> usize {
        self.forward.len()
    }

    /// Whether there is no document at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [`Retriever::search`], which cannot fail here.
    pub fn search(&self, query: &str, k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        self.search_query(&self.query(query), k, exclude)
    }

    /// [`Retriever::search_batch`], which cannot fail here.
    pub fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
        let queries: Vec<Query> = queries.par_iter().map(|query| self.query(query)).collect();
        self.search_queries(&queries, k, exclude)
    }

    /// [`search`](Self::search) of an analysed query.
    pub fn search_query(&self, query: &Query, k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        let mut hits = batch::search(self, &[query], k, &|_, doc| exclude(doc));
        hits.pop().unwrap_or_default()
    }

    /// [`search_batch`](Self::search_batch) of analysed queries.
    pub fn search_queries(
        &self,
        queries: &[Query],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        batch::search_parallel(self, queries, k, exclude)
    }
}

impl Retriever for Bm25Index {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn search(
        &self,
        query: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        Ok(Self::search(self, query, k, exclude))
    }

    fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        Ok(Self::search_batch(self, queries, k, exclude))
    }
}

impl std::fmt::Debug for Bm25Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bm25Index")
            .field("documents", &self.forward.len())
            .field("terms", &self.vocabulary.len())
            .field("postings", &self.postings.docs.len())
            .finish_non_exhaustive()
    }
}
