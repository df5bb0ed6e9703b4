//! The loop: a step, a search, an observation, and again.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::Context;
use ragstill_retrieve::Collection;
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::parse::{Action, prose, step};
use ragstill_teacher::{Answer, Finish, Message, Prompt, Prompts, Result};
use serde_json::{Map, Value, json};

use super::observation::{NO_ANSWER, NOTHING_FOUND, cut};
use super::options::{ChainOptions, Style};
use super::preview;
use super::search::{Found, search};
use super::steps::{Chain, ChainStep, End, same_query};
use super::transcript::{turns, variables};
use super::window::{fit, fit_text};

const STEP: &str = "chain/step";
const REARAG: &str = "chain/rearag";
const LONG: &str = "chain/long_answer";
const SHORT: &str = "chain/short_answer";

/// The most characters of a thought: more is no thought but a reply that has run away.
const MOST_THOUGHT: usize = 8_000;

/// Characters of a question that the loop takes at most.
const MOST_QUESTION: usize = 20_000;

/// What happens in a chain, as it happens.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// A step was thought of: its number, and the step without what it will find.
    Step(u32, &'a ChainStep),
    /// A search has come to this.
    Observation(u32, &'a ChainStep),
    /// A reply could not be used and is asked for again: the step's number, and why.
    Retry(u32, &'a str),
}

/// Makes chains.
#[derive(Debug)]
pub struct ChainRunner {
    step: Arc<Prompt>,
    long: Arc<Prompt>,
    short: Option<Arc<Prompt>>,
    options: ChainOptions,
}

/// The retries of a chain.
struct Tries<'a> {
    made: u32,
    most: u32,
    tell: &'a (dyn Fn(Told<'_>) + Send + Sync),
}

impl Tries<'_> {
    /// Counts one more because of a reply that could not be used.
    ///
    /// # Errors
    /// The reason, when there may be no more.
    fn again(&mut self, number: u32, reason: String) -> std::result::Result<(), End> {
        if self.made == self.most {
            return Err(End::OutOfTries(reason));
        }
        self.made += 1;
        (self.tell)(Told::Retry(number, &reason));
        Ok(())
    }
}

impl ChainRunner {
    /// A loop with these options; `answers` tells whether it has to give short answers, too.
    ///
    /// # Errors
    /// When an option is out of range or a prompt cannot be used.
    pub fn load(prompts: &Prompts, options: ChainOptions, answers: bool) -> ragstill_engine::Result<Self> {
        let faults = options.faults();
        if !faults.is_empty() {
            return Err(ragstill_engine::Error::mistakes(faults));
        }
        let step = match options.style {
            Style::Chat => prompts.load(STEP, include_str!("prompts/step.md"))?,
            Style::Rearag => prompts.load(REARAG, include_str!("prompts/rearag.md"))?,
        };
        let long = prompts.load(LONG, include_str!("prompts/long_answer.md"))?;
        let short =
            answers.then(|| prompts.load(SHORT, include_str!("prompts/short_answer.md"))).transpose()?;
        Ok(Self { step, long, short, options })
    }

    /// Adds the built-in teacher's answers to its prompts.
    pub fn previews(previews: &mut Previews) {
        previews.insert(STEP, preview::step);
        previews.insert(REARAG, preview::step);
        previews.insert(LONG, preview::long_answer);
        previews.insert(SHORT, preview::short_answer);
    }

