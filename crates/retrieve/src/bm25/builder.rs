//! Building an index from texts.

use std::path::Path;

use super::corpus::analyse;
use super::forward::ForwardBuilder;
use super::postings::Postings;
use super::score::idf;
use super::scratch::Pool;
use super::stream::{self, IndexFile, Limits};
use super::vocabulary::VocabularyBuilder;
use super::{Bm25Error, Bm25Index, Bm25Params};
use crate::{Analyzer, IndexFileError};

/// Builds a [`Bm25Index`].
///
/// ```
/// use ragstill_retrieve::{Bm25Builder, Bm25Params};
///
/// # fn main() -> Result<(), ragstill_retrieve::Bm25Error> {
/// let params = Bm25Params { lucene_lengths: true, ..Bm25Params::default() };
/// let index = Bm25Builder::new().params(params).build(["first document", "", "third document"])?;
/// assert_eq!(index.doc_count(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Bm25Builder {
    params: Bm25Params,
    analyzer: Analyzer,
}

impl Bm25Builder {
    /// A builder with default parameters and English analysis.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the parameters of the formula.
    pub fn params(mut self, params: Bm25Params) -> Self {
        self.params = params;
        self
    }

    /// Sets the analysis of documents and queries.
    pub fn analyzer(mut self, analyzer: Analyzer) -> Self {
        self.analyzer = analyzer;
        self
    }

    /// Indexes `texts`; a text's position becomes its [`DocId`](crate::DocId).
    ///
    /// Texts without any term (empty, or stop words only) keep their id but are never found. The texts are
    /// analysed on the current rayon pool and not kept; the index does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// If a parameter is out of its range, or the corpus has more documents or distinct terms than 32-bit ids.
    pub fn build<I>(self, texts: I) -> Result<Bm25Index, Bm25Error>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let Self { params, analyzer } = self;
        params.check()?;
        let mut vocabulary = VocabularyBuilder::new();
        let mut forward = ForwardBuilder::default();
        let texts = texts.into_iter().map(Ok::<_, Bm25Error>);
        analyse(texts, analyzer, &mut vocabulary, |rows, _| {
            forward.append(rows);
            Ok(())
        })?;
        let vocabulary = vocabulary.finish();
        let (forward, doc_count) = forward.finish(&params);
        let postings = Postings::invert(&forward, vocabulary.len(), |df| idf(df, doc_count));
        Ok(Bm25Index { params, analyzer, vocabulary, forward, postings, doc_count, pool: Pool::default() })
    }

    /// Indexes `texts` into a file, to the byte as [`build`](Self::build) and [`save`](Bm25Index::save) do, with no more of
    /// the corpus in memory than its vocabulary and a few tiles.
    ///
    /// # Errors
    ///
    /// The first of the texts, those of [`build`](Self::build), and when there is no room on disk. Then there is no file; one
    /// that had the name before is still there.
    pub(crate) fn write<T, E>(
        self,
        path: &Path,
        texts: impl Iterator<Item = Result<T, E>>,
    ) -> Result<IndexFile, E>
    where
        T: AsRef<str>,
        E: From<Bm25Error> + From<IndexFileError>,
    {
        self.params.check()?;
        stream::write(self.params, self.analyzer, path, texts, Limits::default())
    }
}
