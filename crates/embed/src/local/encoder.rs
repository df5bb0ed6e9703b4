//! BERT (Devlin et al. 2018): tokens to vectors, each of which knows of the others.
//!
//! Tokens of several texts are one matrix, a row each; only attention looks at a text's own rows. So no text is filled up to
//! the length of another, and nothing has to be masked.

use ragstill_retrieve::EmbedError;

use super::config::Config;
use super::math::{Level, Norm, Panels, Rows, multiply, softmax};
use super::weights::Weights;

/// Rows that go through a feed-forward layer together, so that what is between its halves stays in the cache.
const FEED_ROWS: usize = 96;
/// Queries whose scores are computed together.
const QUERY_ROWS: usize = 48;

/// A model.
#[derive(Debug)]
pub(super) struct Encoder {
    config: Config,
    level: Level,
    words: Vec<f32>,
    /// For each place in a text what its position and its kind add.
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values, side by side; queries are divided by the root of a head's width already.
    attention: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    norm: Norm,
}

/// A matrix and a bias.
#[derive(Debug)]
struct Linear {
    weights: Panels,
    bias: Vec<f32>,
}

impl Linear {
    /// Of a matrix whose rows are the columns of the product, as models have it.
    fn new(level: Level, depth: usize, matrix: &[f32], bias: Vec<f32>) -> Self {
        let mut weights = Panels::new(level);
        weights.fill_columns(depth, matrix.chunks_exact(depth));
        Self { weights, bias }
    }

    fn apply(&self, rows: &[f32], depth: usize, out: &mut [f32]) {
        let left = Rows { data: rows, stride: depth, count: rows.len() / depth };
        multiply(left, &self.weights, Some(&self.bias), out, self.bias.len());
    }
}

/// What a thread needs while it computes; used again for the next batch.
#[derive(Debug)]
pub(super) struct Scratch {
    rows: Vec<f32>,
    attention: Vec<f32>,
    mixed: Vec<f32>,
    added: Vec<f32>,
    between: Vec<f32>,
    scores: Vec<f32>,
    keys: Panels,
    values: Panels,
}

impl Encoder {
    /// Takes the numbers of a model.
    pub(super) fn new(config: Config, weights: &mut Weights, level: Level) -> Result<Self, EmbedError> {
        let hidden = config.hidden;
        let words = weights.take("embeddings.word_embeddings.weight", &[config.vocabulary, hidden])?;
        let mut places =
            weights.take("embeddings.position_embeddings.weight", &[config.positions, hidden])?;
        let types = weights.take("embeddings.token_type_embeddings.weight", &[config.types, hidden])?;
        places.drain(..config.first_position * hidden);
        for row in places.chunks_exact_mut(hidden) {
            // All tokens of a text are of the first kind.
            for (value, of_type) in row.iter_mut().zip(&types) {
                *value += of_type;
            }
        }
        let norm = take_norm(weights, "embeddings.LayerNorm", &config)?;
        let layers = (0..config.layers)
            .map(|number| Layer::take(weights, &format!("encoder.layer.{number}"), &config, level))
            .collect::<Result<_, _>>()?;
        Ok(Self { config, level, words, places, norm, layers })
    }

    /// Numbers in a vector.
    pub(super) fn width(&self) -> usize {
        self.config.hidden
    }

