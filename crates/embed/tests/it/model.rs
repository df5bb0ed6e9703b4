//! A tiny random model in a folder, written as others write it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The words that its tokenizer knows, after the special ones.
pub(crate) const WORDS: &[&str] =
    &["the", "lake", "mix", "##es", "in", "spring", "query", "passage", ":", "cold", "water", "."];
const SPECIAL: &[&str] = &["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

/// A tensor: its shape and numbers.
pub(crate) type Tensor = (Vec<usize>, Vec<f32>);

/// The sizes of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) hidden: usize,
    pub(crate) intermediate: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) positions: usize,
}

pub(crate) const SIZES: Sizes = Sizes { hidden: 24, intermediate: 40, layers: 2, heads: 3, positions: 80 };

/// A model in a folder.
pub(crate) struct Model {
    pub(crate) folder: TempDir,
    pub(crate) config: Value,
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

impl Model {
    /// A random one of these sizes.
    pub(crate) fn random(sizes: Sizes) -> Self {
        let Sizes { hidden, intermediate, layers, heads, positions } = sizes;
        let vocabulary = SPECIAL.len() + WORDS.len();
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut tensors = BTreeMap::new();
        let mut add = |name: String, shape: &[usize], around: f32| {
            // As wide as training makes them: matrices keep the size of what they are multiplied with.
            let depth = u16::try_from(shape[shape.len() - 1]).unwrap();
            let width = if name.contains("embeddings") || shape.len() < 2 {
                0.5
            } else {
                1.5 / f32::from(depth).sqrt()
            };
            let numbers = (0..shape.iter().product()).map(|_| {
                let whole = u16::try_from(random.next_u32() >> 16).unwrap();
                around + (f32::from(whole) / 32_768.0 - 1.0) * width
            });
            tensors.insert(name, (shape.to_vec(), numbers.collect()));
        };
        add("embeddings.word_embeddings.weight".into(), &[vocabulary, hidden], 0.0);
        add("embeddings.position_embeddings.weight".into(), &[positions, hidden], 0.0);
        add("embeddings.token_type_embeddings.weight".into(), &[2, hidden], 0.0);
        let mut norms = vec!["embeddings.LayerNorm".to_owned()];
        for layer in 0..layers {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            for (part, out, of) in [
                ("attention.self.query", hidden, hidden),
                ("attention.self.key", hidden, hidden),
                ("attention.self.value", hidden, hidden),
                ("attention.output.dense", hidden, hidden),
                ("intermediate.dense", intermediate, hidden),
                ("output.dense", hidden, intermediate),
            ] {
                add(name(&format!("{part}.weight")), &[out, of], 0.0);
                add(name(&format!("{part}.bias")), &[out], 0.0);
            }
            norms.extend([name("attention.output.LayerNorm"), name("output.LayerNorm")]);
        }
        for norm in norms {
            add(format!("{norm}.weight"), &[hidden], 1.0);
            add(format!("{norm}.bias"), &[hidden], 0.0);
        }
        let config = json!({
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden,
            "intermediate_size": intermediate, "num_hidden_layers": layers, "num_attention_heads": heads,
            "max_position_embeddings": positions, "type_vocab_size": 2, "vocab_size": vocabulary,
            "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute",
        });
        let model = Self { folder: TempDir::new().unwrap(), config, tensors };
        model.write();
        model
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Opens it, as a folder is opened.
    pub(crate) fn open(&self, options: Value) -> Result<Box<dyn ragstill_retrieve::Embedder>, String> {
        let options = serde_json::from_value(options).unwrap();
        ragstill_embed::open(self.path().to_str().unwrap(), &options).map_err(|error| error.to_string())
    }

    /// Writes one of its files.
    pub(crate) fn put(&self, name: &str, content: &Value) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }

    /// Writes the folder anew.
    pub(crate) fn write(&self) {
        self.put("config.json", &self.config);
        self.put("tokenizer.json", &tokenizer());
        fs::write(self.path().join("model.safetensors"), safetensors(&self.tensors, "F32")).unwrap();
    }

    /// Makes it a folder of sentence-transformers.
    pub(crate) fn sentence_transformers(&self, pooling: &Value, normalize: bool) {
        let module = |name: &str, path: &str| json!({"path": path, "type": format!("sentence_transformers.models.{name}")});
        let mut modules = vec![module("Transformer", ""), module("Pooling", "1_Pooling")];
        if normalize {
            modules.push(module("Normalize", "2_Normalize"));
        }
        self.put("modules.json", &Value::Array(modules));
        self.put("1_Pooling/config.json", pooling);
    }
}

/// The file of tensors, each number as this type.
pub(crate) fn safetensors(tensors: &BTreeMap<String, Tensor>, dtype: &str) -> Vec<u8> {
    let mut header = json!({"__metadata__": {"format": "pt"}});
    let mut data = Vec::new();
    for (name, (shape, numbers)) in tensors {
        let start = data.len();
        for number in numbers {
            match dtype {
                "F16" => data.extend(half::f16::from_f32(*number).to_le_bytes()),
                "BF16" => data.extend(half::bf16::from_f32(*number).to_le_bytes()),
                _ => data.extend(number.to_le_bytes()),
            }
        }
        header[name] = json!({"dtype": dtype, "shape": shape, "data_offsets": [start, data.len()]});
    }
    let header = header.to_string();
    let mut file = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(data);
    file
}

/// A tokenizer of words and their pieces, in lower case, with `[CLS]` before and `[SEP]` after.
pub(crate) fn tokenizer() -> Value {
    let vocabulary: BTreeMap<&str, usize> = SPECIAL.iter().chain(WORDS).copied().zip(0..).collect();
    let added: Vec<Value> = SPECIAL
        .iter()
        .zip(0..)
        .map(|(content, id)| {
            json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true})
        })
        .collect();
    let special = |name: &str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]")],
            "pair": [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]"), {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]},
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
}
