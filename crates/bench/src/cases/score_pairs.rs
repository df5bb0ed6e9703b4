//! Scoring: how many pairs of answers one thread compares.

use std::time::Instant;

use anyhow::Result;
use ragstill_score::{Normalization, Scorer, answer_text, answer_texts};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::Value;

use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "score-pairs";

/// Pairs of made-up answers.
const MADE_UP: usize = 2000;

/// How often the pairs are compared in a round.
const TIMES: usize = 500;

/// The rounds; the shortest counts, because others can only add to it.
const ROUNDS: usize = 5;

/// An answer and those that count as right.
struct Row {
    prediction: String,
    truths: Vec<String>,
}

#[derive(Deserialize)]
struct Reference {
    prediction: Value,
    ground_truth: Value,
}

/// Made-up pairs of short English answers, and the original evaluator's reference pairs: many scripts, lists, nothing.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let made_up = made_up(&mut ChaCha8Rng::seed_from_u64(lab.seed));
    let mut checks = vec![measured("short answers a second", &made_up, Normalization::Squad, 1e6)];
    if let Some(paths) = reference::find(NAME, &["f1/reference.jsonl"]) {
        let rows = reference::rows(&paths[0])?.iter().map(row).collect::<Result<Vec<Row>>>()?;
        checks.push(measured("reference pairs a second", &rows, Normalization::Squad, 1e6));
        checks.push(measured("the same by character", &rows, Normalization::Chinese, 1e6));
    }
    Ok(checks)
}

/// Answers of one to eight words and numbers, and truths that share some of them.
fn made_up(rng: &mut ChaCha8Rng) -> Vec<Row> {
    const WORDS: &[&str] = &[
        "the",
        "a",
        "Eiffel",
        "Tower",
        "in",
        "Paris,",
        "1,889",
        "approximately",
        "kilometres",
        "of",
        "U.S.",
        "state",
        "President",
        "Lincoln's",
        "3.14%",
        "(northern)",
        "hemisphere",
        "and",
        "June",
        "28",
        "Photosynthesis",
        "oxygen",
    ];
    let answer = |rng: &mut ChaCha8Rng| {
        let words: Vec<&str> =
            (0..rng.random_range(1..=8)).filter_map(|_| WORDS.choose(rng).copied()).collect();
        words.join(" ")
    };
    (0..MADE_UP).map(|_| Row { prediction: answer(rng), truths: vec![answer(rng)] }).collect()
}

fn row(row: &Reference) -> Result<Row> {
    let text = |fault: String| anyhow::anyhow!("{fault}");
    let truths = answer_texts(&row.ground_truth).map_err(text)?;
    Ok(Row {
        prediction: answer_text(&row.prediction).map_err(text)?.into_owned(),
        truths: truths.into_iter().map(|truth| truth.into_owned()).collect(),
    })
}

fn measured(what: &'static str, rows: &[Row], by: Normalization, least: f64) -> Check {
    let mut scorer = Scorer::new(by);
    let pairs = rows.iter().map(|row| row.truths.len()).sum::<usize>() * TIMES;
    let mut shortest = f64::INFINITY;
    let mut sum = 0.0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..TIMES {
            sum += rows.iter().map(|row| scorer.f1(&row.prediction, &row.truths)).sum::<f64>();
        }
        shortest = shortest.min(start.elapsed().as_secs_f64());
    }
    let mean = sum / (rows.len() * TIMES * ROUNDS) as f64;
    let number = (pairs as f64 / shortest, Unit::Count);
    Check::number(NAME, what, (pairs as u64, shortest), number, Target::AtLeast(least))
        .note(format!("{} rows, mean F1 {mean:.4}, one thread", rows.len()))
}