    /// What [`encode`](Self::encode) needs.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            rows: Vec::new(),
            attention: Vec::new(),
            mixed: Vec::new(),
            added: Vec::new(),
            between: Vec::new(),
            scores: Vec::new(),
            keys: Panels::new(self.level),
            values: Panels::new(self.level),
        }
    }

    /// The vectors of the tokens of texts, one text after the other. No text has more tokens than the model has positions,
    /// and every token is in its vocabulary.
    pub(super) fn encode<'a>(&self, texts: &[&[u32]], scratch: &'a mut Scratch) -> &'a [f32] {
        let Config { hidden, intermediate, activation, .. } = self.config;
        let total: usize = texts.iter().map(|text| text.len()).sum();
        let Scratch { rows, attention, mixed, added, between, scores, keys, values } = scratch;
        self.look_up(texts, rows);
        attention.resize(total * 3 * hidden, 0.0);
        mixed.resize(total * hidden, 0.0);
        added.resize(total * hidden, 0.0);
        between.resize(FEED_ROWS * intermediate, 0.0);
        for layer in &self.layers {
            layer.attention.apply(rows, hidden, attention);
            let mut first = 0;
            for text in texts {
                let of_text = first * 3 * hidden..(first + text.len()) * 3 * hidden;
                let out = &mut mixed[first * hidden..(first + text.len()) * hidden];
                self.attend(&attention[of_text], text.len(), out, scores, keys, values);
                first += text.len();
            }
            layer.attention_out.apply(mixed, hidden, added);
            layer.attention_norm.add_and_apply(rows, added);
            for (rows, added) in rows.chunks_mut(FEED_ROWS * hidden).zip(added.chunks_mut(FEED_ROWS * hidden))
            {
                let between = &mut between[..rows.len() / hidden * intermediate];
                layer.up.apply(rows, hidden, between);
                activation.apply(between);
                layer.down.apply(between, intermediate, added);
                layer.norm.add_and_apply(rows, added);
            }
        }
        rows
    }

    fn look_up(&self, texts: &[&[u32]], rows: &mut Vec<f32>) {
        let hidden = self.config.hidden;
        rows.clear();
        for text in texts {
            for (&token, place) in text.iter().zip(self.places.chunks_exact(hidden)) {
                let word = &self.words[token as usize * hidden..][..hidden];
                rows.extend(word.iter().zip(place).map(|(word, place)| word + place));
            }
        }
        self.norm.apply(rows);
    }

    /// Attention (Vaswani et al. 2017) within one text, head by head.
    fn attend(
        &self,
        attention: &[f32],
        tokens: usize,
        out: &mut [f32],
        scores: &mut Vec<f32>,
        keys: &mut Panels,
        values: &mut Panels,
    ) {
        let Config { hidden, heads, .. } = self.config;
        let (width, stride) = (hidden / heads, 3 * hidden);
        scores.resize(QUERY_ROWS * tokens, 0.0);
        for head in 0..heads {
            let at = head * width;
            let column = |of: usize| attention.chunks_exact(stride).map(move |row| &row[of..of + width]);
            keys.fill_columns(width, column(hidden + at));
            values.fill_rows(width, column(2 * hidden + at));
            for first in (0..tokens).step_by(QUERY_ROWS) {
                let count = QUERY_ROWS.min(tokens - first);
                let queries = Rows { data: &attention[first * stride + at..], stride, count };
                let scores = &mut scores[..count * tokens];
                multiply(queries, keys, None, scores, tokens);
                softmax(scores, tokens);
                let weights = Rows { data: scores, stride: tokens, count };
                multiply(weights, values, None, &mut out[first * hidden + at..], hidden);
            }
        }
    }
}

impl Layer {
    fn take(weights: &mut Weights, name: &str, config: &Config, level: Level) -> Result<Self, EmbedError> {
        let Config { hidden, intermediate, heads, .. } = *config;
        #[expect(clippy::cast_precision_loss, reason = "heads have a few hundred numbers")]
        let factor = 1.0 / ((hidden / heads) as f32).sqrt();
        // No room is made before the file has shown that it has as many numbers.
        let (mut matrix, mut bias) = (Vec::new(), Vec::new());
        for (part, factor) in [("query", factor), ("key", 1.0), ("value", 1.0)] {
            let (of_part, bias_of_part) =
                take_linear(weights, &format!("{name}.attention.self.{part}"), [hidden, hidden])?;
            matrix.extend(of_part.iter().map(|value| value * factor));
            bias.extend(bias_of_part.iter().map(|value| value * factor));
        }
        let mut linear = |part: &str, shape: [usize; 2]| {
            let (matrix, bias) = take_linear(weights, &format!("{name}.{part}"), shape)?;
            Ok::<_, EmbedError>(Linear::new(level, shape[1], &matrix, bias))
        };
        let attention_out = linear("attention.output.dense", [hidden, hidden])?;
        let up = linear("intermediate.dense", [intermediate, hidden])?;
        let down = linear("output.dense", [hidden, intermediate])?;
        Ok(Self {
            attention: Linear::new(level, hidden, &matrix, bias),
            attention_out,
            attention_norm: take_norm(weights, &format!("{name}.attention.output.LayerNorm"), config)?,
            up,
            down,
            norm: take_norm(weights, &format!("{name}.output.LayerNorm"), config)?,
        })
    }
}

fn take_linear(
    weights: &mut Weights,
    name: &str,
    shape: [usize; 2],
) -> Result<(Vec<f32>, Vec<f32>), EmbedError> {
    let matrix = weights.take(&format!("{name}.weight"), &shape)?;
    let bias = weights.take(&format!("{name}.bias"), &shape[..1])?;
    Ok((matrix, bias))
}

fn take_norm(weights: &mut Weights, name: &str, config: &Config) -> Result<Norm, EmbedError> {
    Ok(Norm {
        scale: weights.take(&format!("{name}.weight"), &[config.hidden])?,
        shift: weights.take(&format!("{name}.bias"), &[config.hidden])?,
        epsilon: config.epsilon,
    })
}
