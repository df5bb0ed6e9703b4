//! One record's way through the steps.

use std::future::{Future, ready};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use futures::future::join_all;
use ragstill_core::{Record, Reject};
use ragstill_teacher::{Error, Scope};
use serde_json::{Map, Value};

use super::input::InputRow;
use super::summary::StepCount;
use crate::operator::{Branch, Context, Operator, Outcome, recorded};

/// The name under which rows are rejected that no step could use.
pub(crate) const INPUT: &str = "input";

/// The number of the file of calls.
pub(crate) const CALLS_FILE: usize = 0;

/// A step of a running pipeline.
pub(crate) struct Step {
    /// The step's name.
    pub name: Arc<str>,
    /// What it does.
    pub operator: Box<dyn Operator>,
    /// What it has at hand.
    pub context: Context,
    /// What became of the records it was given.
    pub counts: Counts,
}

impl Step {
    /// A record that the step drops because something is wrong with it, or, if it is a filter, because it is not wanted.
    fn dropped(&self, record: Record, reason: String) -> RowResult {
        let filtered = u64::from(self.operator.is_filter());
        RowResult { filtered, ..RowResult::reject(record, &self.name, reason) }
    }
}

/// What became of the records that a step was given.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub given: AtomicU64,
    pub kept: AtomicU64,
    pub rejected: AtomicU64,
}

impl Counts {
    /// Counts what became of one, or of those that were made of it. What a later run completes is neither kept nor
    /// rejected.
    fn note(&self, outcome: &ragstill_teacher::Result<Outcome>) {
        let (kept, rejected) = match outcome {
            Ok(Outcome::Keep(_)) => (1, 0),
            Ok(Outcome::FanOut(branches)) if !branches.is_empty() => {
                let kept = branches.iter().filter(|branch| matches!(branch, Branch::Keep(_))).count() as u64;
                (kept, branches.len() as u64 - kept)
            }
            Ok(_) => (0, 1),
            Err(error) if error.scope() == Scope::Request => (0, 1),
            Err(_) => (0, 0),
        };
        self.kept.fetch_add(kept, Ordering::Relaxed);
        self.rejected.fetch_add(rejected, Ordering::Relaxed);
    }

    /// The counts now, under the step's name.
    pub(crate) fn of(&self, name: &str) -> StepCount {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        StepCount {
            name: name.to_owned(),
            given: get(&self.given),
            kept: get(&self.kept),
            rejected: get(&self.rejected),
        }
    }
}

/// Row-wise steps that follow each other, and the fields that a row must not have blank.
pub(crate) struct Pipeline {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Text fields of the input that a row needs.
    pub needs: Vec<String>,
    /// Whether calls are recorded.
    pub calls: bool,
    /// What of a record is written when a step is done with it.
    pub snapshots: Vec<Snapshot>,
}

/// What of a record is written into a file of its own when a step is done with it.
pub(crate) struct Snapshot {
    /// The step.
    pub after: Arc<str>,
    /// The number of the file.
    pub file: usize,
    /// The fields that are written; all when there are none.
    pub fields: Vec<String>,
}

impl Snapshot {
    fn line(&self, record: &Record) -> String {
        let wanted = |name: &str| self.fields.is_empty() || self.fields.iter().any(|field| field == name);
        let fields = record.fields.iter().filter(|(name, _)| wanted(name));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        Record::new(record.id.clone(), fields).to_json_line()
    }
}

/// What became of a row: of the record and everything made from it, in order.
#[derive(Debug, Default)]
pub(crate) struct RowResult {
    /// Finished records.
    pub records: Vec<Record>,
    /// Dropped ones.
    pub rejects: Vec<Reject>,
    /// How many of the dropped ones were dropped because they are not wanted, not because something is wrong with them.
    pub filtered: u64,
    /// How many are neither, because the run stopped or an answer is missing.
    pub pending: u64,
    /// Lines for other files, by the number of the file: calls are for number 0.
    pub lines: Vec<(usize, String)>,
    /// Why the whole run must stop.
    pub fatal: Option<Error>,
}

impl RowResult {
    fn reject(record: Record, operator: &str, reason: String) -> Self {
        Self { rejects: vec![Reject { record, operator: operator.to_owned(), reason }], ..Self::default() }
    }

    /// A record that is not wanted.
    fn filter(record: Record, operator: &str, reason: String) -> Self {
        Self { filtered: 1, ..Self::reject(record, operator, reason) }
    }

    fn append(&mut self, mut other: Self) {
        self.records.append(&mut other.records);
        self.rejects.append(&mut other.rejects);
        self.filtered += other.filtered;
        self.pending += other.pending;
        self.lines.append(&mut other.lines);
        self.fatal = self.fatal.take().or(other.fatal);
    }
}

