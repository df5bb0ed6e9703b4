//! One chain a record, then the rules that make it training data.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_score::{Normalization, Scorer};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::{Map, Value, json};

use super::clean::check_conversation;
use super::config::ReasoningChainConfig;
use super::gold::accepted_answers;
use crate::chain::{Chain, ChainRunner, Corpus, End, open_corpus};
use crate::words::contains_words;

/// What is said of chains that keep every rule.
const VALID: &str = "the chain is valid";

/// A chain with what is said of it.
struct Judged {
    fields: Map<String, Value>,
    f1: f64,
    /// Why it is not whole, if it is not.
    broken: Option<String>,
    /// Why it is not wanted, if it is not.
    unwanted: Option<String>,
}

impl Judged {
    fn is_valid(&self) -> bool {
        self.broken.is_none() && self.unwanted.is_none()
    }

    /// Whether this one is kept of two: a valid chain, else a whole one, else the one with the better answer.
    fn is_better(&self, other: &Self) -> bool {
        let rank = |judged: &Self| (judged.is_valid(), judged.broken.is_none(), judged.f1);
        rank(self) > rank(other)
    }

    fn into_outcome(self) -> Outcome {
        match (self.broken, self.unwanted) {
            (Some(why), _) => Outcome::RejectWith(self.fields, why),
            (None, Some(why)) => Outcome::FilterWith(self.fields, why),
            (None, None) => Outcome::Keep(self.fields),
        }
    }
}

/// Lets a reasoning teacher search for the answer to a question, step by step, and keeps the chains that have found it.
#[derive(Debug)]
pub struct ReasoningChain {
    config: ReasoningChainConfig,
    runner: ChainRunner,
    corpus: Option<Corpus>,
    told_unreadable: AtomicBool,
}

impl Define for ReasoningChain {
    type Config = ReasoningChainConfig;

    const NAME: &'static str = "ReasoningChain";
    const ABOUT: &'static str =
        "searches step by step for the answer to a question, and keeps the chains that find it";

    fn build(config: ReasoningChainConfig, prompts: &Prompts) -> Result<Self> {
        if !(0.0..=1.0).contains(&config.min_f1) {
            return Err(Error::mistake("option `min_f1` must be from 0 to 1"));
        }
        if config.max_chains == 0 {
            return Err(Error::mistake("option `max_chains` must be at least 1, found 0"));
        }
        let runner = ChainRunner::load(prompts, config.chain_options(), false)?;
        Ok(Self { config, runner, corpus: None, told_unreadable: AtomicBool::new(false) })
    }

    fn previews(previews: &mut Previews) {
        ChainRunner::previews(previews);
    }
}

#[async_trait]
impl Operator for ReasoningChain {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let writes = [
            &config.output_gold_key,
            &config.output_conversation_key,
            &config.output_prediction_key,
            &config.output_valid_key,
            &config.output_message_key,
            &config.output_f1_key,
            &config.output_counts_key,
        ];
        Fields {
            // The answers stand in one field or another, so that none can be asked of every row.
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
        if corpus.unreadable > 0 && !self.told_unreadable.swap(true, Ordering::Relaxed) {
            context.note(&format!("corpus of which {} files or rows could not be read", corpus.unreadable));
        }
        let question = match ChainRunner::question(record, &config.input_question_key) {
            Ok(question) => question,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        // MuSiQue has questions whose texts do not answer them.
        if record.get("answerable").and_then(Value::as_bool) == Some(false) {
            return Ok(Outcome::Filter("the question is marked as one that has no answer".to_owned()));
        }
        let gold = match accepted_answers(record, &config.input_answer_key) {
            Ok(gold) => gold,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let mut best: Option<Judged> = None;
        let mut made = 0;
        while made < config.max_chains && !best.as_ref().is_some_and(Judged::is_valid) {
            if made == 1 {
                context.note("questions got another chain because the first was not valid");
            }
            let chain = self.runner.run(record, context, question, &corpus.collection, made, &|_| {}).await?;
            if chain.reflections() > 0 {
                context.note("chains searched again after a search that had not found an answer");
            }
            if chain.tries > 0 {
                context.note("chains had replies that could not be used and were asked for again");
            }
            let judged = self.judged(question, &gold, &chain);
            if best.as_ref().is_none_or(|best| judged.is_better(best)) {
                best = Some(judged);
            }
            made += 1;
        }
        let Some(mut best) = best else {
            return Ok(Outcome::Reject("no chain was made".to_owned()));
        };
        best.fields[&config.output_counts_key]["chains"] = json!(made);
        Ok(best.into_outcome())
    }
}

impl ReasoningChain {
    /// What is said of a chain; its fields are there in any case.
    fn judged(&self, question: &str, gold: &[String], chain: &Chain) -> Judged {
        let config = &self.config;
        let conversation = chain.conversation(question);
        let prediction = match &chain.end {
            End::Finished(answer) => Some(answer.as_str()),
            _ => None,
        };
        let f1 = prediction.map_or(0.0, |answer| Scorer::new(Normalization::Squad).f1(answer, gold));
        // What is broken is told before what is not wanted.
        let broken = chain.end.trouble(chain).or_else(|| check_conversation(&conversation).err());
        let unwanted = self.unwanted(gold, chain, f1);
        let message = broken.as_deref().or(unwanted.as_deref()).unwrap_or(VALID);
        let fields = Map::from_iter([
            (config.output_gold_key.clone(), json!(gold)),
            (config.output_prediction_key.clone(), json!(prediction)),
            (config.output_valid_key.clone(), json!(message == VALID)),
            (config.output_message_key.clone(), json!(message)),
            (config.output_f1_key.clone(), json!(f1)),
            (config.output_counts_key.clone(), chain.counts()),
            (config.output_conversation_key.clone(), Value::Array(conversation)),
        ]);
        Judged { fields, f1, broken, unwanted }
    }

    /// Why a whole chain is not wanted, if it is not.
    fn unwanted(&self, gold: &[String], chain: &Chain, f1: f64) -> Option<String> {
        let config = &self.config;
        if f1 <= 0.0 {
            return Some("the answer has nothing in common with an accepted one".to_owned());
        }
        if f1 < config.min_f1 {
            return Some(format!("the answer's F1 is below {} (min_f1)", config.min_f1));
        }
        if config.no_repeated_query && chain.repeated_queries() > 0 {
            return Some("the chain searches for the same thing twice (no_repeated_query)".to_owned());
        }
        let is_closed = |answer: &String| matches!(answer.to_lowercase().as_str(), "yes" | "no");
        let mut observations = chain.steps.iter().filter_map(|step| step.observation.as_deref());
        let holds = |observation: &str| gold.iter().any(|answer| contains_words(observation, answer));
        if config.evidence && !gold.iter().any(is_closed) && !observations.any(holds) {
            return Some("no observation holds an accepted answer (evidence)".to_owned());
        }
        None
    }
}
