//! What telling duplicates costs: mining with and without it.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, Result};
use ragstill_operators::{Ask, Duplicates, Miner, MinerOptions};
use serde::Deserialize;

use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "negatives-duplicates";

/// How often each way is measured; the least time counts, because others can only add to it.
const ROUNDS: usize = 5;

/// A passage of the reference corpus.
#[derive(Debug, Deserialize)]
pub struct Passage {
    /// Its name.
    pub id: String,
    /// The passage.
    pub text: String,
}

/// A question of the reference set.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// The question.
    pub question: String,
    /// The name of the passage that answers it.
    pub gold: String,
}

/// Index and negatives, with duplicates told and untold, by the default choice and by plain BM25.
pub fn run(_: &mut Lab<'_>) -> Result<Vec<Check>> {
    let files = ["passages/corpus.jsonl", "passages/queries_short.jsonl"];
    let Some(paths) = reference::find(NAME, &files) else { return Ok(Vec::new()) };
    let passages: Vec<Passage> = reference::rows(&paths[0])?;
    let questions: Vec<Question> = reference::rows(&paths[1])?;
    let numbers: HashMap<&str, u32> =
        (0..).zip(&passages).map(|(at, passage)| (passage.id.as_str(), at)).collect();
    let asks: Vec<Ask<'_>> = questions
        .iter()
        .map(|question| {
            let own = *numbers.get(question.gold.as_str()).context("a question without its passage")?;
            let positive = passages[own as usize].text.as_str();
            Ok(Ask { question: &question.question, positive, own: Some(own), seed: 0 })
        })
        .collect::<Result<_>>()?;
    let texts: Vec<String> = passages.iter().map(|passage| passage.text.clone()).collect();
    let plain = MinerOptions { overlap_share: 0.0, ..MinerOptions::default() };
    [("share of mining", MinerOptions::default()), ("share of plain BM25", plain)]
        .into_iter()
        .map(|(what, options)| {
            let (mut with, mut without) = (Times::default(), Times::default());
            for _ in 0..ROUNDS {
                with.take_better(&mine(&texts, &asks, options)?);
                let untold = MinerOptions { duplicates: Duplicates::Untold, ..options };
                without.take_better(&mine(&texts, &asks, untold)?);
            }
            let cost = ((with.seconds - without.seconds) / with.seconds, Unit::Share);
            let size = (asks.len() as u64, with.seconds);
            let note = format!(
                "{what}: {:.3} s, and {:.3} s without; mean rank of the negatives {:.1}, {} rows short",
                with.seconds, without.seconds, with.rank, with.short
            );
            Ok(Check::number(NAME, what, size, cost, Target::AtMost(0.2)).note(note))
        })
        .collect()
}

/// What mining took, and what came of it.
#[derive(Debug, Default)]
struct Times {
    seconds: f64,
    rank: f64,
    short: usize,
}

impl Times {
    fn take_better(&mut self, other: &Self) {
        if self.seconds == 0.0 || other.seconds < self.seconds {
            (self.seconds, self.rank, self.short) = (other.seconds, other.rank, other.short);
        }
    }
}

/// An index and every question's negatives.
fn mine(texts: &[String], asks: &[Ask<'_>], options: MinerOptions) -> Result<Times> {
    let texts = texts.to_vec();
    let start = Instant::now();
    let miner = Miner::new(texts, options)?;
    let mined = miner.mine_batch(asks)?;
    let seconds = start.elapsed().as_secs_f64();
    anyhow::ensure!(mined.len() == asks.len(), "negatives are missing");
    let ranks = mined.iter().flat_map(|mined| &mined.negatives).filter_map(|negative| negative.rank);
    let (sum, count) = ranks.fold((0_u64, 0_u64), |(sum, count), rank| (sum + u64::from(rank), count + 1));
    let short = mined.iter().filter(|mined| mined.negatives.len() < options.num_neg).count();
    Ok(Times { seconds, rank: sum as f64 / count.max(1) as f64, short })
}
