//! The graph over the vectors of an index.

use std::path::Path;

use super::build::Lock;
use super::manifest::{Dense, Manifest, Part};
use super::open::vectors;
use crate::dense::{Hnsw, HnswOptions, Vectors};
use crate::storage::IndexFileError;

/// The names that a graph can have: the one that is there keeps its own until the next is written.
const NAMES: [&str; 2] = ["hnsw.idx", "hnsw-2.idx"];

/// A graph that is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphMade {
    /// Vectors that it is of.
    pub vectors: usize,
    /// Of these, vectors that were inserted now.
    pub inserted: usize,
    /// How it was made.
    pub options: HnswOptions,
    /// Bytes of its file.
    pub bytes: u64,
}

/// Makes the graph over the vectors of an index, so that searches need not score all of them. One that is there, made with
/// these options, is kept, and vectors that are new are inserted; without options that is done to any graph that is there,
/// and if there is none, none is made. `progress` is given how many of how many vectors are done.
///
/// # Errors
/// When the index cannot be read, lacks vectors, or the file cannot be written.
pub fn graph_index(
    folder: &Path,
    options: Option<HnswOptions>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Option<GraphMade>, IndexFileError> {
    let _lock = Lock::of(folder)?;
    let mut manifest = Manifest::read(folder)?;
    let lacks = |what: String| IndexFileError::Lacks { folder: folder.to_owned(), what };
    let dense = manifest.dense.as_ref();
    let part = dense.and_then(|dense| dense.hnsw.clone());
    if options.is_none() && part.is_none() {
        return Ok(None);
    }
    if let Some(fault) = options.and_then(|options| options.fault()) {
        return Err(lacks(format!("no graph can be made: {fault}")));
    }
    let dense = dense.ok_or_else(|| lacks("there are no vectors to make a graph of".to_owned()))?;
    let vectors = vectors(folder, dense)?;
    if vectors.len() != manifest.documents {
        let (vectors, documents) = (vectors.len(), manifest.documents);
        return Err(lacks(format!(
            "{vectors} of its {documents} documents have vectors, and a graph is of all"
        )));
    }
    let old = part.as_ref().map(|part| open(folder, part, true)).transpose();
    // Made anew, it does not matter what is wrong with the one that is there.
    let old = if options.is_some() { old.ok().flatten() } else { old? };
    let options = options.or(old.as_ref().map(Hnsw::options)).unwrap_or_default();
    let old = old.filter(|old| old.options() == options && old.is_of_first(&vectors));
    let before = old.as_ref().map_or(0, Hnsw::len);
    let made = |bytes| GraphMade { vectors: vectors.len(), inserted: vectors.len() - before, options, bytes };
    if let (Some(part), true) = (&part, old.is_some() && before == vectors.len()) {
        return Ok(Some(made(part.bytes)));
    }
    let total = vectors.len();
    let mut progress = |done| progress(done, total);
    let graph = match old {
        Some(old) => old.extend(&vectors, &mut progress),
        None => Hnsw::build(&vectors, options, &mut progress),
    };
    let is_taken = |name: &str| part.as_ref().is_some_and(|part| part.name == name);
    let name = if is_taken(NAMES[0]) { NAMES[1] } else { NAMES[0] };
    let part = Part::new(name.to_owned(), graph.write(&folder.join(name))?);
    let bytes = part.bytes;
    if let Some(dense) = &mut manifest.dense {
        dense.hnsw = Some(part);
    }
    manifest.write(folder)?;
    remove_others(folder, &manifest);
    Ok(Some(made(bytes)))
}

/// Opens the graph of an index, or if wanted reads it whole.
pub(super) fn open(folder: &Path, part: &Part, whole: bool) -> Result<Hnsw, IndexFileError> {
    let (graph, sum) = Hnsw::open_summed(&part.path(folder), whole)?;
    part.check(folder, sum)?;
    Ok(graph)
}

/// The graph of an index that has one, as it is searched.
pub(super) fn of_vectors(
    folder: &Path,
    dense: &Dense,
    vectors: &Vectors,
    whole: bool,
) -> Result<Option<Hnsw>, IndexFileError> {
    let Some(part) = &dense.hnsw else { return Ok(None) };
    let graph = open(folder, part, whole)?;
    if graph.len() < vectors.len() && graph.is_of_first(vectors) {
        let what = format!(
            "{} of its {} vectors are in its graph: adding them was interrupted; run the command that added them again, or \
             search with --exact",
            graph.len(),
            vectors.len()
        );
        return Err(IndexFileError::Lacks { folder: folder.to_owned(), what });
    }
    graph.check(vectors).map_err(|what| IndexFileError::damaged(&part.path(folder), what))?;
    Ok(Some(graph))
}

/// Removes graphs that are not the index's. Left behind they do no harm.
pub(super) fn remove_others(folder: &Path, manifest: &Manifest) {
    let names = manifest.names();
    for name in NAMES.iter().filter(|name| !names.contains(name)) {
        let _ = std::fs::remove_file(folder.join(name));
    }
}