impl Pipeline {
    /// Takes a record of the input through every step.
    pub(crate) async fn process(&self, row: InputRow) -> RowResult {
        let InputRow { record, excluded } = row;
        if let Some(reject) = excluded {
            return RowResult { rejects: vec![reject], filtered: 1, ..RowResult::default() };
        }
        for field in &self.needs {
            if record.get(field).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
                let reason = format!("the field `{field}` is empty");
                return RowResult::filter(record, INPUT, reason);
            }
        }
        if !self.calls {
            return self.run_from(0, record).await;
        }
        let (mut result, calls) = recorded(self.run_from(0, record)).await;
        result.lines.extend(calls.into_iter().map(|line| (CALLS_FILE, line)));
        result
    }

    /// Boxed because records made from a record go through the same function.
    fn run_from(&self, first: usize, record: Record) -> Pin<Box<dyn Future<Output = RowResult> + Send + '_>> {
        Box::pin(async move {
            let mut record = record;
            let mut lines = Vec::new();
            for (index, step) in self.steps.iter().enumerate().skip(first) {
                step.counts.given.fetch_add(1, Ordering::Relaxed);
                let applying = step.operator.apply(&record, &step.context);
                let outcome = match AssertUnwindSafe(applying).catch_unwind().await {
                    Ok(outcome) => outcome,
                    Err(panic) => {
                        let what = panic
                            .downcast_ref::<String>()
                            .map(String::as_str)
                            .or_else(|| panic.downcast_ref::<&str>().copied())
                            .unwrap_or("no message");
                        let reason = format!("the operator panicked: {what}; please report this");
                        return RowResult { lines, ..RowResult::reject(record, &step.name, reason) };
                    }
                };
                step.counts.note(&outcome);
                let ended = match outcome {
                    Ok(Outcome::Keep(fields)) => {
                        add(&mut record, fields);
                        self.take_snapshots(&step.name, &record, &mut lines);
                        continue;
                    }
                    Ok(Outcome::FanOut(branches)) if branches.is_empty() => {
                        step.dropped(record, "the step made no record of it".to_owned())
                    }
                    Ok(Outcome::FanOut(branches)) => {
                        return self.fan_out(index, &record, branches, lines).await;
                    }
                    Ok(Outcome::Reject(reason)) => step.dropped(record, reason),
                    Ok(Outcome::Filter(reason)) => RowResult::filter(record, &step.name, reason),
                    Ok(Outcome::RejectWith(fields, reason)) => {
                        add(&mut record, fields);
                        step.dropped(record, reason)
                    }
                    Ok(Outcome::FilterWith(fields, reason)) => {
                        add(&mut record, fields);
                        RowResult::filter(record, &step.name, reason)
                    }
                    Err(error) => match error.scope() {
                        Scope::Request => step.dropped(record, error.context),
                        Scope::Pending => RowResult { pending: 1, ..RowResult::default() },
                        Scope::Run => RowResult { pending: 1, fatal: Some(error), ..RowResult::default() },
                    },
                };
                return RowResult { lines, ..ended };
            }
            RowResult { records: vec![record], lines, ..RowResult::default() }
        })
    }

    /// What becomes of the records that the step with this number made of one: they run on at once, and their results
    /// follow each other in the order of the branches.
    async fn fan_out(
        &self,
        index: usize,
        parent: &Record,
        branches: Vec<Branch>,
        mut lines: Vec<(usize, String)>,
    ) -> RowResult {
        let step = &self.steps[index];
        let mut running = Vec::with_capacity(branches.len());
        for (number, branch) in branches.into_iter().enumerate() {
            let made = |fields| {
                let mut made = Record::new(parent.id.child(number), parent.fields.clone());
                add(&mut made, fields);
                made
            };
            running.push(match branch {
                Branch::Keep(fields) => {
                    let made = made(fields);
                    self.take_snapshots(&step.name, &made, &mut lines);
                    self.run_from(index + 1, made)
                }
                Branch::Reject { fields, reason } => Box::pin(ready(step.dropped(made(fields), reason))),
                Branch::Filter { fields, reason } => {
                    Box::pin(ready(RowResult::filter(made(fields), &step.name, reason)))
                }
            });
        }
        let mut result = RowResult { lines, ..RowResult::default() };
        for made in join_all(running).await {
            result.append(made);
        }
        result
    }

    fn take_snapshots(&self, step: &Arc<str>, record: &Record, lines: &mut Vec<(usize, String)>) {
        let wanted = self.snapshots.iter().filter(|snapshot| snapshot.after == *step);
        lines.extend(wanted.map(|snapshot| (snapshot.file, snapshot.line(record))));
    }
}

