//! Opening what `ragstill index` made.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::open_documents;
use super::graph;
use super::manifest::{Dense, DenseRows, Manifest};
use super::passage::of_record;
use super::{Collection, Passages};
use crate::dense::{DenseRetriever, Embedder, Metric, RowKind, Vectors, VectorsFile};
use crate::storage::IndexFileError;
use crate::{Bm25Index, DocId, Hybrid, HybridOptions, Retriever};

/// How passages are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RetrieverKind {
    /// By their words.
    #[default]
    Bm25,
    /// By the vectors of a model.
    Dense,
    /// By both, as one ranking.
    Hybrid,
}

impl RetrieverKind {
    const ALL: [Self; 3] = [Self::Bm25, Self::Dense, Self::Hybrid];

    /// Whether queries are embedded.
    pub fn needs_model(self) -> bool {
        self != Self::Bm25
    }
}

impl fmt::Display for RetrieverKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bm25 => "bm25",
            Self::Dense => "dense",
            Self::Hybrid => "hybrid",
        })
    }
}

impl FromStr for RetrieverKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.to_string() == name);
        kind.ok_or_else(|| "give bm25, dense or hybrid".to_owned())
    }
}

/// How vectors are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DenseSearch {
    /// By the graph, where the index has one, as it was made for; all of them otherwise.
    #[default]
    AsMade,
    /// By the graph, keeping so many vectors while it is walked.
    Ef(usize),
    /// All of them.
    Exact,
}

/// What the folder of an index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexAbout {
    /// Number of documents.
    pub documents: usize,
    /// The field of their lines that holds the text.
    pub text_field: String,
    /// Their vectors, if they have any.
    pub vectors: Option<IndexVectors>,
}

/// The vectors of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexVectors {
    /// The model that made them,
    pub model: String,
    /// where it is, as it was given when they were made,
    pub from: String,
    /// and how it is used, likewise.
    pub model_options: Value,
    /// Numbers in a vector.
    pub dimension: usize,
    /// How they are kept; `None` for a file of FAISS.
    pub rows: Option<RowKind>,
}

impl IndexAbout {
    /// Reads what a folder holds; its files are not opened.
    ///
    /// # Errors
    /// When it holds no index, or one of another release.
    pub fn read(folder: &Path) -> Result<Self, IndexFileError> {
        let manifest = Manifest::read(folder)?;
        let vectors = manifest.dense.map(|dense| IndexVectors {
            model: dense.model,
            from: dense.from,
            model_options: dense.options,
            dimension: dense.dimension,
            rows: match dense.rows {
                DenseRows::Own { rows, .. } => Some(rows),
                DenseRows::Faiss { .. } => None,
            },
        });
        Ok(Self { documents: manifest.documents, text_field: manifest.text_field, vectors })
    }
}

impl Collection {
    /// Opens what `ragstill index` made, to be searched with BM25. The files are mapped, not read into memory; they must stay
    /// as they are meanwhile.
    ///
    /// # Errors
    /// When a file is missing, cannot be read, was made by another release, is damaged, or belongs to another index.
    pub fn open(folder: &Path) -> Result<Self, IndexFileError> {
        Self::open_with(folder, RetrieverKind::Bm25, None)
    }

    /// Opens what `ragstill index` made, to be searched in one way or another. `embedder` makes the vectors of queries: the
    /// model that made those of the passages.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when the index has no vectors, not all of them, or another model's.
    pub fn open_with(
        folder: &Path,
        kind: RetrieverKind,
        embedder: Option<Box<dyn Embedder>>,
    ) -> Result<Self, IndexFileError> {
        Self::open_searched(folder, kind, embedder, DenseSearch::AsMade)
    }

    /// [`open_with`](Self::open_with); `search` says how vectors are searched.
    ///
    /// # Errors
    /// As there, and when the index lacks the graph that is asked for.
    pub fn open_searched(
        folder: &Path,
        kind: RetrieverKind,
        embedder: Option<Box<dyn Embedder>>,
        search: DenseSearch,
    ) -> Result<Self, IndexFileError> {
        let manifest = Manifest::read(folder)?;
        let documents = open_documents(folder, &manifest)?;
        let retriever: Box<dyn Retriever> = match kind {
            RetrieverKind::Bm25 => Box::new(bm25(folder, &manifest)?),
            RetrieverKind::Dense => Box::new(dense(folder, &manifest, embedder, search)?),
            RetrieverKind::Hybrid => {
                let bm25 = bm25(folder, &manifest)?;
                let dense = dense(folder, &manifest, embedder, search)?;
                Box::new(Hybrid::new(Box::new(bm25), Box::new(dense), HybridOptions::default()))
            }
        };
        Ok(Self { retriever, passages: Passages::Mapped(documents, manifest.text_field) })
    }
}

fn bm25(folder: &Path, manifest: &Manifest) -> Result<Bm25Index, IndexFileError> {
    let part = &manifest.files.bm25;
    let path = part.path(folder);
    let (index, sum) = Bm25Index::open_summed(&path)?;
    part.check(folder, sum)?;
    if index.len() != manifest.documents {
        let what = format!("it has {} documents and the index {}", index.len(), manifest.documents);
        return Err(IndexFileError::damaged(&path, what));
    }
    Ok(index)
}

