//! Vectors for the documents of an index.
//!
//! Making them is what costs. Each is kept with a hash of its text, in files of at most [`FILE_BYTES`], which are written as
//! soon as they are full: a text that has a vector in the folder, wherever it stood, is not embedded again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::IndexError;
use super::build::{Lock, open_documents};
use super::graph::remove_others;
use super::manifest::{Dense, DenseRows, Manifest, Part, VectorsPart};
use super::passage::of_record;
use crate::dense::{About, Embedder, RowKind, Side, TextHash, Vectors, VectorsFile, VectorsWriter, embed};
use crate::documents::Documents;
use crate::{DocId, IndexFileError};

/// The most bytes of the vectors of a file: what is lost at most when the power fails.
const FILE_BYTES: usize = 64 << 20;
/// The most vectors of a file.
const FILE_ROWS: usize = 1 << 16;
/// Texts that the model gets at once.
const BATCH: usize = 1024;

/// How the vectors of an index are made and kept.
#[derive(Debug)]
pub struct DenseOptions<'a> {
    /// What makes them.
    pub embedder: &'a dyn Embedder,
    /// Where the model is,
    pub from: &'a str,
    /// and how it is used, in the words of whoever opens it again to search; kept as it is.
    pub model_options: Value,
    /// How they are kept.
    pub rows: RowKind,
}

/// How far the vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EmbedProgress {
    /// Passages that have a vector.
    pub done: usize,
    /// Of these, passages that were embedded now.
    pub embedded: usize,
    /// All passages.
    pub total: usize,
}

/// Makes the vectors that the documents of an index lack.
///
/// # Errors
/// When the index cannot be read, has vectors of another model, a file cannot be written, or the model fails. What was
/// embedded by then is kept, and used when this is called again.
pub fn embed_index(
    folder: &Path,
    options: &DenseOptions<'_>,
    progress: &mut dyn FnMut(EmbedProgress),
) -> Result<EmbedProgress, IndexError> {
    let _lock = Lock::of(folder)?;
    let mut manifest = Manifest::read(folder)?;
    let about = About {
        model: options.embedder.name().to_owned(),
        dimension: options.embedder.dimension(),
        rows: options.rows,
    };
    let mut parts = match &manifest.dense {
        Some(dense) => kept_parts(folder, dense, &about)?,
        None => Vec::new(),
    };
    let documents = open_documents(folder, &manifest)?;
    let files = vector_files(folder)?;
    let names: Vec<String> = parts.iter().map(|part| part.part.name.clone()).collect();
    let known = Known::read(folder, &about, files.iter().filter(|(_, name)| !names.contains(name)));
    let next = files.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
    let done = parts.iter().map(|part| part.documents).sum();
    let mut job = Job {
        folder,
        text_field: &manifest.text_field,
        documents: &documents,
        options,
        about: &about,
        known,
        next,
        at: EmbedProgress { done, embedded: 0, total: documents.len() },
        progress,
    };
    let rows = (FILE_BYTES / about.rows.row_bytes(about.dimension)).clamp(1, FILE_ROWS);
    while job.at.done < job.at.total {
        let docs = job.at.done..(job.at.done + rows).min(job.at.total);
        parts.push(job.file(docs)?);
    }
    let at = job.at;
    // Vectors that are new are not in it yet.
    let hnsw = manifest.hnsw().cloned();
    manifest.dense = Some(Dense {
        model: about.model,
        from: options.from.to_owned(),
        options: options.model_options.clone(),
        dimension: about.dimension,
        hnsw,
        rows: DenseRows::Own { rows: about.rows, vectors: parts },
    });
    manifest.write(folder)?;
    let names = manifest.names();
    for (_, name) in vector_files(folder)?.iter().filter(|(_, name)| !names.contains(&name.as_str())) {
        // Left behind it does no harm.
        let _ = std::fs::remove_file(folder.join(name));
    }
    remove_others(folder, &manifest);
    Ok(at)
}

