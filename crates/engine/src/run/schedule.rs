//! Many rows at once: each runs through its steps without waiting for its neighbours, and comes out in input order.

use std::collections::BTreeSet;
use std::sync::Arc;

use ragstill_teacher::Stop;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use super::input::InputRow;
use super::monitor::Monitor;
use super::order::Reorder;
use super::pipeline::{Pipeline, RowResult};
use super::sink::{RowLines, Sink};
use crate::error::{Error, Result};

/// Rows of which the share of rejects decides whether a run goes on.
const TRIAL: u64 = 50;

/// How a schedule runs.
#[derive(Debug, Clone)]
pub(crate) struct ScheduleOptions {
    /// The most rows that are under way at once.
    pub window: usize,
    /// How many of them may be asking: those beyond are prepared for when a permit is free, and give way to all else.
    pub asking: usize,
    /// Whether to go on although most of the first rows are rejected.
    pub keep_going: bool,
    /// The signal to start nothing more.
    pub stop: Stop,
}

/// How a schedule ended.
#[derive(Debug, Default)]
pub(crate) struct ScheduleEnd {
    /// Why the run stopped early, if it did so by itself.
    pub fatal: Option<Error>,
    /// Whether it stopped because most of the first rows were rejected.
    pub mostly_rejected: bool,
    /// Rows that were begun or not and have no result.
    pub unfinished: bool,
}

impl ScheduleEnd {
    /// Whether every row has a result.
    pub(crate) fn is_whole(&self) -> bool {
        !self.unfinished && self.fatal.is_none() && !self.mostly_rejected
    }
}

/// Runs every row of `source` through the pipeline into the sink.
///
/// Only rows under way count against the window: a finished row that waits for an earlier one takes nobody's place.
pub(crate) async fn schedule(
    pipeline: Arc<Pipeline>,
    mut source: Receiver<Result<InputRow>>,
    options: &ScheduleOptions,
    order: &mut Reorder<RowLines>,
    sink: &mut dyn Sink,
    monitor: &Monitor,
) -> Result<ScheduleEnd> {
    let failed = |error: std::io::Error| {
        Error::failed(format!("the results cannot be put aside: {error}; is the disk full?"))
    };
    let mut tasks: JoinSet<(u64, RowResult)> = JoinSet::new();
    let mut end = ScheduleEnd::default();
    let mut next = 0_u64;
    let mut open = true;
    let mut trial = Trial::default();
    loop {
        tokio::select! {
            finished = tasks.join_next(), if !tasks.is_empty() => {
                let Some(finished) = finished else { continue };
                // Operators' panics are caught where they happen; this is one of our own.
                let (number, mut result) = finished.map_err(|error| {
                    Error::failed(format!("a task of the run ended: {error}"))
                })?;
                end.unfinished |= result.pending > 0;
                if let Some(fatal) = result.fatal.take() {
                    options.stop.stop();
                    end.fatal.get_or_insert(fatal.into());
                }
                let lines = RowLines::of(result);
                monitor.finished(&lines);
                if trial.is_lost(number, &lines, next) && !options.keep_going && end.fatal.is_none() {
                    end.mostly_rejected = true;
                    options.stop.stop();
                }
                order.push(number, lines).map_err(failed)?;
                while let Some(row) = order.pop().map_err(failed)? {
                    sink.accept(row)?;
                }
            }
            row = source.recv(), if open && tasks.len() < options.window => match row {
                Some(Err(error)) => {
                    options.stop.stop();
                    end.fatal.get_or_insert(error);
                }
                Some(Ok(row)) => {
                    if tasks.len() >= options.asking {
                        tokio::task::yield_now().await;
                    }
                    let pipeline = Arc::clone(&pipeline);
                    let number = next;
                    tasks.spawn(async move { (number, pipeline.process(row).await) });
                    next += 1;
                }
                None => open = false,
            },
            () = options.stop.stopped(), if open => {
                open = false;
                end.unfinished = true;
            }
            else => break,
        }
        if !open && tasks.is_empty() {
            break;
        }
    }
    Ok(end)
}

