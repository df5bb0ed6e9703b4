//! A server that fails now and then: everything is answered in the end, and not much later.

use anyhow::Result;
use ragstill_testkit::ideal;

use crate::check::{Check, Target, Unit};
use crate::input::ONE_STEP;
use crate::lab::{Job, Lab};

/// The case's name.
pub const NAME: &str = "faults";

/// Requests in flight.
const CONCURRENCY: usize = 100;

/// 2,000 prompts with a long tail; 5 % of the requests get 429, 2 % 500, 1 % a closed connection.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let seen = lab.run(&Job {
        recipe: ONE_STEP,
        documents: 2000,
        requests: 2000,
        concurrency: CONCURRENCY,
        teacher: vec!["--latency", "longtail:300ms,3s", "--fault", "429=0.05,500=0.02,drop=0.01"],
    })?;
    let latencies = seen.latencies();
    let longest = latencies.iter().max().copied().unwrap_or_default();
    let bound = ideal(&latencies, CONCURRENCY).as_secs_f64() * 1.25 + longest.as_secs_f64();
    let size = (seen.stats.answered, seen.wall);
    let struck: Vec<String> =
        seen.stats.faults.iter().map(|(name, count)| format!("{count} × {name}")).collect();
    #[expect(clippy::cast_precision_loss, reason = "a number of records")]
    let answered = seen.report.records as f64;
    Ok(vec![
        Check::ratio(NAME, "1.25 × ideal + longest", size, bound, 1.0).usage(seen.usage).note(format!(
            "{} requests were sent; of them {}",
            seen.stats.requests,
            struck.join(", ")
        )),
        Check::number(NAME, "records", size, (answered, Unit::Count), Target::AtLeast(2000.0)),
    ])
}
