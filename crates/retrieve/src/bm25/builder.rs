//! Building an index from texts.

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::forward::ForwardBuilder;
use super::postings::Postings;
use super::score::idf;
use super::scratch::Pool;
use super::vocabulary::{TermId, VocabularyBuilder};
use super::{Bm25Error, Bm25Index, Bm25Params};
use crate::analysis::Numbering;
use crate::{Analyzer, DocId};

/// Texts are read from the iterator up to this many bytes or documents, then analysed together.
const BATCH_BYTES: usize = 32 << 20;
const BATCH_DOCS: usize = 1 << 15;

/// Documents analysed by one thread at a time.
const CHUNK_DOCS: usize = 1 << 11;

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

    /// Indexes `texts`; a text's position becomes its [`DocId`].
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
        self.params.check()?;
        let mut corpus = Corpus::new();
        let mut texts = texts.into_iter();
        loop {
            let batch = next_batch(&mut texts);
            if batch.is_empty() {
                return Ok(corpus.into_index(self.params, self.analyzer));
            }
            let batch: Vec<&str> = batch.iter().map(AsRef::as_ref).collect();
            corpus.append(&batch, self.analyzer)?;
        }
    }
}

fn next_batch<T: AsRef<str>>(texts: &mut impl Iterator<Item = T>) -> Vec<T> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES && batch.len() < BATCH_DOCS {
        let Some(text) = texts.next() else { break };
        bytes += text.as_ref().len();
        batch.push(text);
    }
    batch
}

/// Neighbouring documents, with term ids of their own: chunks are analysed independently.
struct Chunk {
    vocabulary: VocabularyBuilder,
    /// The terms of all documents, as they come, and where each document ends.
    terms: Vec<TermId>,
    ends: Vec<usize>,
}

impl Chunk {
    /// `None` when there are more distinct terms than numbers.
    fn analyse(texts: &[&str], analyzer: Analyzer) -> Option<Self> {
        let mut vocabulary = VocabularyBuilder::new();
        let (mut terms, mut ends) = (Vec::new(), Vec::new());
        let mut is_full = false;
        let numbering = Numbering::new();
        for text in texts {
            let number = |term: &str| {
                vocabulary.intern(term).unwrap_or_else(|| {
                    is_full = true;
                    0
                })
            };
            analyzer.for_each_number(text, &numbering, number, |id| terms.push(id));
            ends.push(terms.len());
        }
        (!is_full).then_some(Self { vocabulary, terms, ends })
    }

    /// Renames the terms and sorts those of each document.
    fn rename(&mut self, ids: &[TermId]) {
        for term in &mut self.terms {
            *term = ids[*term as usize];
        }
        let mut start = 0;
        for &end in &self.ends {
            self.terms[start..end].sort_unstable();
            start = end;
        }
    }
}

/// All documents so far.
struct Corpus {
    vocabulary: VocabularyBuilder,
    forward: ForwardBuilder,
}

impl Corpus {
    fn new() -> Self {
        Self { vocabulary: VocabularyBuilder::new(), forward: ForwardBuilder::default() }
    }

    /// Appends the next documents, analysed in parallel. Terms are numbered in the order of their first occurrence in the
    /// corpus, however it is divided.
    fn append(&mut self, texts: &[&str], analyzer: Analyzer) -> Result<(), Bm25Error> {
        let chunks = texts.par_chunks(CHUNK_DOCS).map(|texts| Chunk::analyse(texts, analyzer));
        let too_large = Bm25Error::TooLarge { what: "distinct terms" };
        let chunks: Vec<Chunk> = chunks.collect::<Option<_>>().ok_or(too_large)?;
        let mut renamed = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let ids = chunk.vocabulary.terms().map(|term| self.vocabulary.intern(term));
            let ids: Vec<TermId> = ids.collect::<Option<_>>().ok_or(too_large)?;
            renamed.push((chunk, ids));
        }
        renamed.par_iter_mut().for_each(|(chunk, ids)| chunk.rename(ids));
        for (chunk, _) in renamed {
            self.forward.reserve(chunk.ends.len(), chunk.terms.len());
            let mut start = 0;
            for end in chunk.ends {
                self.forward.push(&chunk.terms[start..end]);
                start = end;
            }
        }
        match DocId::try_from(self.forward.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Bm25Error::TooLarge { what: "documents" }),
        }
    }

    fn into_index(self, params: Bm25Params, analyzer: Analyzer) -> Bm25Index {
        let vocabulary = self.vocabulary.finish();
        let (forward, doc_count) = self.forward.finish(&params);
        let postings = Postings::invert(&forward, vocabulary.len(), |df| idf(df, doc_count));
        Bm25Index { params, analyzer, vocabulary, forward, postings, doc_count, pool: Pool::default() }
    }
}