/// Watches whether more than half of the first rows of the input are rejected.
///
/// Which rows count does not depend on which are answered first; but once too many of them are rejected the trial is lost,
/// whatever becomes of the others.
#[derive(Debug, Default)]
struct Trial {
    /// Numbers of rows that were blank in the input or are not wanted: they say nothing about the teacher and do not count.
    blank: BTreeSet<u64>,
    /// Numbers of rows that the steps rejected.
    rejected: BTreeSet<u64>,
    /// Rows of the trial that are done.
    done: u64,
    over: bool,
}

impl Trial {
    /// Counts a row that is done, of those that were `begun` so far; true when the trial is lost with it.
    fn is_lost(&mut self, number: u64, row: &RowLines, begun: u64) -> bool {
        if self.over || row.pending > 0 {
            return false;
        }
        if row.records.is_empty() {
            // Of a row that became several records, what became of most of them.
            let of = if row.filtered * 2 >= row.rejects.len() as u64 {
                &mut self.blank
            } else {
                &mut self.rejected
            };
            of.insert(number);
        }
        let end = self.blank.iter().fold(TRIAL, |end, blank| end + u64::from(*blank < end));
        self.done += u64::from(number < end);
        let lost = begun >= end && self.rejected.range(..end).count() as u64 * 2 > TRIAL;
        self.over = lost || self.done == end;
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::{RowLines, TRIAL, Trial};
    use crate::run::sink::RejectLine;

    fn kept() -> RowLines {
        RowLines { records: vec!["{}".to_owned()], ..RowLines::default() }
    }

    /// A row of which so many records were rejected, and so many of them for what they are.
    fn dropped(rejects: usize, filtered: u64) -> RowLines {
        let reject = || RejectLine { operator: String::new(), reason: String::new(), line: String::new() };
        let rejects = std::iter::repeat_with(reject).take(rejects).collect();
        RowLines { rejects, filtered, ..RowLines::default() }
    }

    fn rejected() -> RowLines {
        dropped(1, 0)
    }

    fn filtered() -> RowLines {
        dropped(1, 1)
    }

    /// The row with which the trial is lost, if it is.
    fn lost_with(rows: impl IntoIterator<Item = (u64, RowLines)>, begun: u64) -> Option<u64> {
        let mut trial = Trial::default();
        rows.into_iter().find_map(|(number, row)| trial.is_lost(number, &row, begun).then_some(number))
    }

    #[test]
    fn more_than_half_of_the_first_rows_lose_the_trial_in_whatever_order_they_are_done() {
        let row = |number: u64, rejects: u64| if number < rejects { rejected() } else { kept() };
        let forwards = |rejects| lost_with((0..200).map(|number| (number, row(number, rejects))), 200);
        let backwards = |rejects| lost_with((0..200).rev().map(|number| (number, row(number, rejects))), 200);
        assert_eq!((forwards(25), backwards(25)), (None, None));
        assert_eq!((forwards(26), backwards(26)), (Some(25), Some(0)));
    }

    #[test]
    fn rejects_behind_the_first_rows_do_not_count() {
        let row = |number: u64| if number >= TRIAL { rejected() } else { kept() };
        assert_eq!(lost_with((0..200).map(|number| (number, row(number))), 200), None);
        assert_eq!(lost_with((0..200).rev().map(|number| (number, row(number))), 200), None);
    }

    #[test]
    fn blank_rows_make_room_for_later_ones() {
        let row = |number: u64| match number {
            0..10 => filtered(),
            10..34 => kept(),
            _ => rejected(),
        };
        // Rows 10 to 59 count: 24 kept, and 26 rejected, known when the last of the blank rows is.
        assert_eq!(lost_with((0..200).map(|number| (number, row(number))), 200), Some(59));
        assert_eq!(lost_with((0..200).rev().map(|number| (number, row(number))), 200), Some(0));
    }

    #[test]
    fn a_row_of_several_records_counts_as_most_of_them() {
        let all = |row: fn() -> RowLines| lost_with((0..200).map(|number| (number, row())), 200);
        assert_eq!(all(|| dropped(5, 5)), None);
        assert_eq!(all(|| dropped(5, 3)), None);
        assert_eq!(all(|| dropped(5, 2)), Some(25));
        assert_eq!(all(|| RowLines { records: vec!["{}".to_owned()], ..dropped(5, 0) }), None);
    }

    #[test]
    fn a_short_input_has_no_trial() {
        assert_eq!(lost_with((0..49).map(|number| (number, rejected())), 49), None);
    }
}
