//! `kill -9` at random moments, and the same command again: nothing that was paid for and stored is paid for again.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::check::{Check, Target, Unit};
use crate::child::unix_ms;
use crate::client::{self, RunArguments};
use crate::lab::Lab;
use crate::server::{Exchange, Server};
use crate::{answers, files};

/// The case's name.
pub const NAME: &str = "kill-50";

const KILLS: usize = 50;
const ROWS: usize = 1000;
/// Requests that a run without kills needs: RARE asks twice a row.
const REQUESTS: usize = 2 * ROWS;
const CONCURRENCY: usize = 50;
/// A run is killed at a moment from its start to this: long enough to get on, and short enough that the run is not done
/// before all kills.
const LATEST: Duration = Duration::from_millis(900);
/// An answer that the server handed over this long before the kill must have been stored.
const GRACE_US: f64 = 100_000.0;

/// What was known right after a kill.
#[derive(Debug)]
struct Kill {
    /// The moment on the server's clock, in microseconds; `None` when nothing had been asked yet.
    at_us: Option<f64>,
    /// Requests in the server's log by then.
    logged: usize,
    /// The keys of the answers in the store.
    stored: HashSet<String>,
}

/// What all kills together cost.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cost {
    /// Answers that were in the store at a kill and were asked for again.
    stored: usize,
    /// Answers that the server had handed over longer than the grace before a kill and that were asked for again.
    handed_over: usize,
    /// All requests that were sent again.
    again: usize,
}

/// RARE over 1,000 documents, killed 50 times.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let server = Server::start(lab.tools, lab.seed, &["--latency", "longtail:50ms,500ms"])?;
    let mut arguments = RunArguments {
        recipe: "rare".to_owned(),
        input: lab.documents(ROWS)?,
        out: lab.fresh("whole"),
        teacher: server.url(),
        concurrency: CONCURRENCY,
    };
    client::measured(lab.tools, &arguments)?;
    let whole = std::mem::replace(&mut arguments.out, lab.fresh("killed"));
    server.reset()?;

    let mut rng = ChaCha8Rng::seed_from_u64(lab.seed);
    let mut kills = Vec::new();
    let mut completed = 0;
    let start = Instant::now();
    while kills.len() < KILLS {
        let moment = LATEST.mul_f64(rng.random_range(0.0..1.0));
        let command = Command::new(&lab.tools.ragstill)
            .args(arguments.words())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match end_at(command.context("ragstill cannot be started")?, moment)? {
            None => completed += 1,
            Some(at) => kills.push(look(&server, &arguments.out, at)?),
        }
    }
    client::measured(lab.tools, &arguments)?;
    let wall = start.elapsed().as_secs_f64();

    let log = server.log()?;
    let cost = count(&log, &kills);
    check_keys(&log, &arguments.out)?;
    let differing = files::differing(&whole, &arguments.out)?;
    let underway = kills.iter().filter(|kill| kill.stored.len() < REQUESTS).count();
    let note = format!(
        "{underway} of {KILLS} kills came before the last answer was stored, {completed} runs ended before their moment; {} requests for {REQUESTS} answers, {} of them sent again because they were in flight",
        log.len(),
        cost.again
    );
    let size = (REQUESTS as u64, wall);
    #[expect(clippy::cast_precision_loss, reason = "numbers of requests")]
    let none = |what, found: usize| {
        Check::number(NAME, what, size, (found as f64, Unit::Count), Target::AtMost(0.0))
    };
    Ok(vec![
        none("stored answers asked again", cost.stored).note(note),
        none("answered 100 ms before, asked again", cost.handed_over),
        none("files unlike an unkilled run's", differing.len()),
    ])
}

/// Kills the child at its moment and returns that in milliseconds of Unix time; `None` when it had ended in peace.
fn end_at(mut child: Child, moment: Duration) -> Result<Option<f64>> {
    let start = Instant::now();
    while let Some(left) = moment.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        if let Some(status) = child.try_wait()? {
            return ended(status);
        }
        std::thread::sleep(left.min(Duration::from_millis(5)));
    }
    if let Some(status) = child.try_wait()? {
        return ended(status);
    }
    let at = unix_ms(SystemTime::now());
    child.kill()?;
    child.wait()?;
    Ok(Some(at))
}

fn ended(status: std::process::ExitStatus) -> Result<Option<f64>> {
    if !status.success() {
        bail!("a run that was to be killed ended by itself with {status}");
    }
    Ok(None)
}

/// What is known right after a kill, once the server has given up what was in flight.
fn look(server: &Server, out: &Path, at_unix_ms: f64) -> Result<Kill> {
    server.settle()?;
    let log = server.log()?;
    // The first request's arrival stands on both clocks.
    let first = server.stats()?.first_request_unix_ms;
    let arrived = log.iter().map(|exchange| exchange.arrived_us).min();
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
    let at_us = first.zip(arrived).map(|(unix, arrived)| arrived as f64 + (at_unix_ms - unix) * 1000.0);
    let stored = answers::read(out)?.into_iter().map(|stored| stored.key).collect();
    Ok(Kill { at_us, logged: log.len(), stored })
}

