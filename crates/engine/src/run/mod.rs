//! A run: documents in, records, rejects and examples out, into a directory that holds everything that was paid for.

mod dir;
mod export;
mod input;
mod logs;
mod monitor;
mod order;
mod pipeline;
mod plan;
mod schedule;
mod sink;
mod stages;
mod summary;

pub use dir::RunDir;
pub use export::{RunExamples, first_record, read_records};
pub use input::Failures;
pub use monitor::{Monitor, Phase, Progress};
pub use plan::{Forecast, ForecastLine, plan};
pub use summary::{Exported, Status, StepCount, Summary, Times};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ragstill_ingest::Input;
use ragstill_teacher::layers::{Ledger, MissingList, Purse};
use ragstill_teacher::{Shared, Store, TeacherSpec};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::operator::{Asking, Context, Notes, Preparation, Registry, Teachers, Work};
use crate::recipe::{Checked, Examples, Recipe};
use input::{CheckedInput, InputCorpus, check_input, check_out_is_elsewhere, stream};
use pipeline::{CALLS_FILE, Counts, Pipeline, Snapshot, Step};
use schedule::{ScheduleEnd, ScheduleOptions};
use sink::Files;
use stages::{GatherStep, Stage, run_stages};
use summary::Clock;

/// The file of finished records.
pub(crate) const RECORDS: &str = "records.jsonl";
/// The file of dropped ones.
const REJECTS: &str = "rejects.jsonl";
/// The file that tells how the run went.
const RUN: &str = "run.json";
/// The file of answers.
const ANSWERS: &str = "answers.sqlite";
/// The file that lists what was missing offline.
const MISSING: &str = "missing.jsonl";

/// How a run is to be done, beyond its recipe.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The run directory.
    pub out: PathBuf,
    /// Answer from the store alone.
    pub offline: bool,
    /// Go on although most of the first rows are rejected.
    pub keep_going: bool,
}

