//! The texts of an index that is made, each written as it goes by.

use std::path::{Path, PathBuf};

use super::build::{Entry, open_documents};
use super::ids::Ids;
use super::manifest::Manifest;
use super::passage::{Passage, of_record};
use super::{IndexError, not_indexed};
use crate::documents::{DocumentsWriter, Lines};
use crate::{Bm25Error, DocId, IndexFileError};

/// The documents of before, which stay.
pub(super) struct OldDocuments {
    path: PathBuf,
    lines: Lines,
    next: DocId,
    /// How many there are.
    pub(super) count: usize,
}

impl OldDocuments {
    pub(super) fn open(folder: &Path, manifest: &Manifest) -> Result<Self, IndexFileError> {
        let count = open_documents(folder, manifest)?.len();
        let path = manifest.files.documents.path(folder);
        Ok(Self { lines: Lines::open(&path)?, path, next: 0, count })
    }

    /// The next document and its line.
    fn next(&mut self, text_field: &str) -> Result<Option<(Passage<'static>, String)>, IndexFileError> {
        if self.next as usize >= self.count {
            return Ok(None);
        }
        let line = self.lines.next().transpose()?;
        let read = line.and_then(|line| Some((of_record(&line, text_field)?, line)));
        let read = read.ok_or_else(|| not_indexed(&self.path, self.next))?;
        self.next += 1;
        Ok(Some(read))
    }
}

/// The texts of all documents, each written as it goes by.
pub(super) struct Texts<'a, I> {
    /// Documents that come first.
    old: Option<OldDocuments>,
    entries: I,
    text_field: &'a str,
    writer: DocumentsWriter,
    ids: Ids,
    /// How many entries were left out because they were there already.
    pub(super) repeated: usize,
}

impl<'a, I: Iterator<Item = Entry>> Texts<'a, I> {
    pub(super) fn new(
        old: Option<OldDocuments>,
        entries: I,
        text_field: &'a str,
        writer: DocumentsWriter,
    ) -> Self {
        Self { old, entries, text_field, writer, ids: Ids::default(), repeated: 0 }
    }

    /// What wrote the documents.
    pub(super) fn into_writer(self) -> DocumentsWriter {
        self.writer
    }

    fn read(&mut self) -> Result<Option<String>, IndexError> {
        let old = self.old.as_mut().map(|old| old.next(self.text_field)).transpose()?;
        if let Some((passage, line)) = old.flatten() {
            return self.take(passage, &line).map(Some);
        }
        'entries: loop {
            let Some(Entry { passage, line }) = self.entries.next() else { return Ok(None) };
            for doc in self.ids.candidates(&passage.id) {
                let before = of_record(&self.writer.line(doc)?, self.text_field);
                match before.filter(|before| before.id == passage.id) {
                    None => {}
                    Some(before) if before.contents() == passage.contents() => {
                        self.repeated += 1;
                        continue 'entries;
                    }
                    Some(_) => {
                        let (id, first) = (passage.id.into_owned(), u64::from(doc) + 1);
                        return Err(IndexError::DuplicateId { id, first });
                    }
                }
            }
            return self.take(passage, &line).map(Some);
        }
    }

    /// Writes the next document; returns its text.
    fn take(&mut self, passage: Passage<'static>, line: &str) -> Result<String, IndexError> {
        let doc = DocId::try_from(self.writer.len()).ok().filter(|&doc| doc < DocId::MAX);
        let doc = doc.ok_or(Bm25Error::TooLarge { what: "documents" })?;
        self.ids.insert(&passage.id, doc);
        self.writer.push(line)?;
        Ok(passage.text.into_owned())
    }
}

impl<I: Iterator<Item = Entry>> Iterator for Texts<'_, I> {
    type Item = Result<String, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
