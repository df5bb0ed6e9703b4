//! What a case found: a measured number and the target it is held against.

use serde::Serialize;

/// A target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "bound", content = "value")]
pub enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Only measured.
    None,
}

impl Target {
    /// Whether a number reaches it.
    pub fn is_met(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
            Self::None => true,
        }
    }

    /// Orders numbers from worst to best.
    fn worse_first(self, a: f64, b: f64) -> std::cmp::Ordering {
        match self {
            Self::AtLeast(_) => a.total_cmp(&b),
            Self::AtMost(_) | Self::None => b.total_cmp(&a),
        }
    }
}

/// What a measured number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A yardstick's time over the measured time: 1 is as good as the yardstick.
    Ratio,
    /// Seconds of CPU time for 1,000 requests.
    CpuSecondsPerThousand,
    /// Millions of bytes.
    Megabytes,
    /// Milliseconds.
    Milliseconds,
    /// A number of things.
    Count,
    /// Seconds.
    Seconds,
    /// A part of a whole, 0 to 1.
    Share,
    /// A mean.
    Mean,
}

/// What a run took beside time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usage {
    /// Seconds of the client's CPU time.
    pub cpu: f64,
    /// The client's peak memory in bytes.
    pub peak: u64,
    /// Milliseconds from the client's start to the first request's arrival at the server.
    pub first_request_ms: Option<f64>,
    /// The share of the machine, 0 to 1, that neither client nor server used but others did.
    pub others: Option<f64>,
}

impl Usage {
    /// Seconds of CPU time for 1,000 of `requests`.
    pub fn cpu_per_thousand(&self, requests: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
        let thousands = requests as f64 / 1000.0;
        self.cpu / thousands
    }

    /// The peak in millions of bytes.
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory")]
    pub fn peak_megabytes(&self) -> f64 {
        self.peak as f64 / 1e6
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The case's name.
    pub case: &'static str,
    /// What is measured, or what the wall time is compared with.
    pub what: &'static str,
    /// Requests that were to be answered, or rows where nothing is asked.
    pub requests: u64,
    /// Seconds that the run took, start and end of the process included.
    pub wall: f64,
    /// Seconds that the wall time is compared with.
    pub yardstick: Option<f64>,
    /// The number.
    pub measured: f64,
    /// What it counts.
    pub unit: Unit,
    /// What it must reach.
    pub target: Target,
    /// What the run took beside time, when this line is about the whole run.
    pub usage: Option<Usage>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Check {
    /// The time of a yardstick of this name over the wall time, which must be at least `target`.
    pub fn ratio(
        case: &'static str,
        yardstick: &'static str,
        (requests, wall): (u64, f64),
        seconds: f64,
        target: f64,
    ) -> Self {
        Self {
            case,
            what: yardstick,
            requests,
            wall,
            yardstick: Some(seconds),
            measured: seconds / wall,
            unit: Unit::Ratio,
            target: Target::AtLeast(target),
            usage: None,
            notes: Vec::new(),
        }
    }

    /// Another number of a run, and its target.
    pub fn number(
        case: &'static str,
        what: &'static str,
        (requests, wall): (u64, f64),
        (measured, unit): (f64, Unit),
        target: Target,
    ) -> Self {
        let (yardstick, usage, notes) = (None, None, Vec::new());
        Self { case, what, requests, wall, yardstick, measured, unit, target, usage, notes }
    }

    /// With what the run took.
    pub fn usage(self, usage: Usage) -> Self {
        Self { usage: Some(usage), ..self }
    }

    /// With something worth knowing.
    pub fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}

/// A check over all rounds: the one in the middle, and how far the rounds lay apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The round with the median; of two in the middle the worse.
    #[serde(flatten)]
    pub median: Check,
    /// The worst number of all rounds.
    pub worst: f64,
    /// The best.
    pub best: f64,
}

impl Summary {
    /// Whether the median reaches the target.
    pub fn passes(&self) -> bool {
        self.median.target.is_met(self.median.measured)
    }
}

/// Brings the rounds of each check together, in the order of the first round.
pub fn medians(checks: Vec<Check>) -> Vec<Summary> {
    let mut groups: Vec<Vec<Check>> = Vec::new();
    for check in checks {
        match groups.iter_mut().find(|group| group[0].case == check.case && group[0].what == check.what) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups
        .into_iter()
        .map(|mut group| {
            let target = group[0].target;
            group.sort_by(|a, b| target.worse_first(a.measured, b.measured));
            let (worst, best) = (group[0].measured, group[group.len() - 1].measured);
            let median = group.swap_remove((group.len() - 1) / 2);
            Summary { median, worst, best }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Check, Target, Unit, Usage, medians};

    fn ratio(wall: f64) -> Check {
        Check::ratio("a", "ideal", (10, wall), 1.9, 0.95)
    }

    #[test]
    fn a_ratio_is_the_yardstick_over_the_wall_time() {
        assert!((ratio(2.0).measured - 0.95).abs() < 1e-12);
        assert!((ratio(1.0).measured - 1.9).abs() < 1e-12);
    }

    #[test]
    fn targets_hold_at_their_very_value() {
        assert!(Target::AtLeast(0.95).is_met(0.95) && !Target::AtLeast(0.95).is_met(0.9499));
        assert!(Target::AtMost(0.0).is_met(0.0) && !Target::AtMost(0.0).is_met(1.0));
        assert!(Target::None.is_met(f64::NAN));
        assert!(!Target::AtLeast(0.5).is_met(f64::NAN) && !Target::AtMost(0.5).is_met(f64::NAN));
    }

    #[test]
    fn usage_is_told_by_the_thousand_and_in_megabytes() {
        let usage = Usage { cpu: 0.6, peak: 64_000_000, first_request_ms: None, others: None };
        assert!((usage.cpu_per_thousand(4000) - 0.15).abs() < 1e-12);
        assert!((usage.peak_megabytes() - 64.0).abs() < 1e-12);
    }

    #[test]
    fn the_median_round_decides_and_of_two_the_worse() {
        let memory = |megabytes| {
            Check::number("a", "memory", (10, 1.0), (megabytes, Unit::Megabytes), Target::AtMost(64.0))
        };
        let rounds = vec![ratio(2.5), memory(60.0), ratio(1.9), memory(70.0), ratio(2.0), memory(50.0)];
        let summaries = medians(rounds);
        assert_eq!(summaries.len(), 2);
        assert!((summaries[0].median.wall - 2.0).abs() < 1e-12 && summaries[0].passes());
        assert!((summaries[0].worst - 0.76).abs() < 1e-12 && (summaries[0].best - 1.0).abs() < 1e-12);
        assert_eq!((summaries[1].median.measured, summaries[1].worst, summaries[1].best), (60.0, 70.0, 50.0));
        let two = medians(vec![memory(60.0), memory(70.0)]);
        assert_eq!((two[0].median.measured, two[0].passes()), (70.0, false));
        let two = medians(vec![ratio(1.9), ratio(3.8)]);
        assert_eq!(two[0].median.wall, 3.8);
    }
}
