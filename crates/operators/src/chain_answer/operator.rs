//! One chain a record, then the short answer over its searches.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Fields, Operator, Outcome, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::{Map, Value, json};

use super::config::ChainAnswerConfig;
use crate::chain::{ChainRunner, Corpus, open_corpus};

/// Answers a question by a chain of searches. Nothing is dropped because of its answer: a question without one has an empty
/// answer, which counts as wrong.
#[derive(Debug)]
pub struct ChainAnswer {
    config: ChainAnswerConfig,
    runner: ChainRunner,
    corpus: Option<Corpus>,
}

impl Define for ChainAnswer {
    type Config = ChainAnswerConfig;

    const NAME: &'static str = "ChainAnswer";
    const ABOUT: &'static str = "answers a question by searching step by step";

    fn build(config: ChainAnswerConfig, prompts: &Prompts) -> Result<Self> {
        let runner = ChainRunner::load(prompts, config.chain_options()?, true)?;
        Ok(Self { config, runner, corpus: None })
    }

    fn previews(previews: &mut Previews) {
        ChainRunner::previews(previews);
    }
}

#[async_trait]
impl Operator for ChainAnswer {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let writes = [
            &config.output_prediction_key,
            &config.output_trouble_key,
            &config.output_counts_key,
            &config.output_conversation_key,
        ];
        Fields {
            reads: vec![config.input_question_key.clone()],
            writes: writes.map(String::clone).to_vec(),
            reads_corpus: Vec::new(),
        }
    }

    fn open(&mut self) -> Result<()> {
        self.corpus =
            Some(open_corpus(&self.config.corpus, self.config.index.as_deref(), self.config.retriever)?);
        Ok(())
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let Some(corpus) = &self.corpus else {
            return Ok(Outcome::Reject("the corpus was not opened".to_owned()));
        };
        let question = match ChainRunner::question(record, &config.input_question_key) {
            Ok(question) => question,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let chain = self.runner.run(record, context, question, &corpus.collection, 0, &|_| {}).await?;
        let answer = self.runner.short_answer(record, context, question, &chain).await?;
        if answer.is_none() {
            context.note("questions have no answer, because their chain did not come to an end");
        }
        Ok(Outcome::Keep(Map::from_iter([
            (config.output_prediction_key.clone(), Value::from(answer.unwrap_or_default())),
            (config.output_trouble_key.clone(), json!(chain.end.trouble(&chain))),
            (config.output_counts_key.clone(), chain.counts()),
            (config.output_conversation_key.clone(), Value::Array(chain.conversation(question))),
        ])))
    }
}
