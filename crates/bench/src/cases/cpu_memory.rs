//! What the client takes of the machine, answer store and parsing included.

use anyhow::{Context, Result};

use super::one_step::wide_run;
use crate::check::{Check, Target, Unit};
use crate::lab::Lab;

/// The case's name.
pub const NAME: &str = "cpu-memory";

/// CPU time, memory and start of the first case's run.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let seen = wide_run(lab)?;
    let size = (seen.stats.answered, seen.wall);
    let first = seen.usage.first_request_ms.context("the server saw no request")?;
    let number = |what, measured, most| Check::number(NAME, what, size, measured, Target::AtMost(most));
    let cpu = seen.usage.cpu_per_thousand(seen.stats.answered);
    Ok(vec![
        number("CPU per 1,000 requests", (cpu, Unit::CpuSecondsPerThousand), 0.15),
        number("peak memory", (seen.usage.peak_megabytes(), Unit::Megabytes), 64.0),
        number("first request", (first, Unit::Milliseconds), 100.0),
    ])
}