fn dense(
    folder: &Path,
    manifest: &Manifest,
    embedder: Option<Box<dyn Embedder>>,
    search: DenseSearch,
) -> Result<DenseRetriever, IndexFileError> {
    let lacks = |what: String| IndexFileError::Lacks { folder: folder.to_owned(), what };
    let dense = manifest.dense.as_ref().ok_or_else(|| {
        lacks("this index has no vectors; make them with `ragstill index … --dense MODEL`".to_owned())
    })?;
    let embedder = embedder.ok_or_else(|| {
        lacks(format!("queries need the model `{}`, which made the vectors of this index", dense.model))
    })?;
    if (embedder.name(), embedder.dimension()) != (&*dense.model, dense.dimension) {
        return Err(lacks(format!(
            "its vectors are of the model `{}` ({} numbers), and queries would be of `{}` ({} numbers); give the model that \
             made them, or make the index again",
            dense.model,
            dense.dimension,
            embedder.name(),
            embedder.dimension()
        )));
    }
    let vectors = vectors(folder, dense)?;
    if vectors.len() != manifest.documents {
        return Err(lacks(format!(
            "{} of its {} documents have vectors: making them was interrupted; run the command that made them again",
            vectors.len(),
            manifest.documents
        )));
    }
    let graph = match search {
        DenseSearch::Exact => None,
        DenseSearch::AsMade | DenseSearch::Ef(_) => graph::of_vectors(folder, dense, &vectors, false)?,
    };
    let retriever = DenseRetriever::new(vectors, embedder).map_err(|error| lacks(error.to_string()))?;
    match (graph, search) {
        (Some(graph), DenseSearch::Ef(ef)) => Ok(retriever.with_graph(graph, Some(ef))),
        (Some(graph), _) => Ok(retriever.with_graph(graph, None)),
        (None, DenseSearch::Ef(_)) => Err(lacks(
            "its vectors have no graph, so there is no ef to search with: all are searched; make a graph with \
             `ragstill index … --hnsw`"
                .to_owned(),
        )),
        (None, _) => Ok(retriever),
    }
}

pub(super) fn vectors(folder: &Path, dense: &Dense) -> Result<Vectors, IndexFileError> {
    let (rows, files) = match &dense.rows {
        DenseRows::Own { rows, vectors } => (*rows, vectors),
        DenseRows::Faiss { faiss, bytes } => {
            let now = std::fs::metadata(faiss).map_err(IndexFileError::io(faiss))?.len();
            if now != *bytes {
                let what =
                    format!("it had {bytes} bytes when it was indexed and has {now}; make the index again");
                return Err(IndexFileError::Faiss { path: faiss.clone(), what });
            }
            return Vectors::open_faiss(faiss);
        }
    };
    if dense.dimension == 0 {
        let what = "its vectors have no numbers".to_owned();
        return Err(IndexFileError::Lacks { folder: folder.to_owned(), what });
    }
    let mut all = Vectors::empty(dense.dimension, Metric::InnerProduct);
    for part in files {
        let path = part.part.path(folder);
        let file = VectorsFile::open(&path)?;
        part.part.check(folder, file.sum())?;
        let is_of_model = file.about.model == dense.model && file.about.rows == rows;
        if !is_of_model || file.texts.len() != part.documents || !all.append_file(file) {
            return Err(IndexFileError::damaged(&path, "its vectors are not those of the index"));
        }
    }
    Ok(all)
}

/// Checks an index whole: reads every file, where opening one reads the heads of large ones only. Returns the names of the
/// files and their bytes.
///
/// # Errors
/// When a file is missing, is damaged or belongs to another index, or a document cannot be read.
pub fn verify_index(folder: &Path) -> Result<Vec<(String, u64)>, IndexFileError> {
    let manifest = Manifest::read(folder)?;
    let documents = open_documents(folder, &manifest)?;
    let part = &manifest.files.documents;
    part.check(folder, documents.sum())?;
    for doc in 0..documents.len() as DocId {
        if documents.get(doc).and_then(|line| of_record(line, &manifest.text_field)).is_none() {
            return Err(super::not_indexed(&part.path(folder), doc));
        }
    }
    manifest.files.bm25.check(folder, Bm25Index::verify(&manifest.files.bm25.path(folder))?)?;
    bm25(folder, &manifest)?;
    for part in manifest.vectors() {
        let path = part.part.path(folder);
        let file = VectorsFile::open(&path)?;
        file.verify(&path)?;
        part.part.check(folder, file.sum())?;
    }
    let mut files: Vec<(String, u64)> = [part, &manifest.files.offsets, &manifest.files.bm25]
        .into_iter()
        .chain(manifest.vectors().iter().map(|part| &part.part))
        .map(|part| (part.name.clone(), part.bytes))
        .collect();
    if let Some(dense) = &manifest.dense {
        let vectors = vectors(folder, dense)?;
        graph::of_vectors(folder, dense, &vectors, true)?;
        files.extend(dense.hnsw.iter().map(|part| (part.name.clone(), part.bytes)));
        if let DenseRows::Faiss { faiss, bytes } = &dense.rows {
            files.push((faiss.display().to_string(), *bytes));
        }
    }
    Ok(files)
}
