//! The cases: what is run, what it is compared with, and the target.

mod agentic;
mod chains;
mod cpu_memory;
mod decontamination;
mod export;
mod false_negatives;
mod faults;
mod kill;
mod long_tail;
pub mod million_rows;
mod near_duplicates;
mod negatives_100k;
mod negatives_duplicates;
mod one_step;
pub mod read_rows;
mod score_pairs;
mod three_steps;

use anyhow::Result;

use crate::check::Check;
use crate::lab::Lab;

/// One case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    /// Runs it.
    pub run: fn(&mut Lab<'_>) -> Result<Vec<Check>>,
}

/// Every case, in the order in which they are run.
pub const CASES: &[Case] = &[
    Case {
        name: one_step::WIDE,
        about: "5,000 prompts at a fixed 200 ms, 500 in flight, against the ideal",
        run: one_step::wide,
    },
    Case {
        name: cpu_memory::NAME,
        about: "CPU time, peak memory and time to the first request of that run",
        run: cpu_memory::run,
    },
    Case {
        name: one_step::NARROW,
        about: "5,000 prompts at a fixed 200 ms, 50 in flight, against the ideal",
        run: one_step::narrow,
    },
    Case {
        name: long_tail::NAME,
        about: "3,000 prompts at a median of 0.3 s and a p99 of 3 s, 100 and 500 in flight, against first in, first out",
        run: long_tail::run,
    },
    Case {
        name: three_steps::NAME,
        about: "1,500 rows of three requests each with a long tail, 100 in flight, against the ideal",
        run: three_steps::run,
    },
    Case {
        name: agentic::NAME,
        about: "question tasks of 2,000 documents with a long tail, 500 in flight, against first in, first out; calls counted",
        run: agentic::run,
    },
    Case {
        name: chains::NAME,
        about: "1,000 chains of three searches with a long tail, 200 in flight, against a perfect streaming client",
        run: chains::run,
    },
    Case {
        name: faults::NAME,
        about: "2,000 prompts with 5 % 429, 2 % 500 and 1 % dropped connections, 100 in flight",
        run: faults::run,
    },
    Case {
        name: kill::NAME,
        about: "RARE, killed at 50 random moments and run again each time: what is asked twice",
        run: kill::run,
    },
    Case {
        name: million_rows::NAME,
        about: "a million tiny records through a trivial operator: peak memory",
        run: million_rows::run,
    },
    Case {
        name: false_negatives::NAME,
        about: "negatives for Cranfield's judged pairs: how many of them are relevant, by how they are chosen",
        run: false_negatives::run,
    },
    Case {
        name: negatives_duplicates::NAME,
        about: "10,535 questions over 20,000 passages: the share of mining that telling duplicates takes",
        run: negatives_duplicates::run,
    },
    Case {
        name: negatives_100k::NAME,
        about: "`ragstill negatives` whole: 100,000 questions over 20,000 passages",
        run: negatives_100k::run,
    },
    Case {
        name: read_rows::NAME,
        about: "a gigabyte of JSON Lines read and cut: speed and peak memory",
        run: read_rows::run,
    },
    Case {
        name: export::NAME,
        about: "100,000 conversations to trainers' files: speed and peak memory",
        run: export::run,
    },
    Case {
        name: near_duplicates::NAME,
        about: "20,000 passages and 12,000 edited copies: speed, recall and precision of telling near duplicates",
        run: near_duplicates::run,
    },
    Case {
        name: decontamination::NAME,
        about: "20,000 passages against 100,000 evaluation texts: speed, and what is found",
        run: decontamination::run,
    },
    Case {
        name: score_pairs::NAME,
        about: "answers compared by token F1 on one thread",
        run: score_pairs::run,
    },
];
