//! One call a record, to the large teacher; a success and a failure each have their own prompt.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::parse::{Pair, pairs};
use ragstill_teacher::{Answer, Finish, Prompt, Prompts, StandIn};
use serde_json::{Map, Value, json};

use super::config::RagQaConfig;
use super::preview;
use crate::retrieved::{Found, found};
use crate::source::source_of;

const SUCCESS: &str = "rag_qa/success";
const FAILURE: &str = "rag_qa/failure";

/// Augmentoolkit's.
const SUCCESS_STAND_IN: StandIn = StandIn { file: "rag_success_conversation", values: VALUES };
const FAILURE_STAND_IN: StandIn = StandIn { file: "rag_failed_conversation", values: VALUES };
const VALUES: &[(&str, &str)] = &[
    ("text", "{{ text }}"),
    ("metadata", "{{ source }}"),
    (
        "stringified_retrieved_chunks",
        "{% for passage in retrieved %}Chunk {{ loop.index0 }}\nSource: {{ passage.source }}\n---\n{{ passage.text }}\n---\n\n{% endfor %}",
    ),
];

/// Words that only the prompt may use for the passage: an answer with them would teach that they exist.
const LEAK: &str = "ground truth";

/// Writes questions about a passage and their answers: drawn from it where it was found, from what it says as own knowledge
/// where it was not.
#[derive(Debug)]
pub struct RagQa {
    config: RagQaConfig,
    success: Arc<Prompt>,
    failure: Arc<Prompt>,
}

impl Define for RagQa {
    type Config = RagQaConfig;

    const NAME: &'static str = "RagQa";
    const ABOUT: &'static str = "writes questions and answers that use, or do without, what was found";

    fn build(config: RagQaConfig, prompts: &Prompts) -> Result<Self> {
        for (name, value) in [("max_attempts", config.max_attempts as usize), ("max_pairs", config.max_pairs)]
        {
            if value == 0 {
                return Err(Error::mistake(format!("option `{name}` must be at least 1")));
            }
        }
        let success = prompts.load_or(SUCCESS, include_str!("prompts/success.md"), &SUCCESS_STAND_IN)?;
        let failure = prompts.load_or(FAILURE, include_str!("prompts/failure.md"), &FAILURE_STAND_IN)?;
        Ok(Self { config, success, failure })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(SUCCESS, preview::success);
        previews.insert(FAILURE, preview::failure);
    }
}

#[async_trait]
impl Operator for RagQa {
    fn fields(&self) -> Fields {
        let config = &self.config;
        Fields {
            reads: vec![
                config.input_text_key.clone(),
                config.input_retrieved_key.clone(),
                config.input_retrieval_key.clone(),
            ],
            writes: vec![config.output_pairs_key.clone()],
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let parts = (|| {
            let is_success = match record.text(&config.input_retrieval_key)? {
                "success" => true,
                "failure" => false,
                other => {
                    let field = &config.input_retrieval_key;
                    return Err(format!("field `{field}` must be `success` or `failure`, found `{other}`"));
                }
            };
            Ok((
                record.text(&config.input_text_key)?,
                found(record, &config.input_retrieved_key)?,
                is_success,
            ))
        })();
        let (text, retrieved, is_success) = match parts {
            Ok(parts) => parts,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let prompt = if is_success { &self.success } else { &self.failure };
        let shown: Vec<Value> = retrieved
            .iter()
            .map(|Found { source, text, is_source }| json!({"source": source, "text": text, "is_source": is_source}))
            .collect();
        let variables = Map::from_iter([
            ("text".to_owned(), Value::from(text)),
            ("source".to_owned(), Value::from(source_of(record, &config.input_source_key))),
            ("retrieved".to_owned(), Value::Array(shown)),
            ("max_pairs".to_owned(), Value::from(config.max_pairs)),
        ]);
        let pairs = context.ask_until(record, prompt, variables, config.max_attempts, read).await?;
        Ok(match pairs {
            Err(reason) => Outcome::Reject(reason),
            Ok(pairs) => {
                let pairs: Vec<Value> = pairs
                    .iter()
                    .take(config.max_pairs)
                    .map(|Pair { question, answer }| json!({"question": question, "answer": answer}))
                    .collect();
                Outcome::Keep(Map::from_iter([(config.output_pairs_key.clone(), Value::Array(pairs))]))
            }
        })
    }
}

/// The pairs of a whole reply that keeps the prompt's words to itself.
fn read(answer: &Answer) -> std::result::Result<Vec<Pair>, String> {
    if answer.finish == Finish::Length {
        return Err("the reply has no end".to_owned());
    }
    let pairs = pairs(&answer.text)?;
    let leaks = |text: &str| text.to_lowercase().contains(LEAK);
    if pairs.iter().any(|pair| leaks(&pair.question) || leaks(&pair.answer)) {
        return Err("the reply speaks of a `Ground Truth`, which nobody but the prompt knows".to_owned());
    }
    Ok(pairs)
}
