//! Question tasks: documents whose requests fan out. Nothing may wait for what it does not need, and nothing may be asked
//! that the method does not need.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use ragstill_testkit::{Fan, ideal, simulate_fans, simulate_fifo};
use serde_json::{Map, Value};

use crate::check::{Check, Target, Unit};
use crate::input::AGENTIC;
use crate::lab::{Job, Lab, Seen};
use crate::logged;

/// The case's name.
pub const NAME: &str = "agentic";

const DOCUMENTS: usize = 2000;
const CONCURRENCY: usize = 500;

/// 2,000 documents, a long tail, 500 in flight.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let job = Job {
        recipe: AGENTIC,
        documents: DOCUMENTS,
        requests: 0,
        concurrency: CONCURRENCY,
        teacher: vec!["--latency", "longtail:300ms,3s"],
    };
    let seen = lab.observe(&job)?;
    let needed = needed(&seen.out)?;
    let fans = fans(lab, &seen)?;
    let asked: usize =
        fans.iter().map(|fan| fan.first.len() + fan.chains.iter().map(Vec::len).sum::<usize>()).sum();
    if asked as u64 != seen.stats.answered {
        bail!("{asked} calls are logged, and {} were answered", seen.stats.answered);
    }
    let bound = simulate_fans(&fans, CONCURRENCY).as_secs_f64();
    let latencies = seen.latencies();
    let note = format!(
        "ideal is {:.3} s; first in, first out without any order among a document's calls {:.3} s",
        ideal(&latencies, CONCURRENCY).as_secs_f64(),
        simulate_fifo(&latencies, CONCURRENCY).as_secs_f64(),
    );
    let run = (seen.stats.answered, seen.wall);
    #[expect(clippy::cast_precision_loss, reason = "numbers of requests")]
    let beyond = seen.stats.answered as f64 - needed as f64;
    Ok(vec![
        Check::ratio(NAME, "FIFO, 500 in flight", run, bound, 0.95).usage(seen.usage).note(note),
        Check::number(
            NAME,
            "calls beyond those needed",
            run,
            (beyond.max(0.0), Unit::Count),
            Target::AtMost(0.0),
        ),
    ])
}

/// How many calls the method needs for what a run made of its documents: the stages that each task has reached, and a judge
/// for each answer that is neither missing nor the accepted one.
fn needed(out: &Path) -> Result<u64> {
    let mut documents = BTreeSet::new();
    let mut calls = 0;
    for (file, id, fields) in [("records.jsonl", "record_id", None), ("rejects.jsonl", "id", Some("record"))]
    {
        for line in BufReader::new(File::open(out.join(file))?).lines() {
            let row: Map<String, Value> = serde_json::from_str(&line?)?;
            let id = row.get(id).and_then(Value::as_str).context("a row without an id")?;
            let fields = match fields {
                Some(field) => {
                    row.get(field).and_then(Value::as_object).context("a reject without its record")?
                }
                None => &row,
            };
            let (document, is_task) =
                id.split_once('/').map_or((id, false), |(document, _)| (document, true));
            documents.insert(document.to_owned());
            calls += if is_task { calls_of_a_task(fields) } else { 0 };
        }
    }
    Ok(calls + 2 * documents.len() as u64)
}

fn calls_of_a_task(fields: &Map<String, Value>) -> u64 {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let score = |name: &str| fields.get(name).and_then(Value::as_u64);
    // The question, if there is one its answer cut down, and if that is there the answer without the document.
    let mut calls = 1 + u64::from(text("question").is_some()) + u64::from(text("refined_answer").is_some());
    let accepted = text("refined_answer").unwrap_or_default();
    let judged = |answer: &str| u64::from(answer != "I don't know" && !answer.eq_ignore_ascii_case(accepted));
    if let (Some(answer), Some(score)) = (text("llm_answer"), score("llm_score")) {
        calls += judged(answer) + u64::from(score < 1);
    }
    if let (Some(answer), Some(score)) = (text("golden_doc_answer"), score("golden_doc_score")) {
        calls += judged(answer) + u64::from(score >= 1);
    }
    calls
}

/// The latencies of the calls of each document, in the order of the input.
fn fans(lab: &Lab<'_>, seen: &Seen) -> Result<Vec<Fan>> {
    let mut fans: Vec<Fan> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (id, latency) in logged::calls(lab, seen, AGENTIC, &lab.documents(DOCUMENTS)?)? {
        let document = id.split('/').next().unwrap_or(&id);
        let place = *places.entry(document.to_owned()).or_insert_with(|| {
            fans.push(Fan::default());
            fans.len() - 1
        });
        let fan = &mut fans[place];
        match id.split_once('/').map(|(_, number)| number.parse::<usize>()).transpose()? {
            None => fan.first.push(latency),
            Some(number) => {
                fan.chains.resize_with(fan.chains.len().max(number + 1), Vec::new);
                fan.chains[number].push(latency);
            }
        }
    }
    Ok(fans)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::calls_of_a_task;

    #[test]
    fn a_task_needs_the_stages_that_it_has_reached() {
        let calls = |fields: Value| calls_of_a_task(fields.as_object().unwrap());
        let mut fields = json!({"identifier": "x"});
        let mut with = |more: Value| {
            fields.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            fields.clone()
        };
        assert_eq!(calls(with(json!({}))), 1);
        assert_eq!(calls(with(json!({"question": "q", "answer": "a"}))), 2);
        assert_eq!(calls(with(json!({"refined_answer": "a"}))), 3);
        assert_eq!(calls(with(json!({"llm_answer": "b", "llm_score": 1}))), 4);
        assert_eq!(calls(with(json!({"llm_answer": "b", "llm_score": 0}))), 5);
        assert_eq!(calls(with(json!({"llm_answer": "I don't know"}))), 4);
        assert_eq!(calls(with(json!({"golden_doc_answer": "c", "golden_doc_score": 0}))), 5);
        assert_eq!(calls(with(json!({"golden_doc_score": 1}))), 6);
        assert_eq!(calls(with(json!({"golden_doc_answer": "A", "golden_doc_score": 2}))), 5);
    }
}
