//! How busy the machine is with other things: what a measurement on a shared machine must say.

use std::fmt;

/// Clock ticks a second in `/proc`: 100 on every Linux that is built with the usual settings.
const TICKS: f64 = 100.0;

/// The machine that is measured on.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Processors that this process may use.
    pub cpus: usize,
    /// Processes that want a processor, over the last minute, where the system tells.
    pub load: Option<f64>,
}

impl Machine {
    /// The machine now.
    pub fn now() -> Self {
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            load: load.and_then(|text| text.split_whitespace().next()?.parse().ok()),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} CPUs", self.cpus)?;
        match self.load {
            Some(load) => write!(f, ", load before the start {load:.2}"),
            None => Ok(()),
        }
    }
}

/// Seconds of CPU time that the whole machine has spent, what its host took away included.
pub fn machine_cpu() -> Option<f64> {
    parse_machine(&std::fs::read_to_string("/proc/stat").ok()?)
}

fn parse_machine(stat: &str) -> Option<f64> {
    let ticks: Vec<f64> = stat
        .lines()
        .next()?
        .strip_prefix("cpu ")?
        .split_whitespace()
        .map(|field| field.parse().ok())
        .collect::<Option<_>>()?;
    // user nice system idle iowait irq softirq steal; guest time is counted under user already.
    let [user, nice, system, _idle, _iowait, irq, softirq, steal] = *ticks.first_chunk::<8>()?;
    Some((user + nice + system + irq + softirq + steal) / TICKS)
}

/// Seconds of CPU time that a running process has spent.
pub fn process_cpu(pid: u32) -> Option<f64> {
    parse_process(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_process(stat: &str) -> Option<f64> {
    // The second field is the program's name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// The share of the machine, 0 to 1, that was spent on others than the measured client and server.
pub fn others(machine_cpu: f64, client_cpu: f64, server_cpu: f64, wall: f64, cpus: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a number of processors")]
    let capacity = wall * cpus as f64;
    ((machine_cpu - client_cpu - server_cpu) / capacity).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{others, parse_machine, parse_process};

    #[test]
    fn the_kernels_lines_are_read() {
        let stat = "cpu  1000 100 300 99999 88888 10 20 70 500 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(parse_machine(stat), Some(15.0));
        assert_eq!(parse_machine("cpu0 1 2"), None);
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 100 0 0";
        assert_eq!(parse_process(stat), Some(3.0));
        assert_eq!(parse_process("42 (x) S"), None);
    }

    #[test]
    fn what_others_take_is_what_is_left() {
        assert!((others(10.0, 2.0, 1.0, 5.0, 2) - 0.7).abs() < 1e-12);
        // Ticks are coarse: the difference may come out below nothing.
        assert_eq!(others(1.0, 0.9, 0.2, 5.0, 2), 0.0);
    }
}
