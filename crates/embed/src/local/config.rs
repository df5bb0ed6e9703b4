//! `config.json`: what kind of model it is, and its sizes.

use std::path::Path;

use ragstill_retrieve::EmbedError;
use serde::Deserialize;

use super::folder::{fault, json};
use super::math::Activation;

/// What the file says; it says more that does not matter here.
#[derive(Debug, Deserialize)]
struct Stated {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default, rename = "_name_or_path")]
    name: String,
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "gelu")]
    hidden_act: String,
    #[serde(default = "small")]
    layer_norm_eps: f32,
    pad_token_id: Option<usize>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
}

fn two() -> usize {
    2
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn small() -> f32 {
    1e-12
}

/// A model's sizes.
#[derive(Debug, Clone)]
pub(super) struct Config {
    /// What the model was called where it was made, or nothing.
    pub name: String,
    /// `BertModel`, or the like, for messages.
    pub architecture: &'static str,
    /// Tokens that it knows.
    pub vocabulary: usize,
    /// Numbers in a token's vector.
    pub hidden: usize,
    /// Numbers between the halves of a feed-forward layer.
    pub intermediate: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of attention; they share the numbers of a vector evenly.
    pub heads: usize,
    /// Rows of the table of positions.
    pub positions: usize,
    /// The row of the first token's position.
    pub first_position: usize,
    /// Rows of the table of kinds of text.
    pub types: usize,
    /// What stands between the halves of a feed-forward layer.
    pub activation: Activation,
    /// What is added to variances.
    pub epsilon: f32,
}

impl Config {
    /// Reads `config.json`.
    pub(super) fn read(folder: &Path) -> Result<Self, EmbedError> {
        let path = folder.join("config.json");
        let stated: Stated = json(&path, "what kind of model it is")?;
        let refused = |what: String| Err(fault(&path, what));
        let kind = stated.model_type.as_deref().unwrap_or("bert");
        let (architecture, first_position) = match kind {
            "bert" => ("BertModel", 0),
            // Positions are counted from the one after the padding's.
            "roberta" | "xlm-roberta" | "camembert" => ("RobertaModel", stated.pad_token_id.unwrap_or(1) + 1),
            other => {
                let called =
                    stated.architectures.first().map(|name| format!(" ({name})")).unwrap_or_default();
                return refused(format!(
                    "this is a model of the type `{other}`{called}; read are `bert`, `roberta` and `xlm-roberta` (E5, BGE, GTE, MiniLM and others). Serve it with a program that knows it, and name its address"
                ));
            }
        };
        if stated.is_decoder {
            return refused(
                "this model is a decoder, which reads a text from one side only; embeddings need an encoder"
                    .to_owned(),
            );
        }
        if let Some(other) = stated.position_embedding_type.filter(|kind| kind != "absolute") {
            return refused(format!("its positions are of the kind `{other}`; read are `absolute` ones"));
        }
        let Some(activation) = Activation::named(&stated.hidden_act) else {
            return refused(format!(
                "`hidden_act` is `{}`; known are gelu, gelu_new, relu and silu",
                stated.hidden_act
            ));
        };
        let sizes = [
            ("vocab_size", stated.vocab_size),
            ("hidden_size", stated.hidden_size),
            ("num_hidden_layers", stated.num_hidden_layers),
            ("num_attention_heads", stated.num_attention_heads),
            ("intermediate_size", stated.intermediate_size),
            ("type_vocab_size", stated.type_vocab_size),
        ];
        // No model is near the upper bound; it keeps products of sizes from overflowing.
        if let Some((name, size)) = sizes.into_iter().find(|(_, size)| !(1..1 << 24).contains(size)) {
            return refused(format!("`{name}` is {size}, which no model has"));
        }
        if !stated.hidden_size.is_multiple_of(stated.num_attention_heads) {
            return refused(format!(
                "`hidden_size` {} cannot be shared evenly by {} heads",
                stated.hidden_size, stated.num_attention_heads
            ));
        }
        if stated.max_position_embeddings < first_position + 3 || stated.max_position_embeddings >= 1 << 24 {
            return refused(format!(
                "`max_position_embeddings` is {}, which no model has",
                stated.max_position_embeddings
            ));
        }
        Ok(Self {
            name: stated.name,
            architecture,
            vocabulary: stated.vocab_size,
            hidden: stated.hidden_size,
            intermediate: stated.intermediate_size,
            layers: stated.num_hidden_layers,
            heads: stated.num_attention_heads,
            positions: stated.max_position_embeddings,
            first_position,
            types: stated.type_vocab_size,
            activation,
            epsilon: stated.layer_norm_eps,
        })
    }

    /// The most tokens that a text can have.
    pub(super) fn most_tokens(&self) -> usize {
        self.positions - self.first_position
    }
}
