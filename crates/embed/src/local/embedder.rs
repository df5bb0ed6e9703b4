//! A model of a folder, as an [`Embedder`].

use std::fmt;
use std::path::Path;

use ragstill_retrieve::{EmbedError, Embedder, Side};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::batches::batches;
use super::config::Config;
use super::encoder::Encoder;
use super::math::Level;
use super::pool::pool;
use super::sentence::{Family, Modules, Prefixes, Reading};
use super::tokens::Tokens;
use super::weights::Weights;
use crate::{EmbedOptions, Pooling};

/// A BERT-family model from a folder.
///
/// Texts are computed on the threads of the current rayon pool. A text's vector does not depend on the texts that it is
/// asked for together with, nor on the number of threads.
pub struct LocalEmbedder {
    name: String,
    encoder: Encoder,
    tokens: Tokens,
    prefixes: Prefixes,
    pooling: Pooling,
    normalize: bool,
}

impl fmt::Debug for LocalEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not its millions of numbers.
        f.debug_struct("LocalEmbedder")
            .field("name", &self.name)
            .field("prefixes", &self.prefixes)
            .field("pooling", &self.pooling)
            .field("normalize", &self.normalize)
            .finish_non_exhaustive()
    }
}

impl LocalEmbedder {
    /// Reads a model's folder.
    ///
    /// # Errors
    /// When a file is missing, is damaged, is of another kind of model, or does not fit the others; names the file, and the
    /// tensor if it is about one.
    pub fn open(folder: &Path, options: &EmbedOptions) -> Result<Self, EmbedError> {
        Self::open_at(folder, options, Level::best())
    }

    pub(super) fn open_at(folder: &Path, options: &EmbedOptions, level: Level) -> Result<Self, EmbedError> {
        let modules = Modules::read(folder)?;
        let within = &modules.transformer;
        let config = Config::read(within)?;
        let prefixes = Prefixes::read(folder, &config, options)?;
        if !modules.pools_prefix && (!prefixes.query.is_empty() || !prefixes.passage.is_empty()) {
            return Err(EmbedError::permanent(format!(
                "{}: its pooling leaves out the tokens of prefixes (`include_prompt` is false), which is not supported; give empty prefixes",
                folder.display()
            )));
        }
        let reading = Reading::read(within, &config, options)?;
        let called = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let called = format!("{}/{}", called.display(), config.name);
        let pooling = options.pooling.or(modules.pooling).unwrap_or_else(|| Family::pooling(&called));
        let normalize = options.normalize.or(modules.normalize).unwrap_or(true);
        let mut weights = Weights::open(within)?;
        let mut hash = blake3::Hasher::new();
        let tokens = Tokens::read(within, &config, reading, &mut hash)?;
        let (layers, architecture) = (config.layers, config.architecture);
        let encoder = Encoder::new(config, &mut weights, level)?;
        // What tells a model from others is what its vectors depend on, not where it lies.
        hash.update(weights.hash().as_bytes());
        hash.update(format!("{prefixes:?} {pooling:?} {normalize} {reading:?}").as_bytes());
        let short = &hash.finalize().to_hex()[..16];
        let name = format!("{architecture}-{layers}x{}@{short}", encoder.width());
        Ok(Self { name, encoder, tokens, prefixes, pooling, normalize })
    }
}

impl Embedder for LocalEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimension(&self) -> usize {
        self.encoder.width()
    }

    fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError> {
        let prefix = match side {
            Side::Query => &self.prefixes.query,
            Side::Passage => &self.prefixes.passage,
        };
        let tokens = self.tokens.of(texts, prefix)?;
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        let batches = batches(&lengths, rayon::current_num_threads());
        let width = self.dimension();
        let computed: Vec<Vec<f32>> = batches
            .par_iter()
            .map_init(
                || self.encoder.scratch(),
                |scratch, batch| {
                    let of_batch: Vec<&[u32]> = batch.iter().map(|&text| tokens[text].as_slice()).collect();
                    let mut rows = self.encoder.encode(&of_batch, scratch);
                    let mut vectors = vec![0.0; batch.len() * width];
                    for (text, vector) in of_batch.iter().zip(vectors.chunks_exact_mut(width)) {
                        let (of_text, rest) = rows.split_at(text.len() * width);
                        pool(self.pooling, self.normalize, of_text, vector);
                        rows = rest;
                    }
                    vectors
                },
            )
            .collect();
        let mut vectors = vec![0.0; texts.len() * width];
        for (batch, computed) in batches.iter().zip(&computed) {
            for (&text, vector) in batch.iter().zip(computed.chunks_exact(width)) {
                if vector.iter().any(|value| !value.is_finite()) {
                    let start: String = texts[text].chars().take(60).collect();
                    return Err(EmbedError::permanent(format!(
                        "the model {} makes numbers without end of text {text}, which starts {start:?}; its files are damaged, or its training failed",
                        self.name
                    )));
                }
                vectors[text * width..][..width].copy_from_slice(vector);
            }
        }
        Ok(vectors)
    }
}
