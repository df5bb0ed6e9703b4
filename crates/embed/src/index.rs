//! The model that made the vectors of an index.

use std::path::Path;

use ragstill_retrieve::{Collection, EmbedError, Embedder, IndexAbout, IndexFileError, RetrieverKind};
use serde_json::{Map, Value};

use crate::EmbedOptions;
use crate::open::open;

/// A model that is open, and how it was asked for.
#[derive(Debug)]
pub struct Model {
    /// The model.
    pub embedder: Box<dyn Embedder>,
    /// Where it is: a folder or an address.
    pub from: String,
    /// How it is used: [`EmbedOptions`], as far as they were given.
    pub options: Value,
}

/// Why an index cannot be opened with its model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenIndexError {
    /// The folder cannot be used.
    #[error(transparent)]
    Index(#[from] IndexFileError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] EmbedError),
}

impl Model {
    /// Opens the model that `from` names, as [`open`] does.
    ///
    /// # Errors
    /// Those of [`open`], and options that are none.
    pub fn open(from: String, options: Map<String, Value>) -> Result<Self, EmbedError> {
        let options = Value::Object(options);
        let parsed: EmbedOptions = serde_json::from_value(options.clone()).map_err(|error| {
            EmbedError::permanent(format!("{from}: the options of the model cannot be read: {error}"))
        })?;
        let embedder = open(&from, &parsed)?;
        Ok(Self { embedder, from, options })
    }

    /// Opens the model that made the vectors of an index, with the options of then but where others are given; none where
    /// the index has no vectors, or they came from elsewhere.
    ///
    /// # Errors
    /// When the folder is no index, or the model cannot be opened.
    pub fn of_index(folder: &Path, given: Map<String, Value>) -> Result<Option<Self>, OpenIndexError> {
        let Some(vectors) = IndexAbout::read(folder)?.vectors else { return Ok(None) };
        let mut options = match vectors.model_options {
            Value::Object(options) => options,
            _ => Map::new(),
        };
        options.extend(given);
        Ok(Some(Self::open(vectors.from, options)?))
    }
}

/// Opens an index to be searched as it is wanted, with the model that made its vectors if that takes one.
///
/// # Errors
/// When the folder is no index or has no vectors, or the model cannot be opened or is another.
pub fn open_index(folder: &Path, kind: RetrieverKind) -> Result<Collection, OpenIndexError> {
    let model = if kind.needs_model() { Model::of_index(folder, Map::new())? } else { None };
    Ok(Collection::open_with(folder, kind, model.map(|model| model.embedder))?)
}
