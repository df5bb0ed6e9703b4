//! What a run has done, for people and for programs.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use ragstill_teacher::Snapshot;
use ragstill_teacher::layers::{Ledger, Tally};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::input::Failures;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "reason")]
pub enum Status {
    /// Every row has a result.
    Complete,
    /// It was interrupted; the same command goes on.
    Interrupted,
    /// Offline, and answers were missing.
    Missing,
    /// It stopped by itself, for this reason; the same command goes on.
    Failed(String),
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The format's name.
    pub format: String,
    /// The files with data in them, and the rows of each.
    pub files: Vec<(std::path::PathBuf, u64)>,
    /// Rows in all of them.
    pub rows: u64,
    /// How many examples the format cannot hold, by the reason.
    pub left_out: Vec<(String, u64)>,
    /// What a user has to know or to paste, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How it ended.
    pub status: Status,
    /// The recipe's name.
    pub recipe: String,
    /// The teachers: role and model.
    pub teachers: Vec<(String, String)>,
    /// Documents and data files that were read.
    pub files: u64,
    /// What of the input could not be read.
    pub failures: Failures,
    /// Rows of the input that the run was to work on.
    pub rows: u64,
    /// Finished records.
    pub records: u64,
    /// Dropped ones.
    pub rejects: u64,
    /// Records that have no result yet.
    pub pending: u64,
    /// Rejects by step and reason.
    pub reasons: BTreeMap<(String, String), u64>,
    /// Things worth knowing that are no rejects.
    pub notes: BTreeMap<String, u64>,
    /// Requests that were missing offline, by prompt.
    pub missing: BTreeMap<String, u64>,
    /// What differs from the run that was in the directory before.
    pub changes: Vec<String>,
    /// Files that were exported.
    pub exports: Vec<Exported>,
    /// The teachers' counters.
    pub teacher: Snapshot,
    /// The tallies of all answers that the run used: `usage.json`.
    pub usage: Value,
    /// The steps in order.
    pub steps: Vec<StepCount>,
    /// What the teachers' servers made necessary.
    pub teacher_notes: Vec<String>,
    /// Whether the results of an earlier, complete run were left in place because this one is not complete.
    pub kept_earlier: bool,
    /// When it began and ended.
    pub times: Times,
}

/// What became of the records that a step was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepCount {
    /// The step's name.
    pub name: String,
    /// Records it was given.
    pub given: u64,
    /// Records it let go on.
    pub kept: u64,
    /// Records it rejected.
    pub rejected: u64,
}

/// When a run began and ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Times {
    /// RFC 3339, in UTC.
    pub started: String,
    /// RFC 3339, in UTC.
    pub ended: String,
    /// Seconds between the two.
    pub seconds: f64,
}

/// Tells a run's times.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: SystemTime,
    steady: Instant,
}

impl Clock {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }

    /// The times of a run that ends now.
    pub(crate) fn times(&self) -> Times {
        let elapsed = self.steady.elapsed();
        Times {
            started: humantime::format_rfc3339_seconds(self.wall).to_string(),
            ended: humantime::format_rfc3339_seconds(self.wall + elapsed).to_string(),
            seconds: elapsed.as_secs_f64(),
        }
    }
}

impl Summary {
    /// Rejects by step, each with its reasons, most frequent first.
    pub fn rejects_by_step(&self) -> Vec<(&str, Vec<(&str, u64)>)> {
        by_step(&self.reasons)
    }

    /// The summary as `run.json` holds it.
    pub fn to_json(&self) -> Value {
        let rejects: Vec<_> = self
            .reasons
            .iter()
            .map(|((step, reason), count)| json!({"operator": step, "reason": reason, "count": count}))
            .collect();
        let mut json = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "recipe": self.recipe,
            "teachers": self.teachers.iter().cloned().collect::<BTreeMap<_, _>>(),
            "files": self.files,
            "unreadable": self.failures.to_json(),
            "rows": self.rows,
            "records": self.records,
            "rejects": self.rejects,
            "pending": self.pending,
            "rejects_by_reason": rejects,
            "notes": self.notes,
            "missing": self.missing,
            "exports": self.exports,
            "requests": {
                "sent": self.teacher.sent,
                "answered": self.teacher.answered,
                "from_store": self.teacher.from_store,
                "retried": self.teacher.retried,
                "throttled": self.teacher.throttled,
                "prompt_tokens": self.teacher.prompt_tokens,
                "completion_tokens": self.teacher.completion_tokens,
                "cost": self.teacher.cost,
                "first_after_seconds": self.teacher.first_request_seconds,
            },
            "steps": self.steps,
            "teacher_notes": self.teacher_notes,
            "changes": self.changes,
            "started": self.times.started,
            "ended": self.times.ended,
            "seconds": self.times.seconds,
        });
        if let (Value::Object(map), Ok(Value::Object(status))) =
            (&mut json, serde_json::to_value(&self.status))
        {
            let mut whole = Map::new();
            whole.extend(status);
            whole.append(map);
            *map = whole;
        }
        json
    }
}

/// Counted reasons by step, the most frequent first.
pub(super) fn by_step(reasons: &BTreeMap<(String, String), u64>) -> Vec<(&str, Vec<(&str, u64)>)> {
    let mut steps: Vec<(&str, Vec<(&str, u64)>)> = Vec::new();
    for ((step, reason), count) in reasons {
        match steps.last_mut().filter(|(last, _)| last == step) {
            Some((_, reasons)) => reasons.push((reason, *count)),
            None => steps.push((step, vec![(reason, *count)])),
        }
    }
    for (_, reasons) in &mut steps {
        reasons.sort_by_key(|(reason, count)| (u64::MAX - count, *reason));
    }
    steps
}

/// `usage.json`: what the answers that the run used took, in all, by teacher, by operator and by prompt.
pub(crate) fn usage_json(ledger: &Ledger) -> Value {
    let mut total = Tally::default();
    let mut by: [BTreeMap<String, Tally>; 3] = Default::default();
    for line in ledger.lines() {
        add(&mut total, &line.tally);
        for (table, name) in by.iter_mut().zip([&line.role, &line.step, &line.prompt]) {
            add(table.entry(name.to_string()).or_default(), &line.tally);
        }
    }
    let [teacher, operator, prompt] = by;
    json!({"total": total, "by_teacher": teacher, "by_operator": operator, "by_prompt": prompt})
}

fn add(sum: &mut Tally, tally: &Tally) {
    sum.answers += tally.answers;
    sum.prompt_tokens += tally.prompt_tokens;
    sum.completion_tokens += tally.completion_tokens;
    sum.estimated += tally.estimated;
    sum.cost += tally.cost;
}