    /// The question in this field of a record.
    ///
    /// # Errors
    /// Why it cannot be worked on.
    pub(crate) fn question<'r>(record: &'r Record, field: &str) -> std::result::Result<&'r str, String> {
        let question = record.text(field)?;
        if question.trim().is_empty() {
            return Err("the question is blank".to_owned());
        }
        if question.chars().count() > MOST_QUESTION {
            return Err(format!("the question has more than {MOST_QUESTION} characters"));
        }
        Ok(question)
    }

    /// Makes a chain for a question; `tell` is told what happens. Another `attempt`, counted from 0, is made of other
    /// samples of the teacher's, and of the same answers to the same queries.
    ///
    /// # Errors
    /// A teacher's, and those of the index. A chain that does not come to an answer is no error.
    pub async fn run(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        collection: &Arc<Collection>,
        attempt: u32,
        tell: &(dyn Fn(Told<'_>) + Send + Sync),
    ) -> Result<Chain> {
        let mut tries = Tries { made: 0, most: self.options.max_tries, tell };
        // No step of a chain has more samples than this.
        let first_sample = self.options.max_tries.saturating_add(1).saturating_mul(attempt);
        let mut steps: Vec<ChainStep> = Vec::new();
        let end = loop {
            let number = u32::try_from(steps.len()).unwrap_or(u32::MAX).saturating_add(1);
            if number > self.options.iter_num_max {
                break End::OutOfSteps;
            }
            let mut step =
                match self.think(record, context, question, &steps, first_sample, &mut tries).await? {
                    Ok(step) => step,
                    Err(end) => break end,
                };
            tell(Told::Step(number, &step));
            if let Action::Finish { answer } = &step.action {
                let end = End::Finished(answer.clone());
                steps.push(step);
                break end;
            }
            let found = search(collection, step.action.text(), self.options.top_k).await?;
            match self.observe(record, context, number, step.action.text(), &found, &mut tries).await? {
                Ok(observation) => {
                    let (observation, was_cut) = cut(&observation, self.options.max_observation);
                    if was_cut {
                        context.note("observations were longer than `max_observation` and were cut");
                    }
                    step.observation = Some(observation);
                    step.cut = was_cut;
                    step.passages = found.into_iter().map(|found| found.id).collect();
                }
                Err(end) => break end,
            }
            tell(Told::Observation(number, &step));
            steps.push(step);
        };
        Ok(Chain { steps, tries: tries.made, end })
    }

    /// The next step. The inner error is how the chain ends without it.
    async fn think(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        steps: &[ChainStep],
        first_sample: u32,
        tries: &mut Tries<'_>,
    ) -> Result<std::result::Result<ChainStep, End>> {
        let number = u32::try_from(steps.len()).unwrap_or(u32::MAX).saturating_add(1);
        let variables = Arc::new(variables(question, steps));
        let turns = self.within_window(&variables, turns(steps, self.options.style), context)?;
        for sample in first_sample.. {
            let answer = self.ask(record, context, &variables, &turns, sample).await?;
            match self.read(&answer, number, steps) {
                Ok(step) => return Ok(Ok(step)),
                Err(reason) => {
                    if let Err(end) = tries.again(number, reason) {
                        return Ok(Err(end));
                    }
                }
            }
        }
        Ok(Err(End::OutOfSteps))
    }

    /// What follows the prompt's messages so that all fits into the window; or all of the messages, where the prompt's own are
    /// cut, too.
    fn within_window(
        &self,
        variables: &Map<String, Value>,
        turns: Vec<Message>,
        context: &Context,
    ) -> Result<Turns> {
        let Some(window) = &self.options.window else { return Ok(Turns::Behind(turns)) };
        let own = self.step.render(variables)?;
        let all: Vec<Message> = own.iter().cloned().chain(turns.iter().cloned()).collect();
        let (kept, was_cut) = fit(all, window);
        if !was_cut {
            return Ok(Turns::Behind(turns));
        }
        context.note("requests were longer than the model's window and lost their middle");
        Ok(Turns::Whole(kept))
    }

    async fn ask(
        &self,
        record: &Record,
        context: &Context,
        variables: &Arc<Map<String, Value>>,
        turns: &Turns,
        sample: u32,
    ) -> Result<Answer> {
        match turns {
            Turns::Behind(turns) => context.ask_on(record, &self.step, variables, turns, sample).await,
            Turns::Whole(messages) => {
                context.ask_messages(record, &self.step, variables, messages, sample).await
            }
        }
    }

    /// The step in a reply, if it is the one that was to come.
    fn read(
        &self,
        answer: &Answer,
        number: u32,
        steps: &[ChainStep],
    ) -> std::result::Result<ChainStep, String> {
        let found = step(&answer.text).map_err(|reason| match answer.finish {
            Finish::Length => {
                format!("{reason} (the reply was cut off at the token limit; raise `max_tokens`)")
            }
            _ => reason,
        })?;
        if let Some(other) = found.number.filter(|other| *other != number) {
            return Err(format!("the step is numbered {other} where {number} was to come"));
        }
        if found.thought.is_empty() && self.options.needs_thought {
            return Err("the step has no thought".to_owned());
        }
        let length = found.thought.chars().count();
        if length > MOST_THOUGHT {
            return Err(format!("the thought has {length} characters, more than {MOST_THOUGHT}"));
        }
        if let Action::Search { query } = &found.action {
            let wanted = same_query(query);
            let before = steps.iter().filter(|step| same_query(step.action.text()) == wanted).count();
            if before >= self.options.max_same_query as usize {
                return Err(format!("the step searches for the same thing as {before} steps before it"));
            }
        }
        let (thought, action) = (found.thought, found.action);
        Ok(ChainStep { thought, action, observation: None, passages: Vec::new(), cut: false })
    }

    /// What a search has come to: the answerer's answer to the query from the passages. The inner error is how the chain ends
    /// without it.
    async fn observe(
        &self,
        record: &Record,
        context: &Context,
        number: u32,
        query: &str,
        found: &[Found],
        tries: &mut Tries<'_>,
    ) -> Result<std::result::Result<String, End>> {
        if found.is_empty() {
            return Ok(Ok(NOTHING_FOUND.to_owned()));
        }
        let passages: Vec<&str> = found.iter().map(|found| found.contents.as_str()).collect();
        let variables = Map::from_iter([
            ("query".to_owned(), Value::from(query)),
            ("passages".to_owned(), json!(passages)),
            ("no_answer".to_owned(), Value::from(NO_ANSWER)),
        ]);
        self.answered(record, context, &self.long, variables, number, tries).await
    }

    /// The text of an answer that has one.
    async fn answered(
        &self,
        record: &Record,
        context: &Context,
        prompt: &Prompt,
        variables: Map<String, Value>,
        number: u32,
        tries: &mut Tries<'_>,
    ) -> Result<std::result::Result<String, End>> {
        let variables = Arc::new(variables);
        for sample in 0.. {
            let answer = context.ask_on(record, prompt, &variables, &[], sample).await?;
            let text = prose(&answer.text);
            let reason = match answer.finish {
                _ if text.is_empty() => "the answerer's answer is empty",
                Finish::Length => "the answerer's answer was cut off at the token limit",
                _ => return Ok(Ok(text)),
            };
            if let Err(end) = tries.again(number, reason.to_owned()) {
                return Ok(Err(end));
            }
        }
        Ok(Err(End::OutOfSteps))
    }

    /// The short answer of a finished chain over all of its searches, from the answerer; the chain's own answer where it has
    /// not searched, or the answerer gives none.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn short_answer(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        chain: &Chain,
    ) -> Result<Option<String>> {
        let End::Finished(own) = &chain.end else { return Ok(None) };
        let searches: Vec<&ChainStep> =
            chain.steps.iter().filter(|step| step.observation.is_some()).collect();
        let (Some(prompt), false) = (&self.short, searches.is_empty()) else { return Ok(Some(own.clone())) };
        // The searches together have to fit, so each gets its share.
        let share = self
            .options
            .window
            .as_ref()
            .map(|window| (window.tokens / (searches.len() + 1), &window.counter));
        let searches: Vec<Value> = searches
            .into_iter()
            .map(|step| {
                let result = step.observation.as_deref().unwrap_or_default();
                let result = match share {
                    Some((tokens, counter)) => fit_text(result, tokens, counter),
                    None => result.to_owned(),
                };
                json!({"query": step.action.text(), "result": result})
            })
            .collect();
        let variables = Map::from_iter([
            ("question".to_owned(), Value::from(question)),
            ("searches".to_owned(), Value::Array(searches)),
        ]);
        let silent = |_: Told<'_>| {};
        let most = self.options.max_tries.saturating_sub(chain.tries);
        let mut tries = Tries { made: 0, most, tell: &silent };
        let number = u32::try_from(chain.steps.len()).unwrap_or(u32::MAX);
        match self.answered(record, context, prompt, variables, number, &mut tries).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(_) => Ok(Some(own.clone())),
        }
    }
}

/// The turns of a request to the reasoning teacher.
enum Turns {
    /// Those behind the prompt's own messages.
    Behind(Vec<Message>),
    /// All of its messages.
    Whole(Vec<Message>),
}
