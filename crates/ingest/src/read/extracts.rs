//! The texts of documents that take long to read, such as PDF, kept for the next reading in a temporary file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use ragstill_core::Document;
use serde_json::{Value, json};

use crate::error::Fault;
use crate::formats::Extract;

/// What was read before, by the number of the origin.
#[derive(Debug, Default)]
pub(crate) struct Extracts {
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    /// Without a name: it is gone with the process.
    file: Option<File>,
    /// The end of what was written.
    end: u64,
    known: HashMap<usize, Result<Kept, Fault>>,
}

/// Where in the file a document lies.
#[derive(Debug, Clone, Copy)]
struct Kept {
    start: u64,
    length: usize,
    first_line: u64,
}

impl Extracts {
    /// What was kept of an origin; else what `read` gives, which is kept then. Several threads may read at once.
    pub(super) fn get_or(
        &self,
        origin: usize,
        read: impl FnOnce() -> Result<Extract, Fault>,
    ) -> Result<Extract, Fault> {
        if let Some(kept) = self.get(origin) {
            return kept;
        }
        let extract = read();
        // Where there is no room for temporary files it is read again.
        let _ = self.keep(origin, &extract);
        extract
    }

    fn get(&self, origin: usize) -> Option<Result<Extract, Fault>> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { start, length, first_line } = match store.known.get(&origin)? {
            Ok(kept) => *kept,
            Err(fault) => return Some(Err(fault.clone())),
        };
        let mut bytes = vec![0; length];
        let file = store.file.as_mut()?;
        file.seek(SeekFrom::Start(start)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        drop(store);
        let document = from_bytes(&bytes)?;
        Some(Ok(Extract { document, first_line }))
    }

    fn keep(&self, origin: usize, extract: &Result<Extract, Fault>) -> io::Result<()> {
        let bytes = extract.as_ref().map(|extract| to_bytes(&extract.document));
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = match bytes {
            Ok(bytes) => {
                let start = store.end;
                if store.file.is_none() {
                    store.file = Some(tempfile::tempfile()?);
                }
                let Some(file) = &mut store.file else { return Ok(()) };
                file.seek(SeekFrom::Start(start))?;
                file.write_all(&bytes)?;
                store.end = start + bytes.len() as u64;
                let first_line = extract.as_ref().map_or(0, |extract| extract.first_line);
                Ok(Kept { start, length: bytes.len(), first_line })
            }
            Err(fault) => Err(fault.clone()),
        };
        store.known.insert(origin, kept);
        Ok(())
    }
}

fn to_bytes(document: &Document) -> Vec<u8> {
    let Document { source, title, text, is_markdown, pages, metadata } = document;
    json!([source, title, text, is_markdown, pages, metadata]).to_string().into_bytes()
}

fn from_bytes(bytes: &[u8]) -> Option<Document> {
    let (source, title, text, is_markdown, pages, metadata) = serde_json::from_slice(bytes).ok()?;
    let Value::Object(metadata) = metadata else { return None };
    Some(Document { source, title, text, is_markdown, pages, metadata })
}

#[cfg(test)]
mod tests {
    use ragstill_core::Document;
    use serde_json::json;

    use super::Extracts;
    use crate::error::{ErrorKind, Fault};
    use crate::formats::Extract;

    #[test]
    fn what_was_read_is_not_read_again() {
        let extracts = Extracts::default();
        let extract = |text: &str| {
            let mut document = Document { source: "a".into(), text: text.into(), ..Document::default() };
            document.pages = vec![0, 3];
            document.metadata.insert("n".into(), json!([1, "b"]));
            Ok(Extract { document, first_line: 7 })
        };
        let broken = || Err(Fault::new(ErrorKind::Broken, None, "is broken"));
        let first = [
            extracts.get_or(3, || extract("täxt\0")),
            extracts.get_or(1, broken),
            extracts.get_or(0, || extract("")),
        ];
        let unasked = || panic!("read again");
        assert_eq!([3, 1, 0].map(|origin| extracts.get_or(origin, unasked)), first);
        assert_eq!(first[0], extract("täxt\0"));
    }
}
