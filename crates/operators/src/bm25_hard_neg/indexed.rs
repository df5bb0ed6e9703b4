//! The corpus of a run, indexed, and which document each record is.

use std::collections::HashMap;

use ragstill_core::{Record, RecordId};
use ragstill_engine::{Corpus, Error, Result};
use ragstill_retrieve::DocId;

use super::miner::Miner;

/// The corpus of a run.
#[derive(Debug)]
pub(crate) struct Indexed {
    /// Its texts, indexed.
    pub miner: Miner,
    /// What each document is called, as far as it was asked for.
    pub names: Vec<String>,
    documents: HashMap<RecordId, DocId>,
}

impl Indexed {
    /// Reads a corpus whose texts are in this field, and indexes it with `index`; `name` says what a document is called, if it
    /// is to be.
    ///
    /// # Errors
    /// When a record has no text in the field or the corpus is too large, and those of `index`.
    pub(crate) fn of(
        corpus: &dyn Corpus,
        text_key: &str,
        index: impl FnOnce(Vec<String>) -> Result<Miner>,
        name: impl Fn(&Record) -> Option<String>,
    ) -> Result<Self> {
        let (mut texts, mut names) = (Vec::new(), Vec::new());
        let mut documents = HashMap::new();
        for record in corpus.records() {
            let record = record?;
            let text = record
                .text(text_key)
                .map_err(|fault| Error::mistake(format!("record {}: {fault}", record.id)))?;
            let doc = DocId::try_from(texts.len())
                .map_err(|_| Error::mistake("the corpus has more documents than an index can hold"))?;
            texts.push(text.to_owned());
            names.extend(name(&record));
            documents.insert(record.id, doc);
        }
        Ok(Self { miner: index(texts)?, names, documents })
    }

    /// The document that a record is, or was made from.
    pub(crate) fn own_document(&self, id: &RecordId) -> Option<DocId> {
        let mut name = id.as_str();
        loop {
            if let Some(doc) = self.documents.get(&RecordId::given(name)) {
                return Some(*doc);
            }
            name = name.rsplit_once('/')?.0;
        }
    }
}
