//! A model and vectors that it made, as a retriever.

use super::{EmbedError, Embedder, Hnsw, Side, Vectors};
use crate::{DocId, Hit, RetrieveError, Retriever};

/// Finds passages by the vectors of a model: every vector is compared, or those that a graph leads to.
///
/// All documents are candidates, so there are `k` hits wherever there are as many documents, and scores may be below 0.
#[derive(Debug)]
pub struct DenseRetriever {
    vectors: Vectors,
    embedder: Box<dyn Embedder>,
    /// And how many vectors a search with it keeps.
    graph: Option<(Hnsw, usize)>,
}

impl DenseRetriever {
    /// A retriever over vectors that this model made.
    ///
    /// # Errors
    /// When the model makes vectors of another dimension.
    pub fn new(vectors: Vectors, embedder: Box<dyn Embedder>) -> Result<Self, EmbedError> {
        if vectors.dimension() == embedder.dimension() {
            return Ok(Self { vectors, embedder, graph: None });
        }
        Err(EmbedError::permanent(format!(
            "the model `{}` makes vectors of {} numbers, and those of the passages have {}: they are another model's",
            embedder.name(),
            embedder.dimension(),
            vectors.dimension()
        )))
    }

    /// Searches by this graph from now on. A search keeps the best `ef` vectors while it walks; without a number as many as
    /// the graph was made for.
    ///
    /// # Panics
    /// When the graph is of [other](Hnsw::check) vectors.
    #[must_use]
    pub fn with_graph(mut self, graph: Hnsw, ef: Option<usize>) -> Self {
        assert_eq!(graph.check(&self.vectors), Ok(()));
        let ef = ef.unwrap_or(graph.options().search);
        self.graph = Some((graph, ef));
        self
    }

    /// The vectors of the passages.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    fn embed(&self, queries: &[&str]) -> Result<Vec<f32>, EmbedError> {
        embed(&*self.embedder, queries, Side::Query)
    }
}

/// What a model makes of texts, checked.
pub(crate) fn embed(embedder: &dyn Embedder, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError> {
    let numbers = embedder.embed(texts, side)?;
    let dimension = embedder.dimension();
    if numbers.len() != texts.len() * dimension {
        let message = format!(
            "the model `{}` made {} numbers of {} texts, and {dimension} each were expected",
            embedder.name(),
            numbers.len(),
            texts.len()
        );
        return Err(EmbedError::permanent(message));
    }
    match numbers.iter().position(|number| !number.is_finite()) {
        None => Ok(numbers),
        Some(at) => {
            let start: String = texts[at / dimension].chars().take(80).collect();
            let name = embedder.name();
            Err(EmbedError::permanent(format!("the model `{name}` made no finite numbers of \"{start}\"")))
        }
    }
}

impl Retriever for DenseRetriever {
    fn len(&self) -> usize {
        self.vectors.len()
    }

    fn search(
        &self,
        query: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let query = self.embed(&[query])?;
        Ok(match &self.graph {
            Some((graph, ef)) => graph.search(&self.vectors, &query, k, *ef, exclude),
            None => self.vectors.search(&query, k, exclude),
        })
    }

    fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let queries = self.embed(queries)?;
        Ok(match &self.graph {
            Some((graph, ef)) => graph.search_batch(&self.vectors, &queries, k, *ef, exclude),
            None => self.vectors.search_batch(&queries, k, exclude),
        })
    }
}
