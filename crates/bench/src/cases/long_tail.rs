//! One step with a long tail of latencies: against any client that starts requests in order.

use anyhow::Result;
use ragstill_testkit::simulate_fifo;

use crate::check::Check;
use crate::input::ONE_STEP;
use crate::lab::{Job, Lab};

/// The case's name.
pub const NAME: &str = "long-tail";

/// 3,000 prompts, median 0.3 s, p99 3 s, with 100 and with 500 in flight.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    [("FIFO, 100 in flight", 100), ("FIFO, 500 in flight", 500)]
        .into_iter()
        .map(|(what, concurrency)| {
            let seen = lab.run(&Job {
                recipe: ONE_STEP,
                documents: 3000,
                requests: 3000,
                concurrency,
                teacher: vec!["--latency", "longtail:300ms,3s"],
            })?;
            // The same latencies in the same order.
            let bound = simulate_fifo(&seen.latencies(), concurrency).as_secs_f64();
            Ok(Check::ratio(NAME, what, (seen.stats.answered, seen.wall), bound, 0.99).usage(seen.usage))
        })
        .collect()
}
