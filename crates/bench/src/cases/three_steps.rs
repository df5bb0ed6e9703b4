//! Three requests a row, one after the other: rows must not wait for one another between the steps.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use ragstill_engine::read_records;
use ragstill_testkit::{ideal, simulate_rows, simulate_rows_with_barriers};

use crate::answers::{self, Stored};
use crate::check::Check;
use crate::input::THREE_STEPS;
use crate::lab::{Job, Lab, Seen};

/// The case's name.
pub const NAME: &str = "three-steps";

const ROWS: usize = 1500;
const CONCURRENCY: usize = 100;

/// The steps that ask, each with the field whose first line its prompt holds.
const STEPS: [(&str, &str); 3] =
    [("doc2query", "text"), ("reasondistill", "question"), ("followup", "reasoning")];

/// 1,500 rows, three requests each, a long tail, 100 in flight.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let seen = lab.run(&Job {
        recipe: THREE_STEPS,
        documents: ROWS,
        requests: ROWS * STEPS.len(),
        concurrency: CONCURRENCY,
        teacher: vec!["--latency", "longtail:300ms,3s"],
    })?;
    let best = ideal(&seen.latencies(), CONCURRENCY).as_secs_f64();
    let rows = rows(&seen)?;
    let streaming = simulate_rows(&rows, CONCURRENCY).as_secs_f64();
    let barriers = simulate_rows_with_barriers(&rows, CONCURRENCY).as_secs_f64();
    let note = format!(
        "a perfect streaming client needs {streaming:.3} s ({:.3} of ideal), one with barriers between the steps {barriers:.3} s ({:.3})",
        best / streaming,
        best / barriers
    );
    Ok(vec![
        Check::ratio(NAME, "ideal", (seen.stats.answered, seen.wall), best, 0.85)
            .usage(seen.usage)
            .note(note),
    ])
}

/// The latencies of each row's requests in the order of the steps.
fn rows(seen: &Seen) -> Result<Vec<Vec<Duration>>> {
    let latencies: HashMap<&str, Duration> =
        seen.log.iter().map(|exchange| (exchange.key.as_str(), exchange.latency())).collect();
    arrange(&first_lines(&seen.out)?, &answers::read(&seen.out)?, &latencies)
}

/// The first lines of the fields that [`STEPS`] names, a row each.
fn first_lines(out: &Path) -> Result<Vec<[String; 3]>> {
    read_records(out)?
        .map(|record| {
            let record = record?;
            let mut lines = <[String; 3]>::default();
            for (line, (_, field)) in lines.iter_mut().zip(STEPS) {
                let text = record.text(field).map_err(anyhow::Error::msg)?;
                *line = text.lines().next().unwrap_or_default().to_owned();
            }
            Ok(lines)
        })
        .collect()
}

/// Gives each row the latencies of its requests: the request of a step is the row's whose line stands in its prompt.
fn arrange(
    rows: &[[String; 3]],
    asked: &[Stored],
    latencies: &HashMap<&str, Duration>,
) -> Result<Vec<Vec<Duration>>> {
    let by_line: HashMap<(&str, &str), usize> = rows
        .iter()
        .enumerate()
        .flat_map(|(row, lines)| {
            STEPS.iter().zip(lines).map(move |((step, _), line)| ((*step, line.as_str()), row))
        })
        .collect();
    let mut found = vec![[None; 3]; rows.len()];
    for stored in asked {
        let step = stored.step.as_str();
        let column =
            STEPS.iter().position(|(name, _)| *name == step).context("a request of an unknown step")?;
        let row = stored.prompt.lines().find_map(|line| by_line.get(&(step, line)));
        let row = *row.with_context(|| format!("a request of {step} belongs to no row"))?;
        let latency = latencies.get(stored.key.as_str()).context("a stored answer was never asked for")?;
        found[row][column] = Some(*latency);
    }
    found
        .into_iter()
        .map(|row| row.into_iter().collect::<Option<Vec<_>>>().context("a row lacks a request"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use super::arrange;
    use crate::answers::Stored;

    fn stored(key: &str, step: &str, prompt: &str) -> Stored {
        Stored { key: key.into(), step: step.into(), prompt: prompt.into() }
    }

    #[test]
    fn requests_are_given_to_the_rows_whose_lines_they_hold() {
        let lines = |a: &str, b: &str, c: &str| [a.to_owned(), b.to_owned(), c.to_owned()];
        let rows = [lines("t1", "q1", "r1"), lines("t2", "q2", "r2")];
        let mut asked = vec![
            stored("a", "doc2query", "<document>\nt2\n</document>"),
            stored("b", "doc2query", "<document>\nt1\n</document>"),
            // The other row's text stands in this prompt as a negative.
            stored("c", "reasondistill", "q1\n\nt2\nt1"),
            stored("d", "reasondistill", "q2\n\nt1"),
            stored("e", "followup", "r2"),
        ];
        let latencies: HashMap<&str, Duration> =
            ["a", "b", "c", "d", "e", "f"].into_iter().zip((1..).map(Duration::from_secs)).collect();
        assert!(arrange(&rows, &asked, &latencies).unwrap_err().to_string().contains("lacks"));
        asked.push(stored("f", "followup", "r1"));
        let seconds = |values: [u64; 3]| values.map(Duration::from_secs).to_vec();
        assert_eq!(arrange(&rows, &asked, &latencies).unwrap(), [seconds([2, 3, 6]), seconds([1, 4, 5])]);
        asked.push(stored("g", "doc2query", "t1"));
        assert!(arrange(&rows, &asked, &latencies).unwrap_err().to_string().contains("never asked"));
    }
}
