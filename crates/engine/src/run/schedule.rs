//! Many rows at once: each runs through its steps without waiting for its neighbours, and comes out in input order.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_teacher::Stop;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

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

/// Runs every row of `source` through the pipeline into the sink.
///
/// Only rows under way count against the window: a finished row that waits for an earlier one takes nobody's place.
pub(crate) async fn schedule(
    pipeline: Arc<Pipeline>,
    mut source: Receiver<Result<Record>>,
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
                order.push(number, lines).map_err(failed)?;
                while let Some(row) = order.pop().map_err(failed)? {
                    // In input order, so that which rows count does not depend on which were answered first.
                    if trial.is_lost(&row) && !options.keep_going && end.fatal.is_none() {
                        end.mostly_rejected = true;
                        options.stop.stop();
                    }
                    sink.accept(&row)?;
                }
            }
            row = source.recv(), if open && tasks.len() < options.window => match row {
                Some(Err(error)) => {
                    options.stop.stop();
                    end.fatal.get_or_insert(error);
                }
                Some(Ok(record)) => {
                    if tasks.len() >= options.asking {
                        tokio::task::yield_now().await;
                    }
                    let pipeline = Arc::clone(&pipeline);
                    let number = next;
                    tasks.spawn(async move { (number, pipeline.process(record).await) });
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

/// Watches whether more than half of the first rows are rejected.
#[derive(Debug, Default)]
struct Trial {
    rows: u64,
    rejected: u64,
}

impl Trial {
    /// Counts a row; true when the trial ends with it and is lost.
    fn is_lost(&mut self, result: &RowLines) -> bool {
        if self.rows == TRIAL || result.pending > 0 {
            return false;
        }
        // Rows of the input that are empty say nothing about the teacher.
        if result.rejects.iter().any(|reject| reject.operator == super::pipeline::INPUT) {
            return false;
        }
        self.rows += 1;
        self.rejected += u64::from(result.records.is_empty());
        self.rows == TRIAL && self.rejected * 2 > TRIAL
    }
}
