//! The documents of an index, as lines of a file.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Split, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::DocId;
use crate::storage::{Array, Bytes, Container, IndexFileError, Spill, Sum, partial};

const OFFSETS: Container = Container { magic: *b"ragDOCS\n", version: 2, checked_to: u64::MAX };

/// What is not a list.
#[derive(Serialize, Deserialize)]
struct Description {
    /// The file that the offsets are of, so that it is noticed when it is another.
    bytes: u64,
}

/// Writes documents, one a line, and where each begins.
pub(crate) struct DocumentsWriter {
    path: PathBuf,
    aside: PathBuf,
    file: BufWriter<File>,
    /// The same file, to read what was written.
    written: File,
    starts: Spill<u64>,
    end: u64,
    sum: Xxh3,
}

impl DocumentsWriter {
    /// Starts a file of documents.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn create(path: &Path) -> Result<Self, IndexFileError> {
        let io = IndexFileError::io(path);
        let starts = Spill::beside(&Documents::offsets(path))?;
        let aside = partial(path);
        let file = BufWriter::with_capacity(1 << 20, File::create(&aside).map_err(&io)?);
        let written = File::open(&aside).map_err(&io)?;
        Ok(Self { path: path.to_owned(), aside, file, written, starts, end: 0, sum: Xxh3::new() })
    }

    /// Number of documents so far.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() as usize
    }

    /// Appends a document, which must have no line break.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn push(&mut self, line: &str) -> Result<(), IndexFileError> {
        self.starts.extend(&[self.end])?;
        self.end += line.len() as u64 + 1;
        self.sum.update(line.as_bytes());
        self.sum.update(b"\n");
        writeln!(self.file, "{line}").map_err(IndexFileError::io(&self.path))
    }

    /// Reads a document that was written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn line(&mut self, doc: DocId) -> Result<String, IndexFileError> {
        let bounds = self.starts.read(u64::from(doc)..u64::from(doc) + 2)?;
        let start = bounds.first().copied().unwrap_or(self.end);
        let end = bounds.get(1).copied().unwrap_or(self.end);
        let mut read = || {
            self.file.flush()?;
            self.written.seek(SeekFrom::Start(start))?;
            let mut line = vec![0; (end - start).saturating_sub(1) as usize];
            self.written.read_exact(&mut line)?;
            String::from_utf8(line).map_err(std::io::Error::other)
        };
        read().map_err(IndexFileError::io(&self.path))
    }

    /// Puts everything on disk and gives the files their names. Returns what is in the documents and in the file that says
    /// where each begins.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn finish(mut self) -> Result<[Sum; 2], IndexFileError> {
        let io = IndexFileError::io(&self.path);
        self.file.flush().and_then(|()| self.file.get_ref().sync_data()).map_err(&io)?;
        std::fs::rename(&self.aside, &self.path).map_err(&io)?;
        let offsets = Documents::offsets(&self.path);
        let mut starts = std::mem::replace(&mut self.starts, Spill::beside(&offsets)?);
        starts.extend(&[self.end])?;
        let description = Description { bytes: self.end };
        let offsets = OFFSETS.write_from(&offsets, &description, vec![starts.into_source()])?;
        Ok([Sum { bytes: self.end, xxh3: self.sum.digest() }, offsets])
    }
}

impl Drop for DocumentsWriter {
    fn drop(&mut self) {
        // Finished, it has another name by now.
        let _ = std::fs::remove_file(&self.aside);
    }
}

/// The documents of an index, mapped.
pub(crate) struct Documents {
    /// `None` for a file of no bytes.
    lines: Option<Bytes>,
    starts: Array<u64>,
    offsets: Sum,
}

impl Documents {
    /// The file that says where each document of this one begins.
    pub(crate) fn offsets(path: &Path) -> PathBuf {
        path.with_extension("idx")
    }

    /// Opens documents.
    ///
    /// # Errors
    /// When a file cannot be read, was made by another release, is damaged, or is another than the index was made with.
    /// Of the documents themselves only the length is checked.
    pub(crate) fn open(path: &Path) -> Result<Self, IndexFileError> {
        let (description, mut lists) = OFFSETS.open::<Description>(&Self::offsets(path))?;
        let bytes = std::fs::metadata(path).map_err(IndexFileError::io(path))?.len();
        if bytes != description.bytes {
            let what = format!("it had {} bytes when it was indexed and has {bytes}", description.bytes);
            return Err(IndexFileError::damaged(path, what));
        }
        let lines = if bytes == 0 { None } else { Some(Bytes::map(path).map_err(IndexFileError::io(path))?) };
        let starts = lists.next().filter(|starts: &Array<u64>| starts.last() == Some(&bytes));
        let starts = starts.ok_or_else(|| IndexFileError::damaged(path, "its offsets do not fit"))?;
        Ok(Self { lines, starts, offsets: lists.sum() })
    }

    /// Number of documents.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// What is in the file that says where each begins.
    pub(crate) fn offsets_sum(&self) -> Sum {
        self.offsets
    }

    /// What is in the documents; they are read for it.
    pub(crate) fn sum(&self) -> Sum {
        let bytes: &[u8] = self.lines.as_deref().unwrap_or_default();
        Sum { bytes: bytes.len() as u64, xxh3: xxh3_64(bytes) }
    }

    /// The line of a document; `None` outside the corpus, or when the file was changed and there is no text any more.
    pub(crate) fn get(&self, doc: DocId) -> Option<&str> {
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

/// The lines of documents in their order, read rather than mapped: what was mapped and read once stays in memory for long.
pub(crate) struct Lines {
    path: PathBuf,
    lines: Split<BufReader<File>>,
}

impl Lines {
    /// Opens the file of documents.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, IndexFileError> {
        let file = File::open(path).map_err(IndexFileError::io(path))?;
        Ok(Self { path: path.to_owned(), lines: BufReader::with_capacity(1 << 20, file).split(b'\n') })
    }
}

impl Iterator for Lines {
    type Item = Result<String, IndexFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        let line = line.and_then(|line| String::from_utf8(line).map_err(std::io::Error::other));
        Some(line.map_err(IndexFileError::io(&self.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Documents, DocumentsWriter};

    #[test]
    fn documents_come_back_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.jsonl");
        let lines = ["{\"id\": 1}", "", "ü"];
        let mut writer = DocumentsWriter::create(&path).unwrap();
        for (doc, line) in (0..).zip(lines) {
            writer.push(line).unwrap();
            assert_eq!(writer.line(doc).unwrap(), line);
        }
        assert_eq!((writer.len(), writer.line(0).unwrap().as_str()), (3, lines[0]));
        let sums = writer.finish().unwrap();
        let documents = Documents::open(&path).unwrap();
        assert_eq!((documents.len(), [documents.sum(), documents.offsets_sum()]), (3, sums));
        for (doc, line) in (0..).zip(lines) {
            assert_eq!(documents.get(doc), Some(line));
        }
        assert_eq!(documents.get(3), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = DocumentsWriter::create(&folder.path().join("d.jsonl")).unwrap();
        writer.push("a").unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn none_and_changed_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.jsonl");
        DocumentsWriter::create(&path).unwrap().finish().unwrap();
        assert_eq!(Documents::open(&path).unwrap().len(), 0);
        std::fs::write(&path, "more\n").unwrap();
        let error = Documents::open(&path).unwrap_err().to_string();
        assert!(error.contains("it had 0 bytes when it was indexed and has 5"), "{error}");
    }
}
