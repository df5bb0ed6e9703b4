//! One step at a fixed latency: does the client keep every permit busy?

use anyhow::Result;
use ragstill_testkit::ideal;

use crate::check::Check;
use crate::input::ONE_STEP;
use crate::lab::{Job, Lab, Seen};

/// The case with many requests in flight.
pub const WIDE: &str = "one-step-500";
/// The case with few.
pub const NARROW: &str = "one-step-50";

/// 5,000 prompts, 200 ms, 500 in flight.
pub fn wide(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let seen = lab.run(&job(500))?;
    lab.one_step_500 = Some(seen.clone());
    Ok(vec![check(WIDE, &seen, 500, 0.95)])
}

/// The run of the first case, made now if it was not made yet.
pub fn wide_run(lab: &mut Lab<'_>) -> Result<Seen> {
    if lab.one_step_500.is_none() {
        lab.one_step_500 = Some(lab.run(&job(500))?);
    }
    lab.one_step_500.clone().ok_or_else(|| anyhow::anyhow!("the run is gone"))
}

/// 5,000 prompts, 200 ms, 50 in flight.
pub fn narrow(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let seen = lab.run(&job(50))?;
    Ok(vec![check(NARROW, &seen, 50, 0.99)])
}

fn job(concurrency: usize) -> Job {
    Job {
        recipe: ONE_STEP,
        documents: 5000,
        requests: 5000,
        concurrency,
        teacher: vec!["--latency", "fixed:200ms"],
    }
}

fn check(case: &'static str, seen: &Seen, concurrency: usize, target: f64) -> Check {
    let best = ideal(&seen.latencies(), concurrency).as_secs_f64();
    Check::ratio(case, "ideal", (seen.stats.answered, seen.wall), best, target).usage(seen.usage)
}
