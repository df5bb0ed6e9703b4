//! What is left out, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::dedup::DuplicateKind;
use crate::place::Place;

/// The same words in the same order as an earlier record.
pub const DUPLICATE: &str = "duplicate";
/// Nearly the same words as an earlier record.
pub const NEAR_DUPLICATE: &str = "near duplicate";
/// A part of a document with the same words in the same order as an earlier one.
pub const DUPLICATE_DOCUMENT: &str = "duplicate document";
/// A part of a document with nearly the same words as an earlier one.
pub const NEAR_DUPLICATE_DOCUMENT: &str = "near duplicate document";
/// Words of an evaluation text.
pub const CONTAMINATED: &str = "contaminated";

/// Documents that are listed one by one.
const LISTED: usize = 100;

/// Why a record is left out.
#[derive(Debug, Clone, PartialEq)]
pub enum Exclusion {
    /// It repeats an earlier record, or is a part of a document that repeats an earlier document.
    Repeats {
        /// The record that it repeats, or the first of the document.
        of: Arc<str>,
        /// The document that it repeats as a part of its own; `None` for a record by itself.
        document: Option<Arc<str>>,
        /// How.
        kind: DuplicateKind,
        /// The Jaccard index of the texts that were compared.
        similarity: f64,
    },
    /// It holds some of an evaluation text.
    Contaminated(Box<EvaluationMatch>),
}

/// What a record and an evaluation text have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationMatch {
    /// Where the evaluation text stands.
    pub by: Place,
    /// How many words in a row they share.
    pub words: usize,
    /// The beginning of these, as the record has them.
    pub shown: String,
}

impl Exclusion {
    /// In a few words, the same for all records that are left out for this.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Repeats { document: None, kind: DuplicateKind::Exact, .. } => DUPLICATE,
            Self::Repeats { document: None, kind: DuplicateKind::Near, .. } => NEAR_DUPLICATE,
            Self::Repeats { document: Some(_), kind: DuplicateKind::Exact, .. } => DUPLICATE_DOCUMENT,
            Self::Repeats { document: Some(_), kind: DuplicateKind::Near, .. } => NEAR_DUPLICATE_DOCUMENT,
            Self::Contaminated(_) => CONTAMINATED,
        }
    }

    /// The details, as a record shows them: of which record or document it is a duplicate, what it shares with which
    /// evaluation text.
    pub fn details(&self) -> Value {
        match self {
            Self::Repeats { of, document, kind, similarity } => {
                let mut details = json!({"of": &**of});
                if let Some(document) = document {
                    details["document"] = json!(&**document);
                }
                if *kind == DuplicateKind::Near {
                    details["similarity"] = json!(rounded(*similarity));
                }
                details
            }
            Self::Contaminated(found) => {
                json!({"by": found.by.to_string(), "words": found.words, "match": found.shown})
            }
        }
    }
}

fn rounded(similarity: f64) -> f64 {
    (similarity * 1000.0).round() / 1000.0
}

/// The records of an input that are left out, by their number from 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Excluded {
    records: BTreeMap<u64, Exclusion>,
    documents: RepeatedDocuments,
}

/// Documents of which nothing is left because they repeat earlier ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RepeatedDocuments {
    /// Those with the same words in the same order.
    pub exact: u64,
    /// Those with nearly the same words.
    pub near: u64,
    /// The first hundred.
    pub listed: Vec<RepeatedDocument>,
}

/// A document that repeats an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepeatedDocument {
    /// Its path under the input; with the line, if it is a row.
    pub document: String,
    /// That of the other, or where the record stands that it repeats.
    pub of: String,
    /// The Jaccard index of their texts.
    pub similarity: f64,
}

impl Excluded {
    /// Why a record is left out, if it is.
    pub fn get(&self, number: u64) -> Option<&Exclusion> {
        self.records.get(&number)
    }

    /// The numbers of the records, ascending, and why each is left out.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Exclusion)> {
        self.records.iter().map(|(number, exclusion)| (*number, exclusion))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The documents that are left out as wholes.
    pub fn documents(&self) -> &RepeatedDocuments {
        &self.documents
    }

    pub(super) fn add(&mut self, number: u64, exclusion: Exclusion) {
        self.records.insert(number, exclusion);
    }

    pub(super) fn add_document(&mut self, document: &str, of: &str, kind: DuplicateKind, similarity: f64) {
        let documents = &mut self.documents;
        *(if kind == DuplicateKind::Exact { &mut documents.exact } else { &mut documents.near }) += 1;
        if documents.listed.len() < LISTED {
            let (document, of) = (document.to_owned(), of.to_owned());
            documents.listed.push(RepeatedDocument { document, of, similarity: rounded(similarity) });
        }
    }
}
