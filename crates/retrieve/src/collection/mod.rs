//! Passages that can be searched, in memory or as a folder.

mod build;
mod embed;
mod error;
mod graph;
mod ids;
mod manifest;
mod open;
mod passage;
mod texts;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

pub use build::{Entry, IndexOptions, IndexWriter, Written};
pub use embed::{DenseOptions, EmbedProgress, attach_faiss, embed_index};
pub use error::IndexError;
pub use graph::{GraphMade, graph_index};
pub use open::{DenseSearch, IndexAbout, IndexVectors, RetrieverKind, verify_index};
pub use passage::{Passage, own_id};

use crate::documents::Documents;
use crate::storage::IndexFileError;
use crate::{DocId, Hit, RetrieveError, Retriever};

/// What a folder holds, for people and for what opens it.
const ABOUT: &str = "index.json";

/// Passages and a retriever over them, whose document ids are the positions of the passages.
pub struct Collection {
    retriever: Box<dyn Retriever>,
    passages: Passages,
}

enum Passages {
    /// In memory.
    Held(Vec<Passage<'static>>),
    /// Records of a folder, and the field that holds the text.
    Mapped(Documents, String),
}

impl Collection {
    /// Passages in memory.
    ///
    /// # Panics
    /// When the retriever was made of another number of passages.
    pub fn new(passages: Vec<Passage<'static>>, retriever: Box<dyn Retriever>) -> Self {
        assert_eq!(passages.len(), retriever.len(), "a retriever belongs to its passages");
        Self { retriever, passages: Passages::Held(passages) }
    }

    /// Number of passages.
    pub fn len(&self) -> usize {
        self.retriever.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What searches them.
    pub fn retriever(&self) -> &dyn Retriever {
        &*self.retriever
    }

    /// A passage by its position.
    ///
    /// # Errors
    /// When there is none, or the file of the documents was changed since it was opened.
    pub fn passage(&self, doc: DocId) -> Result<Passage<'_>, IndexFileError> {
        let passage = match &self.passages {
            Passages::Held(passages) => passages.get(doc as usize).map(|passage| Passage {
                id: Cow::Borrowed(&passage.id),
                title: passage.title.as_deref().map(Cow::Borrowed),
                text: Cow::Borrowed(&passage.text),
            }),
            Passages::Mapped(documents, field) => {
                documents.get(doc).and_then(|line| passage::of_record(line, field))
            }
        };
        passage.ok_or_else(|| not_indexed(Path::new("documents.jsonl"), doc))
    }
}

impl Retriever for Collection {
    fn len(&self) -> usize {
        self.retriever.len()
    }

    fn search(
        &self,
        query: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        self.retriever.search(query, k, exclude)
    }

    fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        self.retriever.search_batch(queries, k, exclude)
    }
}

/// A document that cannot be read any more.
fn not_indexed(path: &Path, doc: DocId) -> IndexFileError {
    let what = format!("line {} is not the document that was indexed", u64::from(doc) + 1);
    IndexFileError::damaged(path, what)
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection").field("passages", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Collection, Passage};
    use crate::Bm25Builder;

    #[test]
    fn passages_in_memory_are_found_and_read() {
        let passage = |id: &'static str, title: Option<&'static str>, text: &'static str| Passage {
            id: id.into(),
            title: title.map(Into::into),
            text: text.into(),
        };
        let passages = vec![passage("a", None, "red fish"), passage("b", Some("T"), "blue fish")];
        let index = Bm25Builder::new().build(passages.iter().map(|passage| passage.text.as_ref())).unwrap();
        let collection = Collection::new(passages, Box::new(index));
        let hits = collection.retriever().search("blue", 5, &|_| false).unwrap();
        assert_eq!(collection.passage(hits[0].doc).unwrap(), passage("b", Some("T"), "blue fish"));
        assert!(collection.passage(2).is_err());
    }
}
