//! What a folder of sentence-transformers says beside the model, and what is known of families of models without it.

use std::path::{Path, PathBuf};

use ragstill_retrieve::EmbedError;
use serde::Deserialize;
use serde_json::value::{Map, Value};

use super::config::Config;
use super::folder::{fault, optional_json, within};
use crate::{EmbedOptions, Pooling};

/// Where the model lies, and what is done to its output.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Modules {
    /// The folder with `config.json`.
    pub transformer: PathBuf,
    /// How tokens' vectors become one, if it is said.
    pub pooling: Option<Pooling>,
    /// Whether vectors are brought to length 1, if it is said.
    pub normalize: Option<bool>,
    /// Whether the tokens of a prefix count when they are pooled.
    pub pools_prefix: bool,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Modules {
    /// Reads `modules.json` and the pooling's `config.json`, where there are any.
    pub(super) fn read(folder: &Path) -> Result<Self, EmbedError> {
        let path = folder.join("modules.json");
        let mut found =
            Self { transformer: folder.to_owned(), pooling: None, normalize: None, pools_prefix: true };
        let Some(modules) = optional_json::<Vec<Module>>(&path)? else { return Ok(found) };
        found.normalize = Some(false);
        for (number, module) in modules.iter().enumerate() {
            let name = module.kind.rsplit('.').next().unwrap_or_default();
            match (number, name) {
                (0, "Transformer") => found.transformer = within(folder, &module.path, &path)?,
                (1, "Pooling") => {
                    let config = within(folder, &module.path, &path)?.join("config.json");
                    (found.pooling, found.pools_prefix) = pooling(&config)?;
                }
                (2.., "Normalize") => found.normalize = Some(true),
                _ => {
                    return Err(fault(
                        &path,
                        format!(
                            "module {number} is `{}`; read are a Transformer, then Pooling, then Normalize. Serve the model with a program that knows it, and name its address",
                            module.kind
                        ),
                    ));
                }
            }
        }
        Ok(found)
    }
}

/// What the pooling's `config.json` says: older files have a switch for each way, newer ones a name.
fn pooling(path: &Path) -> Result<(Option<Pooling>, bool), EmbedError> {
    let Some(config) = optional_json::<Map<String, Value>>(path)? else {
        return Err(fault(path, "there is no such file, and modules.json names its folder"));
    };
    let pools_prefix = config.get("include_prompt").and_then(Value::as_bool).unwrap_or(true);
    let mut ways: Vec<String> = config
        .iter()
        .filter(|(_, on)| **on == Value::Bool(true))
        .filter_map(|(name, _)| name.strip_prefix("pooling_mode_"))
        .map(|way| way.trim_end_matches("_tokens").trim_end_matches("_token").to_owned())
        .collect();
    match config.get("pooling_mode") {
        Some(Value::String(way)) => ways = vec![way.clone()],
        Some(Value::Array(several)) => {
            ways = several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => {}
    }
    let known = match ways.as_slice() {
        [one] => match one.as_str() {
            "mean" => Some(Pooling::Mean),
            "cls" => Some(Pooling::Cls),
            "max" => Some(Pooling::Max),
            _ => None,
        },
        _ => None,
    };
    if known.is_none() {
        let said = if ways.is_empty() { "none".to_owned() } else { ways.join(" and ") };
        return Err(fault(path, format!("the pooling is {said}; known are mean, cls and max, one of them")));
    }
    Ok((known, pools_prefix))
}

/// What stands before queries and passages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefixes {
    /// Before a query.
    pub query: String,
    /// Before a passage.
    pub passage: String,
}

/// `config_sentence_transformers.json`.
#[derive(Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: Map<String, Value>,
    default_prompt_name: Option<String>,
}

impl Prefixes {
    /// What the options say, or the folder's prompts, or what the model's family wants.
    pub(super) fn read(folder: &Path, config: &Config, options: &EmbedOptions) -> Result<Self, EmbedError> {
        let path = folder.join("config_sentence_transformers.json");
        let stated: Prompts = optional_json(&path)?.unwrap_or_default();
        let prompt = |names: &[&str]| {
            let default = stated.default_prompt_name.as_deref();
            names.iter().copied().chain(default).find_map(|name| stated.prompts.get(name)?.as_str())
        };
        // Versions since 3 write empty prompts for a model that was saved without any.
        let given =
            stated.prompts.values().any(|prompt| prompt.as_str().is_some_and(|prompt| !prompt.is_empty()));
        let (query, passage) = if given {
            (prompt(&["query"]).unwrap_or(""), prompt(&["document", "passage", "corpus"]).unwrap_or(""))
        } else {
            let at = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
            let called = at.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let family = Family::of(&called).or_else(|| Family::of(&config.name));
            family.map_or(("", ""), Family::prefixes)
        };
        let or =
            |option: &Option<String>, otherwise: &str| option.clone().unwrap_or_else(|| otherwise.to_owned());
        Ok(Self { query: or(&options.query_prefix, query), passage: or(&options.passage_prefix, passage) })
    }
}

