//! Two calls a document at once, then each conclusion by itself.

use std::collections::HashSet;

use async_trait::async_trait;
use futures::future::{join, join_all};
use ragstill_core::{Record, RecordId};
use ragstill_engine::{
    Branch, Context, Corpus, Define, Error, Fields, Operator, Outcome, Preparation, Result,
};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Prompts, Scope};

use super::config::AtomicTaskGeneratorConfig;
use super::preview;
use super::stages::{Clean, Conclusion, Conclusions, Identifier, OptionalAnswers, Question};
use super::task::Subject;
use crate::answer_check::AnswerCheck;

/// Makes question tasks of a document: each asks for one fact, is not answered without the document, and is answered with
/// it.
#[derive(Debug)]
pub struct AtomicTaskGenerator {
    pub(super) config: AtomicTaskGeneratorConfig,
    identifier: Identifier,
    conclusions: Conclusions,
    pub(super) question: Question,
    pub(super) clean: Clean,
    pub(super) check: AnswerCheck,
    pub(super) optional_answers: OptionalAnswers,
    /// The records that are worked on, when not all are.
    first: Option<HashSet<RecordId>>,
}

impl Define for AtomicTaskGenerator {
    type Config = AtomicTaskGeneratorConfig;

    const NAME: &'static str = "AtomicTaskGenerator";
    const ABOUT: &'static str =
        "makes question tasks of a document that it alone answers, each checked with and without it";

    fn build(config: AtomicTaskGeneratorConfig, prompts: &Prompts) -> Result<Self> {
        if let Some(fault) = config.fault() {
            return Err(Error::mistake(fault));
        }
        let check =
            AnswerCheck::load(prompts)?.with_closed_book_temperature(config.closed_book_temperature)?;
        Ok(Self {
            identifier: Identifier::load(prompts)?,
            conclusions: Conclusions::load(prompts)?,
            question: Question::load(prompts)?,
            clean: Clean::load(prompts)?,
            check,
            optional_answers: OptionalAnswers::load(prompts)?,
            first: None,
            config,
        })
    }

    fn previews(previews: &mut Previews) {
        preview::add(previews);
        AnswerCheck::previews(previews);
    }
}

#[async_trait]
impl Operator for AtomicTaskGenerator {
    fn fields(&self) -> Fields {
        let reads = vec![self.config.input_key.clone()];
        let reads_corpus = if self.config.data_num.is_some() { reads.clone() } else { Vec::new() };
        Fields { reads, writes: self.config.outputs().into_iter().cloned().collect(), reads_corpus }
    }

    fn prepare(&mut self, corpus: &dyn Corpus, _: &Preparation<'_>) -> Result<()> {
        let Some(most) = self.config.data_num else { return Ok(()) };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let first = corpus.records().take(most).map(|record| Ok(record?.id));
        self.first = Some(first.collect::<Result<_>>()?);
        Ok(())
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        let config = &self.config;
        let text = match record.text(&config.input_key) {
            Ok(text) if text.trim().is_empty() => {
                return Ok(Outcome::Filter(format!("the field `{}` is empty", config.input_key)));
            }
            Ok(text) => text,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        if !self.is_among_first(&record.id) {
            let reason = "it is not among the first `data_num` records of the input".to_owned();
            return Ok(Outcome::Filter(reason));
        }
        let lanes = (context.lane(0), context.lane(1));
        let (identifier, conclusions) = join(
            self.identifier.ask(record, &lanes.0, text, config.max_attempts),
            self.conclusions.ask(record, &lanes.1, text, config.max_per_task, config.max_attempts),
        )
        .await;
        let (identifier, conclusions) = match (identifier?, conclusions?) {
            (Ok(identifier), Ok(conclusions)) => (identifier, conclusions),
            (Err(reason), _) | (_, Err(reason)) => return Ok(Outcome::Reject(reason)),
        };
        if conclusions.is_empty() {
            let reason = "conclusions: the document states no fact that a question could have as its answer";
            return Ok(Outcome::Filter(reason.to_owned()));
        }
        let subject = Subject { document: record, text, identifier: &identifier };
        Ok(Outcome::FanOut(self.tasks(&subject, &conclusions, context).await?))
    }
}

impl AtomicTaskGenerator {
    /// Whether a record, or the one that it was made from, is worked on.
    fn is_among_first(&self, id: &RecordId) -> bool {
        let Some(first) = &self.first else { return true };
        let mut id = id.clone();
        loop {
            if first.contains(&id) {
                return true;
            }
            let Some((parent, _)) = id.as_str().rsplit_once('/') else { return false };
            id = RecordId::given(parent);
        }
    }

    /// The tasks of the conclusions, at most `max_question` of them kept. They are made at once, but never more at a time
    /// than can still be kept: nothing is paid for a task that would be thrown away, and which ones are kept does not hang
    /// on which is made first.
    async fn tasks(
        &self,
        subject: &Subject<'_>,
        conclusions: &[Conclusion],
        context: &Context,
    ) -> ragstill_teacher::Result<Vec<Branch>> {
        let mut branches: Vec<Branch> = Vec::with_capacity(conclusions.len());
        loop {
            let kept = branches.iter().filter(|branch| matches!(branch, Branch::Keep(_))).count();
            let begun = branches.len();
            let wave = conclusions[begun..].iter().take(self.config.max_question - kept).enumerate();
            let made: Vec<_> =
                wave.map(|(at, conclusion)| self.task(subject, begun + at, conclusion, context)).collect();
            if made.is_empty() {
                break;
            }
            let mut unfinished = None;
            for made in join_all(made).await {
                match made {
                    Ok(branch) => branches.push(branch),
                    Err(error) if error.scope() == Scope::Run => return Err(error),
                    Err(error) => unfinished = unfinished.or(Some(error)),
                }
            }
            if let Some(error) = unfinished {
                return Err(error);
            }
        }
        for _ in branches.len()..conclusions.len() {
            context.note("conclusions were not needed: their document had its `max_question` tasks");
        }
        Ok(branches)
    }
}
