//! Making the folder of an index, or adding documents to one.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::IndexError;
use super::manifest::{Files, Manifest, Part};
use super::passage::Passage;
use super::texts::{OldDocuments, Texts};
use crate::documents::{Documents, DocumentsWriter};
use crate::storage::partial;
use crate::{Analyzer, Bm25Builder, Bm25Index, Bm25Params, IndexFileError};

/// How documents are indexed.
#[derive(Debug, Clone)]
pub struct IndexOptions {
    /// The field of a document's line that holds its text.
    pub text_field: String,
    /// BM25's parameters.
    pub params: Bm25Params,
    /// BM25's analysis.
    pub analyzer: Analyzer,
}

/// A document that comes into an index.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What is searched.
    pub passage: Passage<'static>,
    /// The JSON object that is kept, without a line break. The passage can be read from it: `id`, `_id` or `record_id`,
    /// `title`, and the field of the text.
    pub line: String,
}

/// Keeps others from changing a folder while it is there.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: Option<File>,
}

impl Lock {
    /// Makes the folder if it is not there, and locks it. Where folders cannot be locked, nothing is.
    pub(super) fn of(folder: &Path) -> Result<Self, IndexFileError> {
        std::fs::create_dir_all(folder).map_err(IndexFileError::io(folder))?;
        let Ok(file) = File::open(folder) else { return Ok(Self { _folder: None }) };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let what = "another process is changing this index; wait until it has finished".to_owned();
                Err(IndexFileError::Lacks { folder: folder.to_owned(), what })
            }
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _folder: Some(file) }),
        }
    }
}

/// Removes what a run that was killed had begun to write.
fn remove_partial(folder: &Path) {
    for suffix in ["", "-2"] {
        for name in [
            format!("documents{suffix}.jsonl"),
            format!("documents{suffix}.idx"),
            format!("bm25{suffix}.idx"),
        ] {
            let _ = std::fs::remove_file(partial(&folder.join(name)));
        }
    }
}

/// Writes the folder of an index. What was there before stays until [`Written::commit`].
#[derive(Debug)]
pub struct IndexWriter {
    folder: PathBuf,
    options: IndexOptions,
    lock: Lock,
    /// The index that was there before.
    old: Option<Manifest>,
    /// Whether its documents stay.
    is_added_to: bool,
}

impl IndexWriter {
    /// Starts a new index, which takes the place of one that is there.
    ///
    /// # Errors
    /// When the folder cannot be made, or another process is changing it.
    pub fn create(folder: &Path, options: IndexOptions) -> Result<Self, IndexFileError> {
        let lock = Lock::of(folder)?;
        remove_partial(folder);
        // What cannot be read is replaced.
        let old = Manifest::read(folder).ok();
        Ok(Self { folder: folder.to_owned(), options, lock, old, is_added_to: false })
    }

    /// Adds to the index that is there.
    ///
    /// # Errors
    /// When there is none, it is of another release, or another process is changing it.
    pub fn add(folder: &Path) -> Result<Self, IndexFileError> {
        let manifest = Manifest::read(folder)?;
        let lock = Lock::of(folder)?;
        remove_partial(folder);
        let bm25 = Bm25Index::open(&manifest.files.bm25.path(folder))?;
        let options = IndexOptions {
            text_field: manifest.text_field.clone(),
            params: bm25.params(),
            analyzer: bm25.analyzer(),
        };
        Ok(Self { folder: folder.to_owned(), options, lock, old: Some(manifest), is_added_to: true })
    }

    /// How documents are indexed.
    pub fn options(&self) -> &IndexOptions {
        &self.options
    }

