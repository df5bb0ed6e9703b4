//! Texts as numbers of terms: analysed in parallel, and numbered as if they came one by one.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::Bm25Error;
use super::forward::ForwardBuilder;
use super::vocabulary::{TermId, VocabularyBuilder};
use crate::analysis::Numbering;
use crate::{Analyzer, DocId};

/// Texts are read from the iterator up to this many bytes or documents, then analysed together.
const BATCH_BYTES: usize = 32 << 20;
const BATCH_DOCS: usize = 1 << 15;

/// Documents analysed by one thread at a time.
const CHUNK_DOCS: usize = 1 << 11;

/// Analyses texts to their end, and hands over the documents in their order, some thousands at a time, with the number of
/// terms so far. Terms are numbered in the order of their first occurrence in the corpus, however it is divided.
///
/// # Errors
/// The first of the texts or of `each`, and when there are more documents or terms than numbers.
pub(super) fn analyse<T: AsRef<str>, E: From<Bm25Error>>(
    mut texts: impl Iterator<Item = Result<T, E>>,
    analyzer: Analyzer,
    vocabulary: &mut VocabularyBuilder,
    mut each: impl FnMut(ForwardBuilder, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut documents = 0;
    loop {
        let batch = next_batch(&mut texts)?;
        if batch.is_empty() {
            return Ok(());
        }
        documents += batch.len();
        if DocId::try_from(documents).is_err() {
            return Err(Bm25Error::TooLarge { what: "documents" }.into());
        }
        let batch: Vec<&str> = batch.iter().map(AsRef::as_ref).collect();
        for rows in rows_of(&batch, analyzer, vocabulary)? {
            each(rows, vocabulary.len())?;
        }
    }
}

fn next_batch<T: AsRef<str>, E>(texts: &mut impl Iterator<Item = Result<T, E>>) -> Result<Vec<T>, E> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES && batch.len() < BATCH_DOCS {
        let Some(text) = texts.next().transpose()? else { break };
        bytes += text.as_ref().len();
        batch.push(text);
    }
    Ok(batch)
}

fn rows_of(
    texts: &[&str],
    analyzer: Analyzer,
    vocabulary: &mut VocabularyBuilder,
) -> Result<Vec<ForwardBuilder>, Bm25Error> {
    let chunks = texts.par_chunks(CHUNK_DOCS).map(|texts| Chunk::analyse(texts, analyzer));
    let too_large = Bm25Error::TooLarge { what: "distinct terms" };
    let chunks: Vec<Chunk> = chunks.collect::<Option<_>>().ok_or(too_large)?;
    let mut numbered = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let ids = chunk.vocabulary.terms().map(|term| vocabulary.intern(term));
        let ids: Vec<TermId> = ids.collect::<Option<_>>().ok_or(too_large)?;
        numbered.push((chunk, ids));
    }
    Ok(numbered.into_par_iter().map(|(chunk, ids)| chunk.into_rows(&ids)).collect())
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

    /// The documents, with other numbers for their terms.
    fn into_rows(mut self, ids: &[TermId]) -> ForwardBuilder {
        for term in &mut self.terms {
            *term = ids[*term as usize];
        }
        let mut rows = ForwardBuilder::default();
        let mut start = 0;
        for end in self.ends {
            let terms = &mut self.terms[start..end];
            terms.sort_unstable();
            rows.push(terms);
            start = end;
        }
        rows
    }
}
