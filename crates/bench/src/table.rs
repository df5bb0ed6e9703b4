//! The results, for people and for programs.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;

use crate::cases::Case;
use crate::check::{Summary, Target, Unit};
use crate::load::Machine;

/// The cases and what they are about.
pub fn list(cases: &[Case]) -> String {
    let width = cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
    cases.iter().map(|case| format!("{:width$}  {}\n", case.name, case.about)).collect()
}

/// The results as one JSON object.
///
/// # Errors
/// When a number cannot be written.
pub fn json(summaries: &[Summary], machine: &Machine, rounds: u32) -> Result<String> {
    let checks = summaries
        .iter()
        .map(|summary| {
            let mut check = serde_json::to_value(summary)?;
            check["passes"] = json!(summary.passes());
            Ok(check)
        })
        .collect::<Result<Vec<_>>>()?;
    let whole =
        json!({ "cpus": machine.cpus, "load_before": machine.load, "rounds": rounds, "checks": checks });
    Ok(serde_json::to_string_pretty(&whole)?)
}

const HEAD: [&str; 11] = [
    "case",
    "requests",
    "wall s",
    "what",
    "s",
    "measured",
    "target",
    "",
    "CPU s/1000",
    "peak MB",
    "first ms",
];

/// The results as one table, its notes below. With several rounds each number is the median's, with worst and best.
pub fn table(summaries: &[Summary], rounds: u32) -> String {
    let mut rows: Vec<Vec<String>> = vec![HEAD.map(str::to_owned).to_vec()];
    rows[0].push("others".to_owned());
    rows.extend(summaries.iter().map(|summary| row(summary, rounds)));
    let columns = rows[0].len();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Names to the left, numbers to the right.
            let cell = match column {
                0 | 3 | 7 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            };
            line.push_str(&cell);
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for summary in summaries {
        for note in &summary.median.notes {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {}: {note}", summary.median.case);
        }
    }
    out.push_str(
        "CPU, peak and first are the client's; others: the share of the machine that other programs used.\n",
    );
    out
}

fn row(summary: &Summary, rounds: u32) -> Vec<String> {
    let check = &summary.median;
    let dash = || "-".to_owned();
    let mut measured = number(check.measured, check.unit);
    if rounds > 1 {
        let _ = write!(
            measured,
            " ({}..{})",
            number(summary.worst, check.unit),
            number(summary.best, check.unit)
        );
    }
    let usage = |cell: &dyn Fn(&crate::check::Usage) -> Option<String>| {
        check.usage.as_ref().and_then(cell).unwrap_or_else(dash)
    };
    vec![
        check.case.to_owned(),
        check.requests.to_string(),
        format!("{:.3}", check.wall),
        check.what.to_owned(),
        check.yardstick.map_or_else(dash, |seconds| format!("{seconds:.3}")),
        measured,
        target(check.target, check.unit),
        match (check.target, summary.passes()) {
            (Target::None, _) => String::new(),
            (_, true) => "pass".to_owned(),
            (_, false) => "MISSED".to_owned(),
        },
        usage(&|usage| Some(format!("{:.3}", usage.cpu_per_thousand(check.requests)))),
        usage(&|usage| Some(format!("{:.1}", usage.peak_megabytes()))),
        usage(&|usage| usage.first_request_ms.map(|first| format!("{first:.0}"))),
        usage(&|usage| usage.others.map(|others| format!("{:.0} %", others * 100.0))),
    ]
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio | Unit::CpuSecondsPerThousand | Unit::Seconds | Unit::Share => format!("{value:.3}"),
        Unit::Megabytes | Unit::Mean => format!("{value:.1}"),
        Unit::Milliseconds | Unit::Count => format!("{value:.0}"),
    }
}

fn target(target: Target, unit: Unit) -> String {
    let decimals = match unit {
        Unit::Ratio | Unit::CpuSecondsPerThousand | Unit::Share => 2,
        _ => 0,
    };
    let suffix = match unit {
        Unit::Ratio | Unit::Count | Unit::Share | Unit::Mean => "",
        Unit::CpuSecondsPerThousand | Unit::Seconds => " s",
        Unit::Megabytes => " MB",
        Unit::Milliseconds => " ms",
    };
    match target {
        Target::AtLeast(least) => format!("≥ {least:.decimals$}{suffix}"),
        Target::AtMost(most) => format!("≤ {most:.decimals$}{suffix}"),
        Target::None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{json, list, table};
    use crate::cases::CASES;
    use crate::check::{Check, Target, Unit, Usage, medians};
    use crate::load::Machine;

    fn checks(wall: f64) -> Vec<Check> {
        let usage = Usage { cpu: 0.7, peak: 50_000_000, first_request_ms: Some(41.6), others: Some(0.25) };
        vec![
            Check::ratio("one", "ideal", (5000, wall), 2.0, 0.95).usage(usage).note("a note".to_owned()),
            Check::number("two", "memory", (5000, wall), (70.25, Unit::Megabytes), Target::AtMost(64.0)),
            Check::number("two", "rows", (5000, wall), (7.0, Unit::Count), Target::None),
        ]
    }

    #[test]
    fn the_table_says_what_was_measured_and_what_was_missed() {
        let text = table(&medians(checks(2.5)), 1);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            lines[1],
            [
                "one", "5000", "2.500", "ideal", "2.000", "0.800", "≥", "0.95", "MISSED", "0.140", "50.0",
                "42", "25", "%"
            ]
        );
        assert_eq!(
            lines[2],
            ["two", "5000", "2.500", "memory", "-", "70.2", "≤", "64", "MB", "MISSED", "-", "-", "-", "-"]
        );
        assert_eq!(lines[3][..6], ["two", "5000", "2.500", "rows", "-", "7"]);
        assert!(text.contains("  one: a note\n"));
        assert!(table(&medians(checks(2.0)), 1).contains(" pass "));
    }

    #[test]
    fn rounds_show_their_spread() {
        let rounds = [2.0, 2.5, 2.2].into_iter().flat_map(checks).collect();
        let text = table(&medians(rounds), 3);
        assert!(text.contains("0.909 (0.800..1.000)"), "{text}");
    }

    #[test]
    fn programs_get_every_number() {
        let machine = Machine { cpus: 2, load: Some(0.5) };
        let text = json(&medians(checks(2.5)), &machine, 1).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let check = &value["checks"][0];
        assert_eq!((value["cpus"].as_u64(), check["passes"].as_bool()), (Some(2), Some(false)));
        assert_eq!(check["target"], serde_json::json!({"bound": "at_least", "value": 0.95}));
        assert_eq!(check["usage"]["peak"], 50_000_000);
        assert_eq!(check["measured"], 0.8);
    }

    #[test]
    fn every_case_is_listed() {
        let text = list(CASES);
        assert_eq!(text.lines().count(), CASES.len());
        assert!(CASES.iter().all(|case| text.contains(case.name) && text.contains(case.about)));
    }
}