    /// Writes the documents and an index of their words, over all of them: BM25 weighs a word by how many documents of the
    /// whole corpus have it, so an index of the new ones alone would rank otherwise. Documents that are there already, with
    /// the same id, title and text, are left out.
    ///
    /// # Errors
    /// When a file cannot be written, two documents have one id, or there are too many.
    pub fn write(self, entries: impl Iterator<Item = Entry>) -> Result<Written, IndexError> {
        let is_taken = |name: &str| self.old.as_ref().is_some_and(|old| old.names().contains(&name));
        let suffix = if is_taken("documents.jsonl") { "-2" } else { "" };
        let (documents, bm25) = (format!("documents{suffix}.jsonl"), format!("bm25{suffix}.idx"));
        let path = self.folder.join(&documents);
        let old = self.old.as_ref().filter(|_| self.is_added_to);
        let old = old.map(|old| OldDocuments::open(&self.folder, old)).transpose()?;
        let kept = old.as_ref().map_or(0, |old| old.count);
        let writer = DocumentsWriter::create(&path)?;
        let mut texts = Texts::new(old, entries, &self.options.text_field, writer);
        let offsets = Documents::offsets(Path::new(&documents)).to_string_lossy().into_owned();
        let index = Bm25Builder::new()
            .params(self.options.params)
            .analyzer(self.options.analyzer)
            .write::<_, IndexError>(&self.folder.join(&bm25), &mut texts)?;
        let repeated = texts.repeated;
        let [of_documents, of_offsets] = texts
            .into_writer()
            .finish()
            .inspect_err(|_| remove(&self.folder, [&documents, &offsets, &bm25]))?;
        let files = Files {
            documents: Part::new(documents, of_documents),
            offsets: Part::new(offsets, of_offsets),
            bm25: Part::new(bm25, index.sum),
        };
        let IndexOptions { text_field, params, analyzer } = &self.options;
        let mut manifest = Manifest::new(index.documents, text_field, *params, *analyzer, files);
        if self.is_added_to {
            manifest.dense = self.old.as_ref().and_then(|old| old.dense.clone());
        }
        Ok(Written {
            added: index.documents - kept,
            repeated,
            manifest,
            old: self.old,
            is_committed: false,
            folder: self.folder,
            _lock: self.lock,
        })
    }
}

/// The documents of an index.
pub(super) fn open_documents(folder: &Path, manifest: &Manifest) -> Result<Documents, IndexFileError> {
    let Files { documents: part, offsets, .. } = &manifest.files;
    let path = part.path(folder);
    let documents = Documents::open(&path)?;
    offsets.check(folder, documents.offsets_sum())?;
    if documents.len() != manifest.documents {
        let what = format!("it has {} documents and its index {}", documents.len(), manifest.documents);
        return Err(IndexFileError::damaged(&path, what));
    }
    Ok(documents)
}

/// An index that is written, and not yet in its place.
#[derive(Debug)]
pub struct Written {
    folder: PathBuf,
    manifest: Manifest,
    old: Option<Manifest>,
    added: usize,
    repeated: usize,
    is_committed: bool,
    _lock: Lock,
}

impl Written {
    /// Number of documents of the whole index.
    pub fn len(&self) -> usize {
        self.manifest.documents
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them are new.
    pub fn added(&self) -> usize {
        self.added
    }

    /// How many documents were left out because they were there already.
    pub fn repeated(&self) -> usize {
        self.repeated
    }

    /// Bytes of BM25's index and of the documents.
    pub fn bytes(&self) -> [u64; 2] {
        [self.manifest.files.bm25.bytes, self.manifest.files.documents.bytes]
    }

    /// Puts the index in its place. Vectors that belong to it no more stay in the folder until others are made, because
    /// those of the same texts are used again.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn commit(mut self) -> Result<(), IndexFileError> {
        self.manifest.write(&self.folder)?;
        self.is_committed = true;
        Ok(())
    }

    /// The names of the files of documents and words.
    fn names(manifest: &Manifest) -> [&String; 3] {
        let Files { documents, offsets, bm25 } = &manifest.files;
        [&documents.name, &offsets.name, &bm25.name]
    }
}

impl Drop for Written {
    /// Removes the files of the index that is not in the folder's place: the one of before, or this one.
    fn drop(&mut self) {
        let new = Self::names(&self.manifest);
        let old = self.old.as_ref().map(Self::names);
        if self.is_committed {
            let gone = old.into_iter().flatten().filter(|name| !new.contains(name));
            remove(&self.folder, gone);
        } else {
            remove(&self.folder, new);
        }
    }
}

/// Removes files. Left behind they do no harm.
fn remove<'a>(folder: &Path, names: impl IntoIterator<Item = &'a String>) {
    for name in names {
        let _ = std::fs::remove_file(folder.join(name));
    }
}
