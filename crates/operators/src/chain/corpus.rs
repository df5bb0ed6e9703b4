//! What is searched: a folder that was indexed, or files that are indexed in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ragstill_embed::open_index;
use ragstill_engine::{Error, Result};
use ragstill_ingest::{ErrorKind, Input, ReadOptions, TextColumn};
use ragstill_retrieve::{Bm25Builder, Collection, Passage, RetrieverKind, own_id};

/// What is searched.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The passages, and what finds them.
    pub collection: Arc<Collection>,
    /// How many files or rows could not be read.
    pub unreadable: u64,
}

/// Opens an index, or reads files and indexes them in memory. Exactly one of them must be given.
///
/// # Errors
/// When neither or both are given, or they cannot be used; the message starts with the option's name.
pub fn open_corpus(corpus: &[PathBuf], index: Option<&Path>, retriever: RetrieverKind) -> Result<Corpus> {
    if index.is_none() && retriever.needs_model() && !corpus.is_empty() {
        return Err(Error::mistake(format!(
            "option `retriever`: `{retriever}` searches an index that has vectors; make one with `ragstill index … --dense MODEL`, and give it as `index`"
        )));
    }
    match (corpus, index) {
        ([], None) => Err(Error::mistake(
            "options `corpus` and `index`: there is nothing to search; name files or folders as `corpus`, or what `ragstill index` made as `index`",
        )),
        ([], Some(folder)) => {
            let collection = open_index(folder, retriever)
                .map_err(|error| Error::mistake(format!("option `index`: {error}")))?;
            searchable(collection, 0, "index")
        }
        (_, Some(_)) => {
            Err(Error::mistake("options `corpus` and `index`: give one of them; an index holds its corpus"))
        }
        (paths, None) => read(paths),
    }
}

fn searchable(collection: Collection, unreadable: u64, option: &str) -> Result<Corpus> {
    if collection.is_empty() {
        return Err(Error::mistake(format!("option `{option}`: there is no passage in it")));
    }
    Ok(Corpus { collection: Arc::new(collection), unreadable })
}

/// Reads passages and indexes them.
fn read(paths: &[PathBuf]) -> Result<Corpus> {
    let named = |faults: &[String]| {
        Error::mistakes(faults.iter().map(|fault| format!("option `corpus`: {fault}")).collect())
    };
    let options = ReadOptions { column: TextColumn::Guess, ..ReadOptions::default() };
    let input = Input::open(paths, &options).map_err(|error| named(Error::from(error).faults()))?;
    let (mut passages, mut unreadable, mut first) = (Vec::new(), 0, None);
    for item in input.records() {
        let sourced = match item {
            Ok(sourced) => sourced,
            // It is true of every row, and for the user to say.
            Err(error) if error.kind() == ErrorKind::NoTextColumn => {
                return Err(named(Error::from(error).faults()));
            }
            Err(error) => {
                unreadable += 1;
                first.get_or_insert(error);
                continue;
            }
        };
        let record = sourced.record;
        let text = record.text(&options.text_field);
        let text = text.map_err(|fault| named(&[format!("{}: {fault}", sourced.place)]))?.to_owned();
        let title =
            record.get("title").and_then(|title| title.as_str()).filter(|title| !title.trim().is_empty());
        passages.push(Passage {
            id: own_id(&record.fields).unwrap_or_else(|| record.id.to_string()).into(),
            title: title.map(|title| title.to_owned().into()),
            text: text.into(),
        });
    }
    if let (true, Some(error)) = (passages.is_empty(), first) {
        return Err(named(Error::from(error).faults()));
    }
    let index = Bm25Builder::new()
        .build(passages.iter().map(|passage| passage.text.as_ref()))
        .map_err(|error| Error::mistake(format!("option `corpus`: {error}")))?;
    searchable(Collection::new(passages, Box::new(index)), unreadable, "corpus")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{RetrieverKind, open_corpus};

    #[test]
    fn faults_name_the_option() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jsonl");
        std::fs::write(&file, "{\"id\": \"p1\", \"contents\": \"Lake\\nIt is deep.\"}\n{broken\n").unwrap();
        let fault = |corpus: &[std::path::PathBuf], index: Option<&Path>| {
            open_corpus(corpus, index, RetrieverKind::Bm25).unwrap_err().to_string()
        };
        assert!(fault(&[], None).contains("nothing to search"));
        assert!(fault(std::slice::from_ref(&file), Some(folder.path())).contains("give one of them"));
        assert!(fault(&[], Some(folder.path())).starts_with("option `index`: "));
        assert!(fault(&[folder.path().join("none")], None).starts_with("option `corpus`: "));
        let corpus = open_corpus(&[file], None, RetrieverKind::Bm25).unwrap();
        assert_eq!((corpus.collection.len(), corpus.unreadable), (1, 1));
        let passage = corpus.collection.passage(0).unwrap();
        assert_eq!((&*passage.id, &*passage.contents()), ("p1", "Lake\nIt is deep."));
    }
}
