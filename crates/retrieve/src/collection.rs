//! Passages that can be searched.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::storage::IndexFileError;
use crate::{Bm25Index, DocId, Documents, Retriever};

/// A passage of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The id that its row brought along, or else its record's.
    pub id: Cow<'a, str>,
    /// The title of its document, where it has one of its own.
    pub title: Option<Cow<'a, str>>,
    /// The text that is searched.
    pub text: Cow<'a, str>,
}

impl Passage<'_> {
    /// Title, newline, text, as `contents` of a FlashRAG corpus; the text alone where there is no title, or where the text
    /// begins with it already.
    pub fn contents(&self) -> Cow<'_, str> {
        match self.title.as_deref() {
            Some(title) if !self.text.trim_start().trim_start_matches(['#', ' ', '"']).starts_with(title) => {
                format!("{title}\n{}", self.text).into()
            }
            _ => Cow::Borrowed(&self.text),
        }
    }
}

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

/// What a folder says of itself.
#[derive(Deserialize)]
struct About {
    text_field: String,
}

impl Collection {
    /// The index itself, in its folder.
    pub const BM25: &'static str = "bm25.idx";
    /// What the folder holds, for people and for [`Collection::open`]: a JSON object with at least `text_field`.
    pub const ABOUT: &'static str = "index.json";

    /// Passages in memory.
    ///
    /// # Panics
    /// When the retriever was made of another number of passages.
    pub fn new(passages: Vec<Passage<'static>>, retriever: Box<dyn Retriever>) -> Self {
        assert_eq!(passages.len(), retriever.len(), "a retriever belongs to its passages");
        Self { retriever, passages: Passages::Held(passages) }
    }

    /// Opens what `ragstill index` made. The files are mapped, not read into memory; they must stay as they are meanwhile.
    ///
    /// # Errors
    /// When a file is missing, cannot be read, was made by another release, is damaged, or belongs to another index.
    pub fn open(folder: &Path) -> Result<Self, IndexFileError> {
        let path = folder.join(Self::ABOUT);
        let broken =
            |why: String| IndexFileError::NoFolder { folder: folder.to_owned(), path: path.clone(), why };
        let text = std::fs::read_to_string(&path).map_err(|error| broken(error.to_string()))?;
        let about: About = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        let index = Bm25Index::open(&folder.join(Self::BM25))?;
        let documents = Documents::open(folder)?;
        if index.len() != documents.len() {
            let what = format!("it has {} documents and its index {}", documents.len(), index.len());
            return Err(IndexFileError::damaged(&folder.join(Documents::LINES), what));
        }
        Ok(Self { retriever: Box::new(index), passages: Passages::Mapped(documents, about.text_field) })
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
            Passages::Mapped(documents, field) => documents.get(doc).and_then(|line| of_record(line, field)),
        };
        passage.ok_or_else(|| {
            let what = format!("line {} is not the document that was indexed", u64::from(doc) + 1);
            IndexFileError::damaged(Path::new(Documents::LINES), what)
        })
    }
}

/// The passage of a record's line.
fn of_record(line: &str, text_field: &str) -> Option<Passage<'static>> {
    let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    let text = |field: &str| row.get(field)?.as_str().map(|text| Cow::Owned(text.to_owned()));
    Some(Passage {
        id: own_id(&row).map(Cow::Owned).or_else(|| text("record_id"))?,
        title: text("title").filter(|title| !title.trim().is_empty()),
        text: text(text_field)?,
    })
}

/// The id that a row brings along: `id` or `_id`, a text or a number.
pub fn own_id(fields: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    match fields.get("id").or_else(|| fields.get("_id"))? {
        serde_json::Value::String(id) => Some(id.clone()),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection").field("passages", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Collection, Passage};
    use crate::{Bm25Builder, DocumentsWriter};

    fn passage(id: &'static str, title: Option<&'static str>, text: &'static str) -> Passage<'static> {
        Passage { id: id.into(), title: title.map(Into::into), text: text.into() }
    }

    #[test]
    fn contents_begin_with_the_title_once() {
        assert_eq!(passage("1", Some("Lake"), "It is deep.").contents(), "Lake\nIt is deep.");
        assert_eq!(passage("1", Some("Lake"), "# Lake\nIt is deep.").contents(), "# Lake\nIt is deep.");
        assert_eq!(passage("1", None, "It is deep.").contents(), "It is deep.");
    }

    #[test]
    fn passages_in_memory_are_found_and_read() {
        let passages = vec![passage("a", None, "red fish"), passage("b", Some("T"), "blue fish")];
        let index = Bm25Builder::new().build(passages.iter().map(|passage| passage.text.as_ref())).unwrap();
        let collection = Collection::new(passages, Box::new(index));
        let hits = collection.retriever().search("blue", 5, &|_| false).unwrap();
        assert_eq!(collection.passage(hits[0].doc).unwrap(), passage("b", Some("T"), "blue fish"));
        assert!(collection.passage(2).is_err());
    }

    #[test]
    fn a_folder_is_opened_and_its_faults_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let fault = |folder: &std::path::Path| Collection::open(folder).unwrap_err().to_string();
        assert!(fault(folder.path()).contains("index.json"));
        std::fs::write(folder.path().join(Collection::ABOUT), r#"{"text_field":"contents"}"#).unwrap();
        assert!(fault(folder.path()).contains("bm25.idx"));
        Bm25Builder::new()
            .build(["red fish", "x"])
            .unwrap()
            .save(&folder.path().join(Collection::BM25))
            .unwrap();
        let write = |lines: &[&str]| {
            let mut writer = DocumentsWriter::create(folder.path()).unwrap();
            lines.iter().for_each(|line| writer.push(line).unwrap());
            writer.finish().unwrap();
        };
        write(&[r#"{"id":7,"contents":"red fish"}"#]);
        assert!(fault(folder.path()).contains("it has 1 documents and its index 2"));
        write(&[r#"{"id":7,"contents":"red fish","title":"F"}"#, r#"{"record_id":"r","title":" "}"#]);
        let collection = Collection::open(folder.path()).unwrap();
        assert_eq!(collection.passage(0).unwrap(), passage("7", Some("F"), "red fish"));
        let error = collection.passage(1).unwrap_err().to_string();
        assert!(error.contains("line 2 is not the document that was indexed"), "{error}");
    }
}
