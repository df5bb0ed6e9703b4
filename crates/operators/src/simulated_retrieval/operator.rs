//! No teacher: an index over the corpus, by words or by vectors, then a draw a record.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Corpus, Define, Error, Fields, Operator, Outcome, Preparation, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::{Map, Value, json};

use super::config::{Distractors, SimulatedRetrievalConfig};
use super::similar::Similar;
use crate::bm25_hard_neg::{Ask, Duplicates, Indexed, MinerOptions, Strategy};
use crate::source::source_of;

/// Draws for each passage what a retriever might have found: with the passage itself among it (a success) or without (a
/// failure). Every draw is seeded by the run's seed and the record's id.
#[derive(Debug)]
pub struct SimulatedRetrieval {
    config: SimulatedRetrievalConfig,
    options: MinerOptions,
    similar: Similar,
    corpus: Option<Indexed>,
}

impl Define for SimulatedRetrieval {
    type Config = SimulatedRetrievalConfig;

    const NAME: &'static str = "SimulatedRetrieval";
    const ABOUT: &'static str = "draws what a retriever might have found for each passage, right or wrong";

    fn build(config: SimulatedRetrievalConfig, _: &Prompts) -> Result<Self> {
        for (name, share) in
            [("rag_failure_percentage", config.rag_failure_percentage), ("random_share", config.random_share)]
        {
            if !(0.0..=1.0).contains(&share) {
                return Err(Error::mistake(format!("option `{name}` must be a number from 0 to 1")));
            }
        }
        if config.rag_max_chunks == 0 {
            return Err(Error::mistake("option `rag_max_chunks` must be at least 1"));
        }
        let similar = Similar::of(&config)?;
        let options = MinerOptions {
            num_neg: config.rag_max_chunks,
            strategy: match config.distractors {
                Distractors::Random => Strategy::Random,
                // What is ranked, whatever ranks it.
                Distractors::Bm25 | Distractors::Dense | Distractors::Hybrid => Strategy::Bm25,
                Distractors::Mixed => Strategy::Mixed,
            },
            random_share: config.random_share,
            max_score_share: config.max_score_share,
            // Of BM25's scores for a whole passage hardly any comes near its own; of vectors nearly all do, and the nearest
            // would be passed over.
            overlap_share: if similar.has_vectors() { 0.0 } else { MinerOptions::default().overlap_share },
            duplicates: if config.near_duplicate_guard { Duplicates::Near } else { Duplicates::Exact },
            ..MinerOptions::default()
        };
        options.check(|name| format!("option `{name}`"))?;
        Ok(Self { config, options, similar, corpus: None })
    }

    fn previews(_: &mut Previews) {}
}

#[async_trait]
impl Operator for SimulatedRetrieval {
    fn fields(&self) -> Fields {
        let config = &self.config;
        Fields {
            reads: vec![config.input_text_key.clone()],
            writes: vec![config.output_retrieved_key.clone(), config.output_retrieval_key.clone()],
            reads_corpus: vec![config.input_text_key.clone()],
        }
    }

    fn open(&mut self) -> Result<()> {
        self.similar.open()
    }

    fn prepare(&mut self, corpus: &dyn Corpus, preparation: &Preparation<'_>) -> Result<()> {
        let name = |record: &Record| Some(source_of(record, &self.config.input_source_key));
        let index = |texts| self.similar.index(texts, self.options, preparation);
        self.corpus = Some(Indexed::of(corpus, &self.config.input_text_key, index, name)?);
        Ok(())
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let text = match record.text(&config.input_text_key) {
            Ok(text) => text,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let Some(corpus) = &self.corpus else {
            return Ok(Outcome::Reject("the corpus was not indexed".to_owned()));
        };
        let mut rng = context.rng(&record.id);
        // Always the same number of draws, so that one choice does not change another.
        let fails = rng.random_bool(config.rag_failure_percentage);
        let count = rng.random_range(1..=config.rag_max_chunks);
        let seed = rng.random();
        let others = if fails { count } else { count - 1 };
        let ask = Ask { question: text, positive: text, own: corpus.own_document(&record.id), seed };
        let mined = if others > 0 { corpus.miner.mine(&ask) } else { Ok(Default::default()) };
        let mined = match mined {
            Ok(mined) => mined,
            Err(error) => return Ok(Outcome::Reject(error.to_string())),
        };
        if mined.negatives.len() < others {
            context.note("passages were given fewer others than drawn: the corpus has no more");
        }
        let found = |source: &str, text: &str, is_source: bool| json!({"source": source, "text": text, "is_source": is_source});
        let mut retrieved: Vec<Value> = mined
            .negatives
            .iter()
            .take(others)
            .map(|other| found(&corpus.names[other.doc as usize], corpus.miner.text(other.doc), false))
            .collect();
        if !fails {
            retrieved.push(found(&source_of(record, &config.input_source_key), text, true));
            retrieved.shuffle(&mut rng);
        }
        Ok(Outcome::Keep(Map::from_iter([
            (config.output_retrieved_key.clone(), Value::Array(retrieved)),
            (config.output_retrieval_key.clone(), Value::from(if fails { "failure" } else { "success" })),
        ])))
    }
}
