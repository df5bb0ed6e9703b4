//! What a step has at hand while it works on a record.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use ragstill_core::{Record, RecordId, seeded_rng};
use ragstill_teacher::{Answer, Ask, Error, Finish, Kind, Message, Messages, Prompt, Result, parse};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value};

use super::{Teachers, calls};

/// Things worth a line in the run's summary that are no rejects, counted.
#[derive(Debug, Default)]
pub struct Notes(Mutex<BTreeMap<String, u64>>);

impl Notes {
    /// Counts one.
    pub fn add(&self, note: &str) {
        self.add_many(note, 1);
    }

    /// Counts so many.
    pub fn add_many(&self, note: &str, more: u64) {
        let mut notes = self.0.lock();
        match notes.get_mut(note) {
            Some(count) => *count += more,
            None => {
                notes.insert(note.to_owned(), more);
            }
        }
    }

    /// What was noted, and how often.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.lock().clone()
    }
}

/// What a step has at hand: teachers, a generator of its own for each record, and a place for notes.
#[derive(Debug, Clone)]
pub struct Context {
    step: Arc<str>,
    lane: u32,
    seed: u64,
    teachers: Arc<Teachers>,
    notes: Arc<Notes>,
}

impl Context {
    /// The context of the step with this name in a run with this seed.
    pub fn new(step: &str, seed: u64, teachers: Arc<Teachers>, notes: Arc<Notes>) -> Self {
        Self { step: step.into(), lane: 0, seed, teachers, notes }
    }

    /// The step's name.
    pub fn step(&self) -> &str {
        &self.step
    }

    /// The generator for this step's choices about this record: always the same draws.
    pub fn rng(&self, id: &RecordId) -> ChaCha8Rng {
        seeded_rng(self.seed, id, &self.step)
    }

    /// The context for what a step asks about a record at the same time as something else: each such line of questions has
    /// a number of its own, the first 0. Logs of calls show one lane after the other, whichever was answered first.
    #[must_use]
    pub fn lane(&self, lane: u32) -> Self {
        Self { lane, ..self.clone() }
    }

    /// Counts something worth a line in the run's summary; the note reads well after a number (`records got fewer
    /// negatives than asked for`).
    pub fn note(&self, note: &str) {
        self.notes.add(note);
    }

    /// Asks the teacher of the prompt's role.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: Map<String, Value>,
        sample: u32,
    ) -> Result<Answer> {
        let messages = prompt.render(&variables)?;
        self.ask_shared(record, prompt, &Arc::new(variables), messages, sample, false).await
    }

    /// Asks the teacher of the prompt's role to go on with a conversation: the prompt's messages, then these turns. A sample
    /// after the first is one that is asked for because the one before could not be used.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask_on(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: &Arc<Map<String, Value>>,
        turns: &[Message],
        sample: u32,
    ) -> Result<Answer> {
        let messages = prompt.render_with(variables, turns)?;
        self.ask_shared(record, prompt, variables, messages, sample, sample > 0).await
    }

    /// [`Context::ask_on`] with these messages in place of all of the prompt's: for conversations that were cut to a model's
    /// window.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask_messages(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: &Arc<Map<String, Value>>,
        messages: &[Message],
        sample: u32,
    ) -> Result<Answer> {
        let messages = Messages::from(messages.to_vec());
        self.ask_shared(record, prompt, variables, messages, sample, sample > 0).await
    }

    /// Asks for an answer that `read` can use: one that cannot be used is asked again as the next sample, `attempts`
    /// times in all. The inner error is why the last answer could not be used.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask_until<T>(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: Map<String, Value>,
        attempts: u32,
        read: impl Fn(&Answer) -> std::result::Result<T, String> + Send + Sync,
    ) -> Result<std::result::Result<T, String>> {
        self.ask_round(record, prompt, variables, (0, attempts), read).await
    }

    /// [`Context::ask_until`] for a prompt that is answered several times: `round` counts from 0, and each round has
    /// samples of its own, `attempts` of them.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask_round<T>(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: Map<String, Value>,
        (round, attempts): (u32, u32),
        read: impl Fn(&Answer) -> std::result::Result<T, String> + Send + Sync,
    ) -> Result<std::result::Result<T, String>> {
        let variables = Arc::new(variables);
        let mut last = String::new();
        let first = round.saturating_mul(attempts);
        for sample in first..first.saturating_add(attempts) {
            let messages = prompt.render(&variables)?;
            let answer =
                self.ask_shared(record, prompt, &variables, messages, sample, sample > first).await?;
            match read(&answer) {
                Ok(value) => return Ok(Ok(value)),
                Err(reason) if answer.finish == Finish::Length => {
                    last =
                        format!("{reason} (the answer was cut off at the token limit; raise `max_tokens`)");
                }
                Err(reason) => last = reason,
            }
        }
        Ok(Err(match attempts {
            1 => last,
            _ => format!("none of {attempts} answers could be used; the last: {last}"),
        }))
    }

    /// [`Context::ask_until`] for answers that are JSON in the shape of the prompt's schema.
    ///
    /// # Errors
    /// The teacher's.
    pub async fn ask_json<T>(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: Map<String, Value>,
        attempts: u32,
        read: impl Fn(Value) -> std::result::Result<T, String> + Send + Sync,
    ) -> Result<std::result::Result<T, String>> {
        let schema = prompt.schema().map(|schema| schema.compiled());
        self.ask_until(record, prompt, variables, attempts, |answer| {
            parse::json(&answer.text, schema).map_err(|error| error.to_string()).and_then(&read)
        })
        .await
    }

    async fn ask_shared(
        &self,
        record: &Record,
        prompt: &Prompt,
        variables: &Arc<Map<String, Value>>,
        messages: Messages,
        sample: u32,
        again: bool,
    ) -> Result<Answer> {
        let role = prompt.role().unwrap_or("default");
        let (teacher, sampling) = self
            .teachers
            .of(role, prompt.sampling())
            .ok_or_else(|| Error::new(Kind::Config, format!("there is no teacher for the role `{role}`")))?;
        let ask = Ask {
            record: record.id.clone(),
            step: Arc::clone(&self.step),
            prompt: Arc::clone(prompt.name()),
            messages,
            variables: Arc::clone(variables),
            sampling,
            schema: prompt.schema().cloned(),
            sample,
            again,
            expected_tokens: prompt.expected_tokens(),
        };
        let answer = teacher.ask(&ask).await?;
        calls::note(&ask, self.lane, &answer);
        Ok(answer)
    }
}