/// Takes the vectors of an index from a file that FAISS wrote, whose rows are in the order of the documents. The file stays
/// where it is; of `options` the form is of no use.
///
/// # Errors
/// When it cannot be read, or has not the documents' number of vectors or the model's dimension.
pub fn attach_faiss(folder: &Path, file: &Path, options: &DenseOptions<'_>) -> Result<usize, IndexFileError> {
    let _lock = Lock::of(folder)?;
    let mut manifest = Manifest::read(folder)?;
    let vectors = Vectors::open_faiss(file)?;
    let refused = |what: String| IndexFileError::Faiss { path: file.to_owned(), what };
    if vectors.len() != manifest.documents {
        return Err(refused(format!(
            "it has {} vectors, and the corpus {} documents; it must be the corpus that the vectors were made of, in its order",
            vectors.len(),
            manifest.documents
        )));
    }
    let embedder = options.embedder;
    if vectors.dimension() != embedder.dimension() {
        return Err(refused(format!(
            "its vectors have {} numbers, and those of the model `{}` {}; give the model that made them",
            vectors.dimension(),
            embedder.name(),
            embedder.dimension()
        )));
    }
    let faiss = std::path::absolute(file).map_err(IndexFileError::io(file))?;
    let bytes = std::fs::metadata(file).map_err(IndexFileError::io(file))?.len();
    manifest.dense = Some(Dense {
        model: embedder.name().to_owned(),
        from: options.from.to_owned(),
        options: options.model_options.clone(),
        dimension: vectors.dimension(),
        hnsw: None,
        rows: DenseRows::Faiss { faiss, bytes },
    });
    manifest.write(folder)?;
    remove_others(folder, &manifest);
    Ok(vectors.len())
}

/// The files of the vectors that an index has already, if they are of the same kind.
fn kept_parts(folder: &Path, dense: &Dense, about: &About) -> Result<Vec<VectorsPart>, IndexFileError> {
    let lacks = |what: String| IndexFileError::Lacks { folder: folder.to_owned(), what };
    match &dense.rows {
        DenseRows::Own { rows, vectors } if *rows == about.rows => {
            if (dense.model.as_str(), dense.dimension) == (about.model.as_str(), about.dimension) {
                return Ok(vectors.clone());
            }
            Err(lacks(format!(
                "its vectors are of the model `{}` ({} numbers), and `{}` makes others ({} numbers); add with the model \
                 that made them, or make the index again",
                dense.model, dense.dimension, about.model, about.dimension
            )))
        }
        DenseRows::Own { rows, .. } => Err(lacks(format!(
            "its vectors are kept as {rows}; add with --vectors {rows}, or make the index again"
        ))),
        DenseRows::Faiss { faiss, .. } => Err(lacks(format!(
            "its vectors are in {}, to which nothing can be added; make the index again",
            faiss.display()
        ))),
    }
}

/// The files of vectors in a folder, by number.
fn vector_files(folder: &Path) -> Result<Vec<(u32, String)>, IndexFileError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(IndexFileError::io(folder))? {
        let name = entry.map_err(IndexFileError::io(folder))?.file_name().to_string_lossy().into_owned();
        let number = name.strip_prefix("vectors-").and_then(|name| name.strip_suffix(".idx"));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            files.push((number, name));
        }
    }
    files.sort();
    Ok(files)
}

/// Vectors that are there already.
struct Known {
    files: Vec<(PathBuf, VectorsFile)>,
    /// File and row of each text.
    places: HashMap<TextHash, (u32, u32)>,
}

impl Known {
    /// Those of the same kind in these files. What is damaged or of another kind counts for nothing.
    fn read<'a>(folder: &Path, about: &About, files: impl Iterator<Item = &'a (u32, String)>) -> Self {
        let open = |(_, name): &(u32, String)| {
            let path = folder.join(name);
            let file = VectorsFile::open(&path).ok().filter(|file| file.about == *about)?;
            file.verify(&path).ok().map(|()| (path, file))
        };
        let files: Vec<_> = files.filter_map(open).collect();
        let mut places = HashMap::new();
        for (number, (_, file)) in (0..).zip(&files) {
            places.extend((0..).zip(file.texts.iter()).map(|(row, text)| (*text, (number, row))));
        }
        Self { files, places }
    }

    fn get(&self, text: TextHash) -> Option<(&VectorsFile, usize)> {
        let (file, row) = *self.places.get(&text)?;
        Some((&self.files[file as usize].1, row as usize))
    }

    /// The file that holds the vectors of just these texts.
    fn whole(&self, texts: &[TextHash]) -> Option<&(PathBuf, VectorsFile)> {
        self.files.iter().find(|(_, file)| file.texts[..] == *texts)
    }
}

