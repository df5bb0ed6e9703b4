//! An operator of one's own, from its options to a finished run: `cargo run -p ragstill-engine --example word_count`.
//!
//! It counts the words of a text, and drops records that have too few. `docs/operators.md` goes through this file.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::{Document, Record};
use ragstill_engine::{
    Context, Define, Error, Fields, Monitor, Node, Operator, Outcome, Registry, Result, RunOptions, check,
    run,
};
use ragstill_ingest::Input;
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

/// Options of WordCount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WordCountConfig {
    /// The field with the text; default `text`.
    input_key: String,
    /// The field that gets the number of words; default `words`.
    output_key: String,
    /// The fewest words of a record that is kept; default 1.
    min_words: usize,
}

impl Default for WordCountConfig {
    fn default() -> Self {
        Self { input_key: "text".to_owned(), output_key: "words".to_owned(), min_words: 1 }
    }
}

/// Counts the words of each text.
#[derive(Debug)]
struct WordCount {
    config: WordCountConfig,
}

impl Define for WordCount {
    type Config = WordCountConfig;

    const NAME: &'static str = "WordCount";
    const ABOUT: &'static str = "counts the words of each text";

    fn build(config: WordCountConfig, _: &Prompts) -> Result<Self> {
        if config.min_words == 0 {
            return Err(Error::mistake("option `min_words` must be at least 1"));
        }
        Ok(Self { config })
    }

    // It asks no teacher, so there is nothing that the built-in one would have to answer.
    fn previews(_: &mut Previews) {}
}

#[async_trait]
impl Operator for WordCount {
    fn fields(&self) -> Fields {
        Fields {
            reads: vec![self.config.input_key.clone()],
            writes: vec![self.config.output_key.clone()],
            reads_corpus: Vec::new(),
        }
    }

    async fn apply(&self, record: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
        let words = match record.text(&self.config.input_key) {
            Ok(text) => text.split_whitespace().count(),
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        if words < self.config.min_words {
            return Ok(Outcome::Reject(format!("{words} words are fewer than {}", self.config.min_words)));
        }
        Ok(Outcome::Keep(Map::from_iter([(self.config.output_key.clone(), json!(words))])))
    }
}

/// A recipe of one step, as it would stand in a file.
const RECIPE: &str = "
recipe: word-count
steps:
  - operator: WordCount
    options: {min_words: 3}
";

#[tokio::main]
async fn main() -> Result<()> {
    let mut registry = Registry::default();
    registry.add::<WordCount>();
    let checked = check(&Node::parse("word_count.rs", RECIPE)?, &registry)?;

    let document = |source: &str, text: &str| Document {
        source: source.to_owned(),
        text: text.to_owned(),
        ..Document::default()
    };
    let documents = vec![document("long.txt", "Lakes mix in spring."), document("short.txt", "Too short.")];
    let input = Input::from_documents(documents, &checked.recipe.input.read_options())?;

    let options = RunOptions { out: "out/word-count".into(), offline: false, keep_going: false };
    let summary = run(checked, &registry, &input, &options, &Arc::new(Monitor::default())).await?;
    println!("{} record, {} reject", summary.records, summary.rejects);
    for record in ragstill_engine::read_records(&options.out)? {
        println!("{}", record?.to_json_line());
    }
    Ok(())
}