/// Runs a checked recipe over an input.
///
/// # Errors
/// A mistake found before anything was spent, or files that cannot be written. A run that stops underway is no error: it
/// has a [`Summary`] whose status says why.
pub async fn run(
    checked: Checked,
    registry: &Registry,
    input: &Input,
    options: &RunOptions,
    monitor: &Arc<Monitor>,
) -> Result<Summary> {
    let clock = Clock::start();
    let Checked { recipe, mut operators, examples } = checked;
    check_out_is_elsewhere(&recipe.input.paths, &options.out)?;
    check_teachers(&recipe, options.offline)?;
    blocking(|| open(&recipe, &mut operators))?;
    let dir = RunDir::open(&options.out, &recipe.recipe)?;
    let writes = writes_of(&recipe, &operators);
    let checked = blocking(|| check_input(input, &recipe, &writes))?;
    let rows = checked.rows.min(recipe.limit.unwrap_or(u64::MAX));
    monitor.counted(rows);
    monitor.failed(&checked.failures);

    // Nothing was spent yet: a store that cannot be opened is a matter of the right --out.
    let store = Store::open(&dir.file(ANSWERS)).map_err(|error| Error::mistake(error.context))?;
    let store = Arc::new(store);
    let missing = options.offline.then(MissingList::default);
    let ledger = Arc::new(Ledger::default());
    let shared = Shared {
        purse: purse(&recipe, &store)?,
        store,
        stop: monitor.stop().clone(),
        telemetry: Arc::clone(monitor.telemetry()),
        ledger: Arc::clone(&ledger),
        offline: missing.clone(),
        previews: Arc::new(registry.previews().clone()),
    };
    let mut models = Vec::new();
    let mut teachers = Teachers::default();
    for (role, config) in &recipe.teachers {
        let teacher = ragstill_teacher::build(&TeacherSpec { role, config }, &shared)?;
        models.push((role.clone(), teacher.model.clone()));
        teachers.seat(role, teacher, config.sampling.clone());
    }
    let changes = dir.changes(&recipe)?;
    // What a complete run has left here is replaced by what another complete run makes, and by nothing less: until
    // then its configuration must stay with its records.
    let replaces_complete = dir.holds_complete_run();
    if !replaces_complete {
        dir.write_config(&recipe)?;
    }
    monitor.enter(Phase::Preparing);
    let notes = Arc::new(Notes::default());
    let asking = if options.offline { Asking::Offline } else { Asking::Allowed };
    let preparation = Preparation::new(Some(dir.path()), asking, &notes, monitor);
    blocking(|| prepare(&mut operators, input, &checked, &preparation))?;

    let asking = teachers.concurrency();
    let teachers = Arc::new(teachers);
    let stages = assemble(&recipe, operators, &teachers, &notes);
    let mut files = Files::create(&dir.file(RECORDS), &dir.file(REJECTS), &other_files(&recipe, &dir))?;
    let schedule_options = ScheduleOptions {
        window: window(asking),
        asking,
        keep_going: options.keep_going,
        stop: monitor.stop().clone(),
    };
    monitor.enter(Phase::Running);
    let source = stream(input, &checked, rows);
    let end = run_stages(&stages, source, &schedule_options, dir.path(), false, &mut files, monitor).await?;

    monitor.enter(Phase::Finishing);
    let summary = Summary {
        status: status_of(&end, &files, missing.as_ref()),
        recipe: recipe.recipe.clone(),
        teachers: models,
        files: input.inventory().files(),
        failures: checked.failures,
        rows,
        records: files.kept,
        rejects: files.rejected,
        pending: pending(&end, &files, rows),
        reasons: std::mem::take(&mut files.reasons),
        notes: notes.counts(),
        missing: BTreeMap::new(),
        changes,
        exports: Vec::new(),
        kept_earlier: false,
        steps: stages.iter().flat_map(Stage::counts).collect(),
        teacher_notes: monitor.telemetry().notes(),
        times: clock.times(),
        teacher: monitor.progress().teacher,
        usage: summary::usage_json(&ledger),
    };
    let mut summary = summary;
    if replaces_complete && summary.status != Status::Complete {
        summary.kept_earlier = true;
        summary.missing = write_missing(&dir, missing.as_ref())?;
        files.discard();
        return Ok(summary);
    }
    drop(teachers);
    // Nothing is asked any more: the store folds its log into its file while the other files are written.
    let closing = tokio::task::spawn_blocking(move || drop((stages, shared)));
    // Where a full disk ended the run, the files cannot be written either; why it ended must still be told.
    let finished = finish(summary, files, &dir, &recipe, examples, missing.as_ref(), &clock)
        .map_err(|error| error.after(end.fatal.as_ref()));
    // The directory's lock is held until the store is closed.
    let _ = closing.await;
    finished
}

