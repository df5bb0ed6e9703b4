//! Reading a `tokenizer.json`, and telling it from what lies beside it.

use std::fmt::Display;
use std::path::Path;

use serde_json::Value;
use tokenizers::Tokenizer;

use crate::error::{Error, Result};

pub(super) fn read(path: &Path) -> Result<Tokenizer> {
    let wrong = |message: String| {
        Error::option("tokenizer", format!("{} {message}; give the model's tokenizer.json", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
    // The library panics on some files that are no JSON.
    serde_json::from_slice::<Value>(&bytes).map_err(|error| wrong(kind(&bytes, &error)))?;
    let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(|error| wrong(kind(&bytes, &error)))?;
    // Files often say how a model's input is cut and filled up, which would change an example in silence.
    tokenizer.with_truncation(None).map_err(|error| wrong(format!("cannot be used ({error})")))?;
    tokenizer.with_padding(None);
    // Nothing is added to a rendering, so all that this would still do is to change where tokens seem to begin.
    tokenizer.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
    tokenizer.encode("A first text.", false).map_err(|error| wrong(format!("cannot be used ({error})")))?;
    Ok(tokenizer)
}

/// What the file is, when it is no `tokenizer.json`.
fn kind(bytes: &[u8], error: &dyn Display) -> String {
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else {
        // A SentencePiece model is a protocol buffer whose first field is its first piece.
        return if std::str::from_utf8(bytes).is_err() {
            "is no JSON; it looks like a SentencePiece model (tokenizer.model)".to_owned()
        } else {
            format!("is no tokenizer ({error})")
        };
    };
    if json.get("model").is_some_and(Value::is_object) {
        return format!("is a tokenizer.json that cannot be read ({error})");
    }
    if json.get("tokenizer_class").is_some() || json.get("chat_template").is_some() {
        return "is a tokenizer_config.json".to_owned();
    }
    if json.get("model_type").is_some() || json.get("architectures").is_some() {
        return "is the config.json of a model".to_owned();
    }
    if json.as_object().is_some_and(|map| map.len() > 100 && map.values().all(Value::is_u64)) {
        return "is a vocabulary (vocab.json)".to_owned();
    }
    format!("is no tokenizer ({error})")
}
