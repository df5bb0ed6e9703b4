//! No teacher: an index over the corpus, then one search a record.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Corpus, Define, Fields, Operator, Outcome, Preparation, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use rand::RngCore;
use serde_json::{Map, json};

use super::config::Bm25HardNegConfig;
use super::indexed::Indexed;
use super::miner::{Ask, Miner};
use super::options::MinerOptions;

/// Adds the hard negatives of each question.
#[derive(Debug)]
pub struct Bm25HardNeg {
    config: Bm25HardNegConfig,
    options: MinerOptions,
    corpus: Option<Indexed>,
}

impl Define for Bm25HardNeg {
    type Config = Bm25HardNegConfig;

    const NAME: &'static str = "BM25HardNeg";
    const ABOUT: &'static str = "mines hard negatives for each question by BM25 over the whole corpus";

    fn build(config: Bm25HardNegConfig, _: &Prompts) -> Result<Self> {
        let options = config.miner_options();
        options.check(|name| format!("option `{name}`"))?;
        // Parameters out of range are found now, not after the corpus was read.
        Miner::new(Vec::new(), options)?;
        Ok(Self { config, options, corpus: None })
    }

    fn previews(_: &mut Previews) {}
}

#[async_trait]
impl Operator for Bm25HardNeg {
    fn fields(&self) -> Fields {
        let mut writes = vec![self.config.output_negatives_key.clone()];
        writes.extend(self.config.explain.then(|| self.config.output_explain_key.clone()));
        Fields {
            reads: vec![self.config.input_question_key.clone(), self.config.input_text_key.clone()],
            writes,
            reads_corpus: vec![self.config.input_text_key.clone()],
        }
    }

    fn prepare(&mut self, corpus: &dyn Corpus, _: &Preparation<'_>) -> Result<()> {
        let name = |record: &Record| self.config.explain.then(|| record.id.to_string());
        let index = |texts| Miner::new(texts, self.options);
        self.corpus = Some(Indexed::of(corpus, &self.config.input_text_key, index, name)?);
        Ok(())
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let (question, text) =
            match (record.text(&self.config.input_question_key), record.text(&self.config.input_text_key)) {
                (Ok(question), Ok(text)) => (question, text),
                (Err(reason), _) | (_, Err(reason)) => return Ok(Outcome::Reject(reason)),
            };
        let Some(corpus) = &self.corpus else {
            return Ok(Outcome::Reject("the corpus was not indexed".to_owned()));
        };
        let Indexed { miner, names, .. } = corpus;
        let own = corpus.own_document(&record.id);
        let seed = context.rng(&record.id).next_u64();
        let mined = match miner.mine(&Ask { question, positive: text, own, seed }) {
            Ok(mined) => mined,
            Err(error) => return Ok(Outcome::Reject(error.to_string())),
        };
        if mined.negatives.len() < self.config.num_neg {
            context
                .note("records got fewer hard negatives than asked for: the corpus has no more candidates");
        }
        let negatives: Vec<&str> = mined.negatives.iter().map(|found| miner.text(found.doc)).collect();
        let mut fields = Map::from_iter([(self.config.output_negatives_key.clone(), json!(negatives))]);
        if self.config.explain {
            let explained = mined.explanation(|doc| names.get(doc as usize).map(String::as_str));
            fields.insert(self.config.output_explain_key.clone(), explained);
        }
        Ok(Outcome::Keep(fields))
    }
}
