//! The files of a model's folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ragstill_retrieve::EmbedError;
use serde::de::DeserializeOwned;

/// An error about a file.
pub(super) fn fault(path: &Path, what: impl std::fmt::Display) -> EmbedError {
    EmbedError::permanent(format!("{}: {what}", path.display()))
}

/// Reads a file of JSON that must be there.
pub(super) fn json<T: DeserializeOwned>(path: &Path, what_it_is: &str) -> Result<T, EmbedError> {
    optional_json(path)?.ok_or_else(|| {
        fault(path, format!("there is no such file, and a model's folder needs it: it is {what_it_is}"))
    })
}

/// Reads a file of JSON if it is there.
pub(super) fn optional_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EmbedError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, error)),
    };
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|error| fault(path, format!("this is not as it should be: {error}")))
}

/// A folder within the model's, by a path that a file there gives; never one outside it.
pub(super) fn within(folder: &Path, given: &str, named_by: &Path) -> Result<PathBuf, EmbedError> {
    let path = Path::new(given);
    let inside = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if inside {
        Ok(folder.join(path))
    } else {
        Err(fault(named_by, format!("`{given}` is not a path within the folder")))
    }
}