/// Models that want prefixes without saying so in their folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// E5 (Wang et al. 2022).
    E5,
    /// BGE for English (Xiao et al. 2023).
    BgeEnglish,
    /// BGE for Chinese.
    BgeChinese,
}

impl Family {
    /// By a model's name, such as `e5-base-v2` or `BAAI/bge-small-en-v1.5`; in the cache of a hub, `models--…` and a hash.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let has = |word: &str| words.contains(&word);
        // Models for instructions want a task in the query, which only who asks knows.
        if has("instruct") {
            return None;
        }
        match () {
            () if has("e5") => Some(Self::E5),
            () if has("bge") && has("en") => Some(Self::BgeEnglish),
            () if has("bge") && has("zh") => Some(Self::BgeChinese),
            () => None,
        }
    }

    /// Before queries and before passages, as the models' authors say.
    fn prefixes(self) -> (&'static str, &'static str) {
        match self {
            Self::E5 => ("query: ", "passage: "),
            Self::BgeEnglish => ("Represent this sentence for searching relevant passages: ", ""),
            Self::BgeChinese => ("为这个句子生成表示以用于检索相关文章：", ""),
        }
    }

    /// How the tokens' vectors of a model of this name become one.
    pub(super) fn pooling(name: &str) -> Pooling {
        let name = name.to_lowercase();
        if name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "bge") {
            Pooling::Cls
        } else {
            Pooling::Mean
        }
    }
}

/// `sentence_bert_config.json`.
#[derive(Debug, Default, Deserialize)]
struct Limits {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

/// `tokenizer_config.json`.
#[derive(Debug, Default, Deserialize)]
struct TokenizerConfig {
    /// Often 1e30 for "no limit", hence no whole number.
    model_max_length: Option<f64>,
}

/// How texts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// The most tokens of a text.
    pub max_tokens: usize,
    /// Whether texts are put in lower case before they are cut into tokens.
    pub lowercase: bool,
}

impl Reading {
    /// What the options say, or `sentence_bert_config.json`, or `tokenizer_config.json`, and never more than there are
    /// positions.
    pub(super) fn read(folder: &Path, config: &Config, options: &EmbedOptions) -> Result<Self, EmbedError> {
        let limits: Limits = optional_json(&folder.join("sentence_bert_config.json"))?.unwrap_or_default();
        let tokenizer: TokenizerConfig =
            optional_json(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
        let most = config.most_tokens();
        if let Some(wanted) = options.max_tokens.filter(|&wanted| wanted > most) {
            return Err(EmbedError::permanent(format!(
                "max_tokens: {wanted} tokens are more than the model in {} can read, which is {most}",
                folder.display()
            )));
        }
        let stated = options.max_tokens.or(limits.max_seq_length).or_else(|| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "within these bounds it is whole"
            )]
            tokenizer
                .model_max_length
                .filter(|length| (1.0..1e6).contains(length))
                .map(|length| length as usize)
        });
        let max_tokens = stated.unwrap_or(most).min(most);
        if max_tokens < 3 {
            return Err(fault(
                folder,
                format!("texts should be cut after {max_tokens} tokens, which leaves nothing of them"),
            ));
        }
        Ok(Self { max_tokens, lowercase: limits.do_lower_case })
    }
}

#[cfg(test)]
mod tests {
    use super::Family;
    use crate::Pooling;

    #[test]
    fn families_by_name() {
        for name in ["e5-base-v2", "intfloat/multilingual-e5-large", "models--intfloat--e5-small"] {
            assert_eq!(Family::of(name), Some(Family::E5), "{name}");
        }
        assert_eq!(Family::of("BAAI/bge-small-en-v1.5"), Some(Family::BgeEnglish));
        assert_eq!(Family::of("bge-large-zh"), Some(Family::BgeChinese));
        for name in ["bge-m3", "gte-base", "all-MiniLM-L6-v2", "multilingual-e5-large-instruct", "e50", ""] {
            assert_eq!(Family::of(name), None, "{name}");
        }
        assert_eq!(Family::pooling("bge-m3"), Pooling::Cls);
        assert_eq!(Family::pooling("gte-base"), Pooling::Mean);
    }
}
