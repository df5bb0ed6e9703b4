//! A model, wherever it is.

use std::path::Path;

use ragstill_retrieve::{EmbedError, Embedder};
use ragstill_teacher::openai::embeddings_url;

use crate::EmbedOptions;
use crate::endpoint::Endpoint;

/// Opens the model that `spec` names: a folder with `config.json`, `tokenizer.json` and `model.safetensors`, or the address
/// of a server with an OpenAI-compatible `/v1/embeddings`.
///
/// # Errors
/// When an option has a fault, when neither is there, or when the folder or the server cannot be used.
pub fn open(spec: &str, options: &EmbedOptions) -> Result<Box<dyn Embedder>, EmbedError> {
    check(spec, options)?;
    if is_address(spec) {
        return Ok(Box::new(Endpoint::open(spec, options)?));
    }
    let folder = Path::new(spec);
    if !folder.is_dir() {
        let what = if folder.exists() { "is a file" } else { "does not exist" };
        return Err(EmbedError::permanent(format!(
            "`{spec}` {what}; name a folder with config.json, tokenizer.json and model.safetensors, or an address like http://localhost:8080/v1. Nothing is downloaded: get a model's folder first"
        )));
    }
    from_folder(folder, options)
}

/// Whether a model is behind an address.
pub(crate) fn is_address(spec: &str) -> bool {
    spec.contains("://")
}

/// Finds the faults of options, and of an address, that can be found without opening anything.
pub(crate) fn check(spec: &str, options: &EmbedOptions) -> Result<(), EmbedError> {
    let faults = options.faults();
    if !faults.is_empty() {
        return Err(EmbedError::permanent(faults.join("; ")));
    }
    if is_address(spec) {
        embeddings_url(spec).map_err(EmbedError::permanent)?;
        for (given, name) in
            [(options.pooling.is_some(), "pooling"), (options.max_tokens.is_some(), "max_tokens")]
        {
            if given {
                return Err(EmbedError::permanent(format!(
                    "{name}: the server at {spec} decides on it; the option is for models from a folder"
                )));
            }
        }
    }
    Ok(())
}

#[cfg(feature = "local")]
fn from_folder(folder: &Path, options: &EmbedOptions) -> Result<Box<dyn Embedder>, EmbedError> {
    Ok(Box::new(crate::local::LocalEmbedder::open(folder, options)?))
}

#[cfg(not(feature = "local"))]
fn from_folder(folder: &Path, _: &EmbedOptions) -> Result<Box<dyn Embedder>, EmbedError> {
    Err(EmbedError::permanent(format!(
        "`{}` is a folder, and this build knows no models from folders (its feature `local` is off); name an address",
        folder.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::open;
    use crate::{EmbedOptions, Pooling};

    #[test]
    fn what_is_no_model_is_said() {
        let nothing = open("no/such/folder", &EmbedOptions::default()).unwrap_err().to_string();
        assert!(nothing.contains("`no/such/folder` does not exist"), "{nothing}");
        let file = open("Cargo.toml", &EmbedOptions::default()).unwrap_err().to_string();
        assert!(file.contains("is a file"), "{file}");
        let fault = EmbedOptions { batch: 0, ..EmbedOptions::default() };
        assert!(open("Cargo.toml", &fault).unwrap_err().to_string().starts_with("batch:"));
        let pooled = EmbedOptions { pooling: Some(Pooling::Cls), ..EmbedOptions::default() };
        assert!(open("http://127.0.0.1:9/v1", &pooled).unwrap_err().to_string().starts_with("pooling:"));
        assert!(open("ftp://h", &EmbedOptions::default()).unwrap_err().to_string().contains("ftp://h"));
    }
}
