//! A process that runs one program and reports what it took.
//!
//! The system tells the peak memory of ended children only as the greatest of them all, so each measured program has
//! a parent of its own. That parent is small, because a program starts with its parent's peak.

use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

/// What one program took from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// When it was started, in milliseconds of Unix time.
    pub started_unix_ms: f64,
    /// Seconds until it had ended.
    pub wall: f64,
    /// Seconds of CPU time, its own and the system's for it.
    pub cpu: f64,
    /// The most bytes of memory it had.
    pub peak: u64,
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
}

/// Runs the program and prints what it took as JSON on standard output; the program's own goes nowhere.
///
/// # Errors
/// When the program cannot be started.
pub fn measure(command: &[String]) -> Result<()> {
    let [program, arguments @ ..] = command else { anyhow::bail!("no program to measure") };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let started_unix_ms = unix_ms(SystemTime::now());
    let start = Instant::now();
    let status = command.status().with_context(|| program.clone())?;
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let took = Took {
        started_unix_ms,
        wall,
        cpu: cpu_seconds(&usage),
        peak: peak_bytes(&usage),
        code: status.code(),
    };
    println!("{}", serde_json::to_string(&took)?);
    Ok(())
}

/// Milliseconds of Unix time.
pub fn unix_ms(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// Seconds of CPU time, the process's and the system's.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
pub fn cpu_seconds(usage: &Usage) -> f64 {
    (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
}

/// The peak of resident memory in bytes.
pub fn peak_bytes(usage: &Usage) -> u64 {
    // Linux counts in kibibytes, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    u64::try_from(usage.max_rss()).unwrap_or(0) * unit
}

#[cfg(test)]
mod tests {
    use nix::sys::resource::{UsageWho, getrusage};

    use super::{cpu_seconds, peak_bytes};

    #[test]
    fn a_process_that_works_has_used_time_and_memory() {
        let before = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        let mut block = vec![0_u8; 64 << 20];
        let mut sum = 0_u64;
        for (at, byte) in block.iter_mut().enumerate() {
            *byte = u8::try_from(at % 251).unwrap();
            sum += u64::from(*byte);
        }
        assert!(sum > 0);
        let after = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        assert!(cpu_seconds(&after) >= cpu_seconds(&before));
        assert!((64 << 20..8 << 30).contains(&peak_bytes(&after)), "{}", peak_bytes(&after));
    }
}