fn add(record: &mut Record, fields: Map<String, Value>) {
    for (name, value) in fields {
        debug_assert!(!record.fields.contains_key(&name), "a step may only add fields, `{name}` is there");
        record.fields.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use ragstill_core::{Record, RecordId};
    use serde_json::{Map, Value, json};

    use super::{Counts, Pipeline, RowResult, Snapshot, Step};
    use crate::operator::{Branch, Context, Fields, Notes, Operator, Outcome, Teachers};
    use crate::run::input::InputRow;

    /// Makes of `parts` what they say: a number goes on, `bad` is rejected, anything else is filtered.
    struct Split;

    #[async_trait]
    impl Operator for Split {
        fn fields(&self) -> Fields {
            Fields::default()
        }

        async fn apply(&self, record: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
            let parts = record.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
            let branch = |part: Value| {
                let fields = Map::from_iter([("part".to_owned(), part.clone())]);
                match part.as_str() {
                    None => Branch::Keep(fields),
                    Some("bad") => Branch::Reject { fields, reason: "bad".to_owned() },
                    Some(_) => Branch::Filter { fields, reason: "not wanted".to_owned() },
                }
            };
            Ok(Outcome::FanOut(parts.into_iter().map(branch).collect()))
        }
    }

    /// Filters what is more than 2.
    struct Small;

    #[async_trait]
    impl Operator for Small {
        fn fields(&self) -> Fields {
            Fields::default()
        }

        async fn apply(&self, record: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
            let is_small = record.get("part").and_then(Value::as_u64).is_some_and(|part| part <= 2);
            Ok(if is_small { Outcome::Keep(Map::new()) } else { Outcome::Filter("too much".to_owned()) })
        }
    }

    /// Drops everything, with a field that says more.
    struct Drop(bool);

    #[async_trait]
    impl Operator for Drop {
        fn fields(&self) -> Fields {
            Fields::default()
        }

        async fn apply(&self, _: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
            let fields = Map::from_iter([("why".to_owned(), json!("more"))]);
            let reason = "less".to_owned();
            Ok(if self.0 { Outcome::FilterWith(fields, reason) } else { Outcome::RejectWith(fields, reason) })
        }
    }

    #[tokio::test]
    async fn what_is_dropped_may_say_more() {
        for filters in [false, true] {
            let steps = vec![step("drop", Drop(filters))];
            let pipeline = Pipeline { steps, needs: Vec::new(), calls: false, snapshots: Vec::new() };
            let record = Record::new(RecordId::given("r"), Map::new());
            let result = pipeline.process(InputRow { record, excluded: None }).await;
            let reject = &result.rejects[0];
            assert_eq!((&*reject.reason, &reject.record.fields["why"]), ("less", &json!("more")));
            assert_eq!((reject.record.id.as_str(), result.filtered), ("r", u64::from(filters)));
            assert_eq!(pipeline.steps[0].counts.of("drop").rejected, 1);
        }
    }

    fn step(name: &str, operator: impl Operator + 'static) -> Step {
        let context = Context::new(name, 0, Arc::new(Teachers::default()), Arc::new(Notes::default()));
        Step { name: name.into(), operator: Box::new(operator), context, counts: Counts::default() }
    }

    async fn process(parts: Value) -> (RowResult, Vec<(u64, u64, u64)>) {
        let snapshot = Snapshot { after: "split".into(), file: 1, fields: vec!["part".to_owned()] };
        let pipeline = Pipeline {
            steps: vec![step("split", Split), step("small", Small)],
            needs: Vec::new(),
            calls: false,
            snapshots: vec![snapshot],
        };
        let fields = Map::from_iter([("parts".to_owned(), parts)]);
        let record = Record::new(RecordId::given("r"), fields);
        let result = pipeline.process(InputRow { record, excluded: None }).await;
        let counts = pipeline.steps.iter().map(|step| {
            let count = step.counts.of(&step.name);
            (count.given, count.kept, count.rejected)
        });
        (result, counts.collect())
    }

    #[tokio::test]
    async fn branches_keep_their_places_and_their_fields_whatever_becomes_of_them() {
        let (result, counts) = process(json!([1, "bad", 3, "easy", 2])).await;
        let ids: Vec<&str> = result.records.iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, ["r/0", "r/4"]);
        let rejects: Vec<_> = result
            .rejects
            .iter()
            .map(|reject| {
                (reject.record.id.as_str(), &*reject.operator, &*reject.reason, &reject.record.fields["part"])
            })
            .collect();
        assert_eq!(
            rejects,
            [
                ("r/1", "split", "bad", &json!("bad")),
                ("r/2", "small", "too much", &json!(3)),
                ("r/3", "split", "not wanted", &json!("easy")),
            ]
        );
        assert_eq!((result.filtered, counts), (2, vec![(1, 3, 2), (3, 2, 1)]));
        let lines: Vec<&str> = result.lines.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(
            lines,
            [
                r#"{"record_id":"r/0","part":1}"#,
                r#"{"record_id":"r/2","part":3}"#,
                r#"{"record_id":"r/4","part":2}"#
            ],
            "a snapshot of each that went on"
        );
    }

    #[tokio::test]
    async fn a_fan_out_without_branches_is_a_reject() {
        let (result, counts) = process(json!([])).await;
        assert_eq!((result.records.len(), result.rejects.len(), result.filtered), (0, 1, 0));
        assert_eq!(result.rejects[0].reason, "the step made no record of it");
        assert_eq!(counts, [(1, 0, 1), (0, 0, 0)]);
    }
}