/// Gives the files of a run their names and writes what is made of them.
fn finish(
    mut summary: Summary,
    files: Files,
    dir: &RunDir,
    recipe: &Recipe,
    examples: Examples,
    missing: Option<&MissingList>,
    clock: &Clock,
) -> Result<Summary> {
    summary.missing = write_missing(dir, missing)?;
    dir.write_config(recipe)?;
    files.finish()?;
    if recipe.log_calls {
        logs::write(dir.path(), recipe.meta_datagen)?;
    }
    let made = RunExamples::of(dir.path(), recipe, examples);
    let mut refused = None;
    for (index, spec) in recipe.export.iter().enumerate() {
        if recipe.export[..index].contains(spec) {
            continue;
        }
        match made.export(spec, None) {
            Ok(exported) => summary.exports.push(exported),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    summary.times = clock.times();
    dir.write_json(&[("usage.json", &summary.usage), (RUN, &summary.to_json())])?;
    // The run itself is whole, whatever a format cannot hold of it.
    refused.map_or(Ok(summary), Err)
}

/// The number of rows under way at once. Twice the requests in flight keep permits from being idle while rows move
/// between steps. More let the last rows begin earlier: what a run of several steps waits for at its end is the slowest
/// of the rows that began last. Each costs memory, so a high concurrency, which has many anyway, gets fewer a permit.
fn window(concurrency: usize) -> usize {
    (concurrency * 8).clamp(64, 1000).max(concurrency * 2)
}

/// Runs what blocks without keeping the other tasks of this thread from running.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::current().runtime_flavor() {
        tokio::runtime::RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// The records without a result, when a run over so many rows ended so.
fn pending(end: &ScheduleEnd, files: &Files, rows: u64) -> u64 {
    // Rows that were not begun; a whole run may have made fewer records of its rows, or more.
    let missing = if end.is_whole() { 0 } else { rows.saturating_sub(files.kept + files.rejected) };
    files.pending.max(missing)
}

/// The files beside records and rejects: calls, and what recipes want written on the way.
fn other_files(recipe: &Recipe, dir: &RunDir) -> Vec<(usize, PathBuf)> {
    let calls = recipe.log_calls.then(|| (CALLS_FILE, dir.file(logs::CALLS)));
    let snapshots = recipe.snapshots.iter().zip(CALLS_FILE + 1..);
    calls.into_iter().chain(snapshots.map(|(spec, number)| (number, dir.file(&spec.file)))).collect()
}

/// The fields that steps write, and which step does.
fn writes_of(recipe: &Recipe, operators: &[Work]) -> BTreeMap<String, String> {
    recipe
        .steps
        .iter()
        .zip(operators)
        .flat_map(|(step, operator)| {
            operator.fields().writes.into_iter().map(|field| (field, step.name.clone()))
        })
        .collect()
}

/// Lets the steps open what they need beside the input.
///
/// # Errors
/// Every fault at once, each with the place of its step.
fn open(recipe: &Recipe, operators: &mut [Work]) -> Result<()> {
    let mut faults = Vec::new();
    for (step, work) in recipe.steps.iter().zip(operators) {
        let Work::Each(operator) = work else { continue };
        if let Err(error) = operator.open() {
            let place = step.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            faults.extend(error.faults().iter().map(|fault| format!("{place}step `{}`: {fault}", step.name)));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::mistakes(faults)) }
}

fn prepare(
    operators: &mut [Work],
    input: &Input,
    checked: &CheckedInput,
    preparation: &Preparation<'_>,
) -> Result<()> {
    for work in operators {
        if let Work::Each(operator) = work
            && !operator.fields().reads_corpus.is_empty()
        {
            operator.prepare(&InputCorpus(input, checked), preparation)?;
        }
    }
    Ok(())
}

/// The stages of a recipe's steps.
fn assemble(
    recipe: &Recipe,
    operators: Vec<Work>,
    teachers: &Arc<Teachers>,
    notes: &Arc<Notes>,
) -> Vec<Stage> {
    let pipeline = |steps: Vec<Step>, is_first: bool| {
        let snapshots = recipe.snapshots.iter().zip(CALLS_FILE + 1..).map(|(spec, file)| Snapshot {
            after: spec.after.as_str().into(),
            file,
            fields: spec.fields.clone(),
        });
        Arc::new(Pipeline {
            steps,
            needs: if is_first { recipe.input.fields.clone() } else { Vec::new() },
            calls: recipe.log_calls,
            snapshots: snapshots.collect(),
        })
    };
    let (mut stages, mut steps) = (Vec::new(), Vec::new());
    for (spec, work) in recipe.steps.iter().zip(operators) {
        let name: Arc<str> = spec.name.as_str().into();
        let context = Context::new(&spec.name, recipe.seed, Arc::clone(teachers), Arc::clone(notes));
        let counts = Counts::default();
        match work {
            Work::Each(operator) => steps.push(Step { name, counts, operator, context }),
            Work::All(gather) => {
                let pipeline = pipeline(std::mem::take(&mut steps), stages.is_empty());
                stages.push(Stage { pipeline, gather: Some(GatherStep { name, gather, context, counts }) });
            }
        }
    }
    let is_first = stages.is_empty();
    stages.push(Stage { pipeline: pipeline(steps, is_first), gather: None });
    stages
}

/// The purse of a run with a limit, what its directory's answers cost already taken out.
fn purse(recipe: &Recipe, store: &Store) -> Result<Option<Arc<Purse>>> {
    let Some(limit) = recipe.max_cost else { return Ok(None) };
    let price_of = |model: &str| {
        let same = recipe.teachers.values().filter(|teacher| teacher.model.as_deref() == Some(model));
        same.filter_map(|teacher| teacher.price).next()
    };
    let spent = store.total_cost(|model, tokens_in, tokens_out| {
        price_of(model).map_or(0.0, |price| price.cost(tokens_in, tokens_out))
    })?;
    Ok(Some(Arc::new(Purse::new(limit, spent))))
}

/// Finds what would keep the teachers from answering, before anything is made or read.
fn check_teachers(recipe: &Recipe, offline: bool) -> Result<()> {
    let faults: Vec<String> = recipe
        .teachers
        .iter()
        .filter_map(|(role, config)| {
            let spec = TeacherSpec { role, config };
            ragstill_teacher::check(&spec, recipe.max_cost.is_some(), offline).err()
        })
        .map(|error| error.context)
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::mistakes(faults)) }
}