struct Job<'a> {
    folder: &'a Path,
    text_field: &'a str,
    documents: &'a Documents,
    options: &'a DenseOptions<'a>,
    about: &'a About,
    known: Known,
    /// The number of the next file.
    next: u32,
    at: EmbedProgress,
    progress: &'a mut dyn FnMut(EmbedProgress),
}

impl Job<'_> {
    /// Makes the file of these documents, or finds it.
    fn file(&mut self, docs: std::ops::Range<usize>) -> Result<VectorsPart, IndexError> {
        let texts = docs.clone().map(|doc| Ok(hash(&self.contents(doc)?.1)));
        let texts: Vec<TextHash> = texts.collect::<Result<_, IndexError>>()?;
        if let Some((path, file)) = self.known.whole(&texts) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let part = VectorsPart { documents: docs.len(), part: Part::new(name, file.sum()) };
            self.at.done = docs.end;
            (self.progress)(self.at);
            return Ok(part);
        }
        let mut writer = VectorsWriter::new(self.about.clone());
        for start in docs.clone().step_by(BATCH) {
            let batch = start..(start + BATCH).min(docs.end);
            let result = self.batch(batch.clone(), &texts[batch.start - docs.start..], &mut writer);
            if let Err(error) = result {
                if writer.len() > 0 {
                    // Paid for: the next call finds them.
                    self.write(writer)?;
                }
                return Err(error);
            }
            self.at.done = batch.end;
            (self.progress)(self.at);
        }
        self.write(writer).map_err(IndexError::from)
    }

    fn write(&mut self, writer: VectorsWriter) -> Result<VectorsPart, IndexFileError> {
        let name = format!("vectors-{:04}.idx", self.next);
        self.next += 1;
        let documents = writer.len();
        let sum = writer.write(&self.folder.join(&name))?;
        Ok(VectorsPart { documents, part: Part::new(name, sum) })
    }

    /// Appends the vectors of some documents, whose texts have these hashes.
    fn batch(
        &mut self,
        docs: std::ops::Range<usize>,
        texts: &[TextHash],
        writer: &mut VectorsWriter,
    ) -> Result<(), IndexError> {
        let missing = docs.clone().zip(texts).filter(|(_, text)| self.known.get(**text).is_none());
        let missing: Vec<(String, String)> =
            missing.map(|(doc, _)| self.contents(doc)).collect::<Result<_, _>>()?;
        let contents: Vec<&str> = missing.iter().map(|(_, contents)| contents.as_str()).collect();
        let numbers = if contents.is_empty() {
            Vec::new()
        } else {
            embed(self.options.embedder, &contents, Side::Passage).map_err(|error| IndexError::Embed {
                error,
                done: self.at.done,
                total: self.at.total,
            })?
        };
        let mut rows = numbers.chunks(self.about.dimension).zip(&missing);
        for &text in texts.iter().take(docs.len()) {
            if let Some((file, row)) = self.known.get(text) {
                writer.push_of(file, row);
            } else if let Some((row, (id, _))) = rows.next()
                && !writer.push(text, row)
            {
                return Err(IndexError::NotKept { id: id.clone(), rows: self.about.rows });
            }
        }
        self.at.embedded += missing.len();
        Ok(())
    }

    /// The id of a document, and what is embedded of it.
    fn contents(&self, doc: usize) -> Result<(String, String), IndexError> {
        let doc = doc as DocId;
        let passage = self.documents.get(doc).and_then(|line| of_record(line, self.text_field));
        let passage = passage.ok_or_else(|| super::not_indexed(self.folder, doc))?;
        Ok((passage.id.to_string(), passage.contents().into_owned()))
    }
}

fn hash(text: &str) -> TextHash {
    xxh3_128(text.as_bytes())
}
