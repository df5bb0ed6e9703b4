//! Building an index from texts.

use std::collections::HashMap;
use std::sync::Mutex;

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::index::{Posting, TermId};
use super::length::lucene_length;
use super::score::inverse_norm;
use super::{Bm25Error, Bm25Index, Bm25Params};
use crate::{Analyzer, DocId};

/// Texts are read from the iterator up to this many bytes or documents, then analysed together.
const BATCH_BYTES: usize = 32 << 20;
const BATCH_DOCS: usize = 1 << 14;

/// Documents analysed by one thread at a time.
const CHUNK_DOCS: usize = 256;

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
        let mut corpus = Corpus::default();
        let mut texts = texts.into_iter();
        loop {
            let batch = next_batch(&mut texts);
            if batch.is_empty() {
                return Ok(corpus.into_index(&self.params, self.analyzer));
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

/// A term of a document and how often it occurs there.
#[derive(Clone, Copy)]
struct TermCount {
    term: TermId,
    tf: u32,
}

/// Analysed documents, one after the other: what of each run of documents is kept until the whole corpus is
/// known.
#[derive(Default)]
struct Documents {
    counts: Vec<TermCount>,
    /// End of each document in `counts`.
    ends: Vec<usize>,
    /// Terms of each document, with repetitions.
    lengths: Vec<u32>,
}

impl Documents {
    /// Appends the document with these terms, which are left sorted.
    fn push(&mut self, terms: &mut [TermId]) {
        terms.sort_unstable();
        let counts = terms.chunk_by(|a, b| a == b);
        self.counts.extend(counts.map(|same| TermCount { term: same[0], tf: same.len() as u32 }));
        self.ends.push(self.counts.len());
        self.lengths.push(terms.len() as u32);
    }
}

/// Neighbouring documents, with term ids of their own: chunks are analysed independently.
struct Chunk {
    /// In the order of first occurrence.
    vocabulary: Vec<Box<str>>,
    documents: Documents,
}

impl Chunk {
    fn analyse(texts: &[&str], analyzer: Analyzer) -> Self {
        let mut ids: HashMap<Box<str>, TermId> = HashMap::new();
        let mut documents = Documents::default();
        let mut terms = Vec::new();
        for text in texts {
            terms.clear();
            analyzer.for_each_term(text, |term| {
                let id = ids.get(term).copied().unwrap_or_else(|| {
                    let id = ids.len() as TermId;
                    ids.insert(term.into(), id);
                    id
                });
                terms.push(id);
            });
            documents.push(&mut terms);
        }
        let mut vocabulary: Vec<_> = ids.into_iter().collect();
        vocabulary.sort_unstable_by_key(|&(_, id)| id);
        Self { vocabulary: vocabulary.into_iter().map(|(term, _)| term).collect(), documents }
    }
}

/// All documents so far.
#[derive(Default)]
struct Corpus {
    vocabulary: HashMap<Box<str>, TermId>,
    documents: Documents,
}

impl Corpus {
    /// Appends the next documents, analysed in parallel.
    fn append(&mut self, texts: &[&str], analyzer: Analyzer) -> Result<(), Bm25Error> {
        let chunks = texts.par_chunks(CHUNK_DOCS).map(|texts| Chunk::analyse(texts, analyzer));
        chunks.collect::<Vec<_>>().into_iter().try_for_each(|chunk| self.append_chunk(chunk))
    }

    /// Chunks are appended in the order of the corpus, so that term ids follow the first occurrence in the
    /// corpus however it was divided.
    fn append_chunk(&mut self, chunk: Chunk) -> Result<(), Bm25Error> {
        let ids = chunk.vocabulary.into_iter().map(|term| {
            let next = u32::try_from(self.vocabulary.len())
                .map_err(|_| Bm25Error::TooLarge { what: "distinct terms" })?;
            Ok(*self.vocabulary.entry(term).or_insert(next))
        });
        let ids = ids.collect::<Result<Vec<TermId>, _>>()?;
        let before = self.documents.counts.len();
        let counts = chunk.documents.counts.iter();
        self.documents
            .counts
            .extend(counts.map(|count| TermCount { term: ids[count.term as usize], ..*count }));
        self.documents.ends.extend(chunk.documents.ends.iter().map(|end| before + end));
        self.documents.lengths.extend(chunk.documents.lengths);
        match DocId::try_from(self.documents.lengths.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Bm25Error::TooLarge { what: "documents" }),
        }
    }

    fn into_index(self, params: &Bm25Params, analyzer: Analyzer) -> Bm25Index {
        let Self { vocabulary, documents } = self;
        let (starts, postings) = invert(vocabulary.len(), &documents);
        let lengths = documents.lengths;
        let doc_count = lengths.iter().filter(|&&length| length > 0).count() as u32;
        let total: u64 = lengths.iter().map(|&length| u64::from(length)).sum();
        let average = (total as f64 / f64::from(doc_count.max(1))) as f32;
        let inverse_norms = lengths.iter().map(|&length| {
            let length = if params.lucene_lengths { lucene_length(length) } else { length };
            inverse_norm(params, length, average)
        });
        Bm25Index {
            inverse_norms: inverse_norms.collect(),
            analyzer,
            vocabulary,
            starts,
            postings,
            lengths,
            doc_count,
            scratch: Mutex::default(),
        }
    }
}

/// Turns terms by document into documents by term, by counting: starts of each term, and the postings.
fn invert(terms: usize, documents: &Documents) -> (Vec<usize>, Vec<Posting>) {
    let mut starts = vec![0; terms + 1];
    for count in &documents.counts {
        starts[count.term as usize + 1] += 1;
    }
    for term in 0..terms {
        starts[term + 1] += starts[term];
    }
    let mut next = starts.clone();
    let mut postings = vec![Posting { doc: 0, tf: 0 }; documents.counts.len()];
    let mut begin = 0;
    for (doc, &end) in (0..).zip(&documents.ends) {
        for count in &documents.counts[begin..end] {
            let slot = &mut next[count.term as usize];
            postings[*slot] = Posting { doc, tf: count.tf };
            *slot += 1;
        }
        begin = end;
    }
    (starts, postings)
}
