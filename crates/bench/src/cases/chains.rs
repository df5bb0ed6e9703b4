//! Chains of searches: many requests that follow each other, many questions at once. Nothing may keep a chain waiting.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ragstill_testkit::{ideal, simulate_rows};
use serde_json::json;

use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::logged;

/// The case's name.
pub const NAME: &str = "chains";

const QUESTIONS: usize = 1000;
const PASSAGES: usize = 2000;
const CONCURRENCY: usize = 200;

/// 1,000 questions, three searches each, a long tail, 200 in flight.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let corpus = lab.documents(PASSAGES)?;
    let yaml = recipe(&corpus);
    let input = lab.fresh("questions.jsonl");
    write_questions(&input)?;
    let seen = lab.observe_over(&yaml, input.clone(), CONCURRENCY, &["--latency", "longtail:300ms,3s"])?;
    if seen.report.records + seen.report.rejects != QUESTIONS as u64 {
        bail!("{} records and {} rejects", seen.report.records, seen.report.rejects);
    }
    let mut chains: Vec<Vec<Duration>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (id, latency) in logged::calls(lab, &seen, &yaml, &input)? {
        let next = chains.len();
        let place = *places.entry(id).or_insert(next);
        if place == next {
            chains.push(Vec::new());
        }
        chains[place].push(latency);
    }
    let asked: usize = chains.iter().map(Vec::len).sum();
    if asked as u64 != seen.stats.answered {
        bail!("{asked} calls are logged, and {} were answered", seen.stats.answered);
    }
    let bound = simulate_rows(&chains, CONCURRENCY).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "numbers of calls")]
    let mean = asked as f64 / chains.len().max(1) as f64;
    let note = format!(
        "ideal is {:.3} s; {mean:.1} calls a chain, the longest {}; {} of {QUESTIONS} chains are valid",
        ideal(&seen.latencies(), CONCURRENCY).as_secs_f64(),
        chains.iter().map(Vec::len).max().unwrap_or_default(),
        seen.report.records,
    );
    let run = (seen.stats.answered, seen.wall);
    #[expect(clippy::cast_precision_loss, reason = "numbers of requests")]
    let per_thousand = seen.usage.cpu * 1000.0 / seen.stats.answered.max(1) as f64;
    Ok(vec![
        Check::ratio(NAME, "a perfect streaming client, 200 in flight", run, bound, 0.95)
            .usage(seen.usage)
            .note(note),
        Check::number(
            NAME,
            "CPU for 1,000 requests",
            run,
            (per_thousand, Unit::CpuSecondsPerThousand),
            Target::None,
        ),
    ])
}

/// Chains over this corpus.
fn recipe(corpus: &Path) -> String {
    let path = json!(corpus);
    format!(
        "recipe: chains\ninput: {{fields: [question]}}\nsteps:\n  - operator: ReasoningChain\n    options: {{corpus: {path}}}\n"
    )
}

/// Questions whose answers are their last two words, as the fake teacher finishes.
fn write_questions(path: &Path) -> Result<()> {
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    for number in 1..=QUESTIONS {
        let row = json!({"question": format!("What is known of item {number}?"), "answer": format!("item {number}")});
        writeln!(file, "{row}")?;
    }
    file.flush().with_context(|| path.display().to_string())
}