/// What was asked again after the kills. The log is in the order in which requests ended, so what follows a kill's
/// place in it was sent by later runs.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
fn count(log: &[Exchange], kills: &[Kill]) -> Cost {
    let mut lost = HashSet::new();
    let mut late = HashSet::new();
    // What an earlier run was given at its very end, and lost with it, was not delivered to this one.
    let mut begin = 0;
    for kill in kills {
        let (before, after) = log.split_at(kill.logged);
        let delivered: HashSet<&str> = before[begin..]
            .iter()
            .filter(|exchange| {
                exchange.is_answered()
                    && kill.at_us.is_some_and(|at| (exchange.ended_us as f64) < at - GRACE_US)
            })
            .map(|exchange| exchange.key.as_str())
            .collect();
        begin = kill.logged;
        for (place, exchange) in after.iter().enumerate() {
            let request = kill.logged + place;
            if kill.stored.contains(&exchange.key) {
                lost.insert(request);
            }
            if delivered.contains(exchange.key.as_str()) {
                late.insert(request);
            }
        }
    }
    let different: HashSet<&str> = log.iter().map(|exchange| exchange.key.as_str()).collect();
    Cost { stored: lost.len(), handed_over: late.len(), again: log.len() - different.len() }
}

/// Makes sure that store and server speak of the same requests: otherwise nothing could ever be found asked again.
fn check_keys(log: &[Exchange], out: &Path) -> Result<()> {
    let stored: HashSet<String> = answers::read(out)?.into_iter().map(|stored| stored.key).collect();
    let answered: HashSet<String> =
        log.iter().filter(|exchange| exchange.is_answered()).map(|exchange| exchange.key.clone()).collect();
    if stored != answered || stored.len() != REQUESTS {
        bail!(
            "the store has {} answers, the server gave {}, and {} were expected; the keys of the two do not agree",
            stored.len(),
            answered.len(),
            REQUESTS
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cost, Kill, count, end_at};
    use crate::server::Exchange;

    fn exchange(key: &str, ended_us: u64, outcome: &str) -> Exchange {
        Exchange { key: key.into(), latency_us: 1, arrived_us: 0, ended_us, outcome: outcome.into() }
    }

    fn kill(at_us: f64, logged: usize, stored: &[&str]) -> Kill {
        Kill { at_us: Some(at_us), logged, stored: stored.iter().map(|key| (*key).to_owned()).collect() }
    }

    #[test]
    fn what_is_asked_again_is_told_by_what_was_known_at_each_kill() {
        let log = [
            exchange("stored", 1_000, "answered"),
            exchange("lost", 2_000, "answered"),
            exchange("just", 990_000, "answered"),
            exchange("in flight", 1_000_100, "abandoned"),
            // The first kill, at 1 s.
            exchange("lost", 2_000_000, "answered"),
            exchange("just", 2_000_000, "answered"),
            exchange("in flight", 2_000_000, "answered"),
            exchange("new", 2_900_000, "answered"),
            // The second, at 3 s.
            exchange("new", 4_000_000, "answered"),
        ];
        let kills = [kill(1e6, 4, &["stored"]), kill(3e6, 8, &["stored", "lost", "just", "in flight"])];
        assert_eq!(count(&log, &kills), Cost { stored: 0, handed_over: 1, again: 4 });
        // The same log, but the answer that was asked for again had been stored.
        let kills = [kill(1e6, 4, &["stored", "lost"]), kill(3e6, 8, &["new"])];
        assert_eq!(count(&log, &kills), Cost { stored: 2, handed_over: 1, again: 4 });
        assert_eq!(count(&log, &[]), Cost { stored: 0, handed_over: 0, again: 4 });
    }

    #[test]
    fn what_came_as_a_run_was_killed_was_not_delivered_to_the_next() {
        let log = [
            exchange("just", 990_000, "answered"),
            // The first kill, at 1 s; the second run asks again and is killed before the answer.
            exchange("just", 2_000_000, "abandoned"),
            // The second, at 2 s.
            exchange("just", 3_000_000, "answered"),
        ];
        let kills = [kill(1e6, 1, &[]), kill(2e6, 2, &[])];
        assert_eq!(count(&log, &kills), Cost { stored: 0, handed_over: 0, again: 2 });
    }

    #[cfg(unix)]
    #[test]
    fn a_child_is_killed_at_its_moment_or_left_to_end() {
        use std::process::Command;
        use std::time::Duration;

        let sleeper = || Command::new("sleep").arg("30").spawn().unwrap();
        assert!(end_at(sleeper(), Duration::from_millis(20)).unwrap().is_some());
        let done = Command::new("true").spawn().unwrap();
        assert_eq!(end_at(done, Duration::from_secs(10)).unwrap(), None);
        let failed = Command::new("false").spawn().unwrap();
        assert!(end_at(failed, Duration::from_secs(10)).is_err());
    }
}