fn status_of(end: &ScheduleEnd, files: &Files, missing: Option<&MissingList>) -> Status {
    if let Some(error) = &end.fatal {
        return Status::Failed(error.to_string());
    }
    if end.mostly_rejected {
        return Status::Failed(
            "more than half of the first 50 records were rejected; look at the reasons, then change the model, the prompts (--prompts) or the options, or go on all the same with --keep-going"
                .to_owned(),
        );
    }
    if missing.is_some_and(|missing| !missing.lock().is_empty()) {
        return Status::Missing;
    }
    if end.unfinished {
        return Status::Interrupted;
    }
    if files.kept == 0 && files.rejected > 0 {
        return Status::Failed(nothing_left(&files.reasons));
    }
    Status::Complete
}

/// The most reasons that are told of a step that rejected records of a run without any left.
const REASONS_TOLD: usize = 5;

/// Why a run has no records, by step.
fn nothing_left(reasons: &BTreeMap<(String, String), u64>) -> String {
    let steps: Vec<String> = summary::by_step(reasons)
        .into_iter()
        .map(|(step, reasons)| {
            let mut told: Vec<String> = reasons
                .iter()
                .take(REASONS_TOLD)
                .map(|(reason, count)| format!("{count} × {reason}"))
                .collect();
            let others: u64 = reasons.iter().skip(REASONS_TOLD).map(|(_, count)| count).sum();
            if others > 0 {
                told.push(format!("{others} for other reasons"));
            }
            format!("`{step}`: {}", told.join(", "))
        })
        .collect();
    format!("every record was rejected; {}; all of them are in rejects.jsonl", steps.join("; "))
}

/// Lists what was missing offline in a file; returns how much by prompt.
fn write_missing(dir: &RunDir, missing: Option<&MissingList>) -> Result<BTreeMap<String, u64>> {
    let path = dir.file(MISSING);
    let mut by_prompt = BTreeMap::new();
    let mut missing = missing.map(|missing| missing.lock().clone()).unwrap_or_default();
    if missing.is_empty() {
        // A list of an earlier run would be out of date.
        let _ = std::fs::remove_file(&path);
        return Ok(by_prompt);
    }
    missing.sort_by(|a, b| (&a.record, &a.prompt, a.key).cmp(&(&b.record, &b.prompt, b.key)));
    let mut file = ragstill_export::WholeFile::create(&path)?;
    for item in &missing {
        *by_prompt.entry(item.prompt.to_string()).or_insert(0) += 1;
        let line: Value = json!({
            "key": item.key.to_string(),
            "step": &*item.step,
            "prompt": &*item.prompt,
            "record": item.record,
        });
        file.write_line(&line.to_string())?;
    }
    file.finish()?;
    Ok(by_prompt)
}
