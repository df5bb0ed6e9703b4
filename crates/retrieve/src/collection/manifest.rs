//! `index.json`: what a folder holds, for people and for what opens it.
//!
//! It is written last, and names the files that belong together with their check sums: whatever happens while a folder is
//! changed, there is an index of before or one of after.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dense::RowKind;
use crate::storage::{IndexFileError, Sum};
use crate::{Analyzer, Bm25Params};

/// The version of the form of a folder that this release writes and reads.
const FORMAT: u32 = 2;

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The release that wrote it.
    pub(super) version: String,
    /// Missing in folders of before.
    #[serde(default)]
    pub(super) format: u32,
    pub(super) documents: usize,
    pub(super) text_field: String,
    pub(super) analysis: String,
    pub(super) k1: f64,
    pub(super) b: f64,
    pub(super) lucene_lengths: bool,
    pub(super) files: Files,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dense: Option<Dense>,
}

/// The files that every index has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Files {
    pub(super) documents: Part,
    pub(super) offsets: Part,
    pub(super) bm25: Part,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// In hexadecimal.
    pub(super) xxh3: String,
}

/// The vectors of the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Dense {
    /// The model that made them,
    pub(super) model: String,
    /// where it is, as it was given,
    pub(super) from: String,
    /// and how it is used, as it was given.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) options: Value,
    pub(super) dimension: usize,
    /// The graph over them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hnsw: Option<Part>,
    #[serde(flatten)]
    pub(super) rows: DenseRows,
}

/// Where the vectors are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum DenseRows {
    Faiss { faiss: PathBuf, bytes: u64 },
    Own { rows: RowKind, vectors: Vec<VectorsPart> },
}

/// A file of vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct VectorsPart {
    pub(super) documents: usize,
    #[serde(flatten)]
    pub(super) part: Part,
}

impl Part {
    pub(super) fn new(name: String, sum: Sum) -> Self {
        Self { name, bytes: sum.bytes, xxh3: format!("{:016x}", sum.xxh3) }
    }

    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(&self.name)
    }

    /// Checks that a file is the one that was written.
    ///
    /// # Errors
    /// When it is another.
    pub(super) fn check(&self, folder: &Path, sum: Sum) -> Result<(), IndexFileError> {
        if *self == Self::new(self.name.clone(), sum) {
            return Ok(());
        }
        let what = format!("it is not the file that `{}` names, but of another index", super::ABOUT);
        Err(IndexFileError::damaged(&self.path(folder), what))
    }
}

impl Manifest {
    pub(super) fn new(
        documents: usize,
        text_field: &str,
        params: Bm25Params,
        analyzer: Analyzer,
        files: Files,
    ) -> Self {
        let Bm25Params { k1, b, lucene_lengths } = params;
        // 0.9 in single precision as 0.9 in double.
        let shortest = |number: f32| number.to_string().parse().unwrap_or_else(|_| f64::from(number));
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: FORMAT,
            documents,
            text_field: text_field.to_owned(),
            analysis: analyzer.name(),
            k1: shortest(k1),
            b: shortest(b),
            lucene_lengths,
            files,
            dense: None,
        }
    }

    /// Reads what a folder holds.
    ///
    /// # Errors
    /// When it holds no index, or one of another release.
    pub(super) fn read(folder: &Path) -> Result<Self, IndexFileError> {
        let path = folder.join(super::ABOUT);
        let broken =
            |why: String| IndexFileError::NoFolder { folder: folder.to_owned(), path: path.clone(), why };
        let text = std::fs::read_to_string(&path).map_err(|error| broken(error.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        let format = value.get("format").and_then(Value::as_u64);
        if value.get("text_field").is_some() && format != Some(FORMAT.into()) {
            let format = format.map_or("none".to_owned(), |format| format.to_string());
            let how = format!("by another release (its format is {format}, this one's {FORMAT})");
            return Err(IndexFileError::Other { path, how });
        }
        let manifest: Self = serde_json::from_value(value).map_err(|error| broken(error.to_string()))?;
        // Files of the folder and no others.
        let names = manifest.names();
        match names.iter().find(|name| Path::new(name).file_name() != Some(name.as_ref())) {
            Some(name) => Err(broken(format!("`{name}` is no name of a file"))),
            None => Ok(manifest),
        }
    }

    /// The names of all files in the folder.
    pub(super) fn names(&self) -> Vec<&str> {
        let Files { documents, offsets, bm25 } = &self.files;
        let mut names = vec![&*documents.name, &offsets.name, &bm25.name];
        names.extend(self.vectors().iter().map(|vectors| &*vectors.part.name));
        names.extend(self.hnsw().map(|part| &*part.name));
        names
    }

    /// The files of vectors.
    pub(super) fn vectors(&self) -> &[VectorsPart] {
        match &self.dense {
            Some(Dense { rows: DenseRows::Own { vectors, .. }, .. }) => vectors,
            _ => &[],
        }
    }

    /// The file of the graph.
    pub(super) fn hnsw(&self) -> Option<&Part> {
        self.dense.as_ref()?.hnsw.as_ref()
    }

    /// Writes it into a folder; it is whole there or as it was.
    pub(super) fn write(&self, folder: &Path) -> Result<(), IndexFileError> {
        let path = folder.join(super::ABOUT);
        let aside = folder.join(format!("{}.partial", super::ABOUT));
        let write = || {
            let mut text = serde_json::to_string_pretty(self)?;
            text.push('\n');
            std::fs::write(&aside, text)?;
            std::fs::File::open(&aside)?.sync_data()?;
            std::fs::rename(&aside, &path)
        };
        write().map_err(IndexFileError::io(&path))
    }
}
