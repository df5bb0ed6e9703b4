//! Reference data beside the repository: corpora with questions that were not written for this program.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// Where a reference file lies, if it is there; the reason is printed when it is not.
pub fn find(case: &str, files: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    match paths.iter().find(|path| !path.is_file()) {
        Some(missing) => {
            eprintln!("{case} is skipped: {} is not there", missing.display());
            None
        }
        None => Some(paths),
    }
}

/// The rows of a JSON Lines file.
///
/// # Errors
/// When it cannot be read, or a row is not of this shape.
pub fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), at + 1))
        })
        .collect()
}
