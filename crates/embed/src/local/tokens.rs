//! `tokenizer.json`: texts to tokens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ragstill_retrieve::EmbedError;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use tokenizers::{Tokenizer, TruncationParams};

use super::config::Config;
use super::folder::fault;
use super::sentence::Reading;

/// Cuts texts into the tokens of a model.
#[derive(Debug)]
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    lowercase: bool,
    vocabulary: usize,
}

impl Tokens {
    /// Reads `tokenizer.json`; its bytes go into `hash`.
    pub(super) fn read(
        folder: &Path,
        config: &Config,
        reading: Reading,
        hash: &mut blake3::Hasher,
    ) -> Result<Self, EmbedError> {
        let path = folder.join("tokenizer.json");
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => fault(
                &path,
                "there is no such file, and a model's folder needs it: it says how texts become tokens (transformers: `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)` writes it)",
            ),
            _ => fault(&path, error),
        })?;
        hash.update(&bytes);
        let mut tokenizer = parse(&bytes)
            .map_err(|why| fault(&path, format!("this is no tokenizer that can be read: {why}")))?;
        let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        if largest >= config.vocabulary {
            return Err(fault(
                &path,
                format!(
                    "it has a token {largest}, and the model's table embeddings.word_embeddings.weight has {} rows (`vocab_size` in config.json); the tokenizer is of another model",
                    config.vocabulary
                ),
            ));
        }
        let truncation = TruncationParams { max_length: reading.max_tokens, ..TruncationParams::default() };
        tokenizer.with_padding(None);
        tokenizer.with_truncation(Some(truncation)).map_err(|error| {
            fault(&path, format!("texts cannot be cut after {} tokens: {error}", reading.max_tokens))
        })?;
        // What its parts say of each other is found out only when they are used.
        encode(&tokenizer, "a").map_err(|why| fault(&path, format!("it cannot be used: {why}")))?;
        Ok(Self { tokenizer, lowercase: reading.lowercase, vocabulary: config.vocabulary })
    }

    /// The tokens of each text, with `prefix` before it.
    pub(super) fn of(&self, texts: &[&str], prefix: &str) -> Result<Vec<Vec<u32>>, EmbedError> {
        texts.par_iter().map(|text| self.of_one(text, prefix)).collect()
    }

    fn of_one(&self, text: &str, prefix: &str) -> Result<Vec<u32>, EmbedError> {
        let mut whole = String::with_capacity(prefix.len() + text.len());
        // As sentence-transformers does it: white space at both ends of what is read is dropped.
        whole.push_str(prefix);
        whole.push_str(text);
        let mut read = whole.trim().to_owned();
        if self.lowercase {
            read = read.to_lowercase();
        }
        let tokens = encode(&self.tokenizer, &read)
            .map_err(|why| EmbedError::permanent(format!("a text cannot be cut into tokens: {why}")))?;
        match tokens.iter().find(|&&token| token as usize >= self.vocabulary) {
            Some(token) => Err(EmbedError::permanent(format!(
                "the tokenizer made a token {token}, which the model does not know"
            ))),
            None => Ok(tokens),
        }
    }
}

/// The tokenizer of a file. The library panics on some files that are no JSON.
fn parse(bytes: &[u8]) -> Result<Tokenizer, String> {
    serde_json::from_slice::<serde_json::Value>(bytes).map_err(|error| error.to_string())?;
    match catch_unwind(|| Tokenizer::from_bytes(bytes)) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err("its parts are none that are known".to_owned()),
    }
}

/// The tokens of a text, those that a model wants around it included. The library panics on some tokenizers whose parts do not
/// fit together, such as a template with a token that it has no number for.
fn encode(tokenizer: &Tokenizer, text: &str) -> Result<Vec<u32>, String> {
    match catch_unwind(AssertUnwindSafe(|| tokenizer.encode_fast(text, true))) {
        Ok(Ok(encoded)) => Ok(encoded.get_ids().to_vec()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the tokens of its parts do not fit together".to_owned()),
    }
}
