//! A gather at work on its own.

use std::sync::Arc;

use ragstill_core::{Record, RecordId};
use ragstill_engine::{Context, Gathered, Notes, Result, Teachers, Work};
use ragstill_operators::registry;
use ragstill_teacher::Prompts;
use serde_json::Value;

/// What the gather of this name makes of records with these fields, called `r0`, `r1` and so on, in a run with this seed.
pub fn gathered(name: &str, options: &Value, seed: u64, rows: &[Value]) -> Vec<Gathered> {
    let ids: Vec<String> = (0..rows.len()).map(|at| format!("r{at}")).collect();
    let named: Vec<(&str, Value)> = ids.iter().map(String::as_str).zip(rows.iter().cloned()).collect();
    gathered_as(name, options, seed, &named)
}

/// The same with ids.
pub fn gathered_as(name: &str, options: &Value, seed: u64, rows: &[(&str, Value)]) -> Vec<Gathered> {
    let options = options.as_object().cloned().unwrap();
    let built = registry().get(name).unwrap().build(options, &Prompts::built_in()).unwrap();
    let Work::All(gather) = built else { panic!("{name} works on one record at a time") };
    let context = Context::new("step", seed, Arc::new(Teachers::default()), Arc::new(Notes::default()));
    let record = |(id, fields): &(&str, Value)| -> Result<Record> {
        Ok(Record::new(RecordId::given(*id), fields.as_object().cloned().unwrap()))
    };
    let mut given = Vec::new();
    gather
        .gather(&mut rows.iter().map(record), &context, &mut |gathered| {
            given.push(gathered);
            Ok(())
        })
        .unwrap();
    given
}

/// The records that go on.
pub fn records(given: &[Gathered]) -> Vec<&Record> {
    given
        .iter()
        .filter_map(|gathered| match gathered {
            Gathered::Record(record) => Some(record),
            Gathered::Reject(_) => None,
        })
        .collect()
}

/// The ids and reasons of those that are dropped.
pub fn rejects(given: &[Gathered]) -> Vec<(&str, &str)> {
    given
        .iter()
        .filter_map(|gathered| match gathered {
            Gathered::Reject(reject) => Some((reject.record.id.as_str(), reject.reason.as_str())),
            Gathered::Record(_) => None,
        })
        .collect()
}
