//! What a run would ask and cost, without asking.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use ragstill_ingest::Input;
use ragstill_teacher::extractive::Extractive;
use ragstill_teacher::{Answer, Ask, BuiltTeacher, Error, Key, Kind, Price, Store, Teacher};
use serde::Serialize;

use super::input::{check_input, stream};
use super::monitor::Monitor;
use super::schedule::ScheduleOptions;
use super::sink::{RowLines, Sink};
use super::stages::run_stages;
use super::{ANSWERS, assemble, blocking, check_teachers, open, prepare, window, writes_of};
use crate::error::Result;
use crate::operator::{Asking, Notes, Preparation, Registry, Teachers};
use crate::recipe::Checked;

/// What one prompt of a run would ask.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ForecastLine {
    /// The teacher's role.
    pub role: String,
    /// The step.
    pub step: String,
    /// The prompt.
    pub prompt: String,
    /// Requests that have their answer already.
    pub stored: u64,
    /// Requests that would be sent.
    pub requests: u64,
    /// Their tokens, estimated.
    pub prompt_tokens: u64,
    /// The tokens of their answers, as the prompt expects them.
    pub completion_tokens: u64,
    /// US dollars, when the teacher has a price.
    pub cost: Option<f64>,
}

/// What a run would ask.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// Rows that the run would work on.
    pub rows: u64,
    /// By role, step and prompt.
    pub lines: Vec<ForecastLine>,
    /// Rows whose later steps are not in the forecast, because what they would ask hangs on answers that cannot be
    /// guessed.
    pub partly_known: u64,
    /// Notes of the steps that ask nothing.
    pub notes: BTreeMap<String, u64>,
}

impl Forecast {
    /// US dollars in all; `None` when a teacher that would be asked has no price.
    pub fn cost(&self) -> Option<f64> {
        self.lines.iter().filter(|line| line.requests > 0).map(|line| line.cost).sum()
    }
}

type Lines = Arc<Mutex<BTreeMap<(Arc<str>, Arc<str>, Arc<str>), ForecastLine>>>;

/// Goes through a run without asking anything: stored answers are used; where there is none the built-in teacher's stands
/// in, so that later steps have something to be rendered with.
///
/// # Errors
/// The mistakes that a run would find before it asks anything.
pub async fn plan(
    checked: Checked,
    registry: &Registry,
    input: &Input,
    out: Option<&Path>,
) -> Result<Forecast> {
    let Checked { recipe, mut operators, .. } = checked;
    check_teachers(&recipe, false)?;
    blocking(|| open(&recipe, &mut operators))?;
    let writes = writes_of(&recipe, &operators);
    let checked = blocking(|| check_input(input, &recipe, &writes))?;
    let rows = checked.rows.min(recipe.limit.unwrap_or(u64::MAX));
    let answers = out.map(|out| out.join(ANSWERS)).filter(|path| path.exists());
    let store = answers.map(|path| Store::open_read_only(&path)).transpose()?.map(Arc::new);
    let lines = Lines::default();
    let previews = Arc::new(registry.previews().clone());
    let mut teachers = Teachers::default();
    for (role, config) in &recipe.teachers {
        let model = match &config.model {
            Some(model) if !config.is_extractive() => model.clone(),
            _ => Extractive::MODEL.to_owned(),
        };
        let teacher = Guess {
            role: role.as_str().into(),
            model: model.clone(),
            price: config.price,
            store: store.clone(),
            stand_in: Extractive::new(Arc::clone(&previews)),
            lines: Arc::clone(&lines),
        };
        let built = BuiltTeacher { teacher: Arc::new(teacher), model, concurrency: 1 };
        teachers.seat(role, built, config.sampling.clone());
    }
    let notes = Arc::new(Notes::default());
    let monitor = Monitor::default();
    let preparation = Preparation::new(out, Asking::Forecast, &notes, &monitor);
    blocking(|| prepare(&mut operators, input, &checked, &preparation))?;
    let options = ScheduleOptions {
        window: window(1),
        asking: window(1),
        keep_going: true,
        stop: monitor.stop().clone(),
    };
    let stages = assemble(&recipe, operators, &Arc::new(teachers), &notes);
    let mut count = Count::default();
    let source = stream(input, &checked, rows);
    let folder = std::env::temp_dir();
    let end = run_stages(&stages, source, &options, &folder, true, &mut count, &monitor).await?;
    if let Some(error) = end.fatal {
        return Err(error);
    }
    let lines = std::mem::take(&mut *lines.lock()).into_values().collect();
    Ok(Forecast { rows, lines, partly_known: count.pending, notes: notes.counts() })
}

#[derive(Debug, Default)]
struct Count {
    pending: u64,
}

impl Sink for Count {
    fn accept(&mut self, row: RowLines) -> Result<()> {
        self.pending += row.pending;
        Ok(())
    }
}

/// Stands where a teacher would and counts what it would be asked.
#[derive(Debug)]
struct Guess {
    role: Arc<str>,
    model: String,
    price: Option<Price>,
    store: Option<Arc<Store>>,
    stand_in: Extractive,
    lines: Lines,
}

impl Guess {
    fn stored(&self, ask: &Ask) -> ragstill_teacher::Result<Option<Answer>> {
        self.store.as_ref().map_or(Ok(None), |store| store.get(&Key::of(&self.model, ask)))
    }
}

#[async_trait]
impl Teacher for Guess {
    async fn ask(&self, ask: &Ask) -> ragstill_teacher::Result<Answer> {
        let stored = self.stored(ask)?;
        if stored.is_none() && ask.again {
            let before = Ask { sample: ask.sample - 1, ..ask.clone() };
            if self.stored(&before)?.is_none() {
                // The stand-in's answer cannot be used. A model's may well be: this is no request of the run's.
                return Err(Error::new(Kind::NotStored, "what a model would answer cannot be guessed"));
            }
        }
        {
            let mut lines = self.lines.lock();
            let key = (Arc::clone(&self.role), Arc::clone(&ask.step), Arc::clone(&ask.prompt));
            let line = lines.entry(key).or_insert_with(|| ForecastLine {
                role: self.role.to_string(),
                step: ask.step.to_string(),
                prompt: ask.prompt.to_string(),
                cost: self.price.map(|_| 0.0),
                ..ForecastLine::default()
            });
            if stored.is_some() {
                line.stored += 1;
            } else {
                line.requests += 1;
                line.prompt_tokens += ask.prompt_tokens_estimated();
                line.completion_tokens += u64::from(ask.expected_tokens);
                line.cost = self.price.map(|price| price.cost(line.prompt_tokens, line.completion_tokens));
            }
        }
        match stored {
            Some(answer) => Ok(answer),
            // What cannot be guessed is not asked: the row ends here, and the forecast says so.
            None => self.stand_in.ask(ask).await.map_err(|error| Error { kind: Kind::NotStored, ..error }),
        }
    }
}
