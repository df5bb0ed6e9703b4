//! The documents of an index, as lines of a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::DocId;
use crate::storage::{Array, Bytes, Container, IndexFileError};

const OFFSETS: Container = Container { magic: *b"ragDOCS\n", version: 2, checked_to: u64::MAX };

/// What is not a list.
#[derive(Serialize, Deserialize)]
struct Description {
    /// The file that the offsets are of, so that it is noticed when it is another.
    bytes: u64,
}

/// Writes documents, one a line, and where each begins.
#[derive(Debug)]
pub struct DocumentsWriter {
    path: PathBuf,
    aside: PathBuf,
    file: BufWriter<File>,
    starts: Vec<u64>,
    end: u64,
}

impl DocumentsWriter {
    /// Starts the documents of the index in `folder`.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(folder: &Path) -> Result<Self, IndexFileError> {
        let path = folder.join(Documents::LINES);
        let aside = folder.join(format!("{}.partial", Documents::LINES));
        let file = File::create(&aside).map_err(IndexFileError::io(&path))?;
        Ok(Self { path, aside, file: BufWriter::with_capacity(1 << 20, file), starts: Vec::new(), end: 0 })
    }

    /// Appends a document, which must have no line break.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, line: &str) -> Result<(), IndexFileError> {
        self.starts.push(self.end);
        self.end += line.len() as u64 + 1;
        writeln!(self.file, "{line}").map_err(IndexFileError::io(&self.path))
    }

    /// Puts everything on disk and gives the files their names.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self) -> Result<(), IndexFileError> {
        let io = IndexFileError::io(&self.path);
        self.file.flush().and_then(|()| self.file.get_ref().sync_data()).map_err(&io)?;
        std::fs::rename(&self.aside, &self.path).map_err(&io)?;
        self.starts.push(self.end);
        let offsets = self.path.with_file_name(Documents::OFFSETS);
        OFFSETS
            .write(&offsets, &Description { bytes: self.end }, &[bytemuck::cast_slice(&self.starts)])
            .map(drop)
    }
}

impl Drop for DocumentsWriter {
    fn drop(&mut self) {
        // Finished, it has another name by now.
        let _ = std::fs::remove_file(&self.aside);
    }
}

/// The documents of an index, mapped.
pub struct Documents {
    /// `None` for a file of no bytes.
    lines: Option<Bytes>,
    starts: Array<u64>,
}

impl Documents {
    /// The file of the documents: any that reads JSON Lines reads it.
    pub const LINES: &'static str = "documents.jsonl";
    /// The file that says where each begins.
    pub const OFFSETS: &'static str = "documents.idx";

    /// Opens the documents of the index in `folder`.
    ///
    /// # Errors
    /// When a file cannot be read, was made by another release, is damaged, or is another than the index was made with.
    /// Of the documents themselves only the length is checked.
    pub fn open(folder: &Path) -> Result<Self, IndexFileError> {
        let path = folder.join(Self::LINES);
        let (description, mut lists) = OFFSETS.open::<Description>(&folder.join(Self::OFFSETS))?;
        let bytes = std::fs::metadata(&path).map_err(IndexFileError::io(&path))?.len();
        if bytes != description.bytes {
            let what = format!("it had {} bytes when it was indexed and has {bytes}", description.bytes);
            return Err(IndexFileError::damaged(&path, what));
        }
        let lines =
            if bytes == 0 { None } else { Some(Bytes::map(&path).map_err(IndexFileError::io(&path))?) };
        let starts = lists.next().filter(|starts: &Array<u64>| starts.last() == Some(&bytes));
        let starts = starts.ok_or_else(|| IndexFileError::damaged(&path, "its offsets do not fit"))?;
        Ok(Self { lines, starts })
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line of a document; `None` outside the corpus, or when the file was changed and there is no text any more.
    pub fn get(&self, doc: DocId) -> Option<&str> {
        let doc = doc as usize;
        let (&start, &end) = (self.starts.get(doc)?, self.starts.get(doc + 1)?);
        let line = self.lines.as_ref()?.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)?;
        str::from_utf8(line).ok()?.strip_suffix('\n')
    }
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents").field("documents", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Documents, DocumentsWriter};

    #[test]
    fn documents_come_back_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let lines = ["{\"id\": 1}", "", "ü"];
        let mut writer = DocumentsWriter::create(folder.path()).unwrap();
        lines.iter().for_each(|line| writer.push(line).unwrap());
        writer.finish().unwrap();
        let documents = Documents::open(folder.path()).unwrap();
        assert_eq!(documents.len(), 3);
        for (doc, line) in (0..).zip(lines) {
            assert_eq!(documents.get(doc), Some(line));
        }
        assert_eq!(documents.get(3), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = DocumentsWriter::create(folder.path()).unwrap();
        writer.push("a").unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn none_and_changed_ones() {
        let folder = tempfile::tempdir().unwrap();
        DocumentsWriter::create(folder.path()).unwrap().finish().unwrap();
        assert!(Documents::open(folder.path()).unwrap().is_empty());
        std::fs::write(folder.path().join(Documents::LINES), "more\n").unwrap();
        let error = Documents::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("it had 0 bytes when it was indexed and has 5"), "{error}");
    }
}
