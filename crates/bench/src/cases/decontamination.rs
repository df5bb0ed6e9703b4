//! Decontamination: how fast clean text is checked, and that a stretch of 13 words is found and one of 12 is not.

use std::time::Instant;

use anyhow::Result;
use ragstill_ingest::{Contamination, Place};
use rand::seq::SliceRandom as _;
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::negatives_duplicates::Passage;
use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "decontamination";

/// Evaluation texts.
const TEXTS: usize = 100_000;

/// Words of an evaluation text.
const LENGTH: usize = 30;

/// How often the passages are checked; the least time counts, because others can only add to it.
const ROUNDS: usize = 3;

/// The passages on one thread, as they are and with stretches of evaluation texts put into them.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let Some(paths) = reference::find(NAME, &["passages/corpus.jsonl"]) else { return Ok(Vec::new()) };
    let passages: Vec<Passage> = reference::rows(&paths[0])?;
    let mut rng = ChaCha8Rng::seed_from_u64(lab.seed);
    let evaluation = evaluation(&passages, &mut rng);
    let start = Instant::now();
    let mut contamination = Contamination::new(Contamination::WORDS);
    for (line, text) in (1..).zip(&evaluation) {
        contamination.add(&text.join(" "), Place::line("evaluation.jsonl", line));
    }
    let building = start.elapsed().as_secs_f64();

    let mut checking = f64::INFINITY;
    let mut clean = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        clean = passages.iter().filter(|passage| contamination.find(&passage.text).is_none()).count();
        checking = checking.min(start.elapsed().as_secs_f64());
    }
    let megabytes = passages.iter().map(|passage| passage.text.len()).sum::<usize>() as f64 / 1e6;
    let mut found = |words| planted(&passages, &evaluation, words, &contamination, &mut rng);
    let (thirteen, twelve) = (found(Contamination::WORDS), found(Contamination::WORDS - 1));
    let count = passages.len() as u64;
    let number = |what, number, target| Check::number(NAME, what, (count, checking), number, target);
    Ok(vec![
        number("MB a second", (megabytes / checking, Unit::Megabytes), Target::AtLeast(100.0))
            .note(format!("{TEXTS} evaluation texts of {LENGTH} words are taken in {building:.2} s")),
        number(
            "clean passages taken for others",
            ((passages.len() - clean) as f64, Unit::Count),
            Target::AtMost(0.0),
        ),
        number("13 words found", (thirteen, Unit::Share), Target::AtLeast(1.0)),
        number("12 words found", (twelve, Unit::Share), Target::AtMost(0.0)),
    ])
}

/// Texts of the passages' words in random order, which no passage has 13 of in a row.
fn evaluation<'p>(passages: &'p [Passage], rng: &mut ChaCha8Rng) -> Vec<Vec<&'p str>> {
    let mut words: Vec<&str> = passages
        .iter()
        .flat_map(|passage| passage.text.split_whitespace())
        // A word is a word to the checker as well.
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .collect();
    let mut texts = Vec::with_capacity(TEXTS);
    while texts.len() < TEXTS && words.len() >= LENGTH {
        words.shuffle(rng);
        texts.extend(words.chunks_exact(LENGTH).take(TEXTS - texts.len()).map(<[&str]>::to_vec));
    }
    texts
}

/// The share of the passages in which these many words of an evaluation text are found when they are put there.
fn planted(
    passages: &[Passage],
    evaluation: &[Vec<&str>],
    words: usize,
    contamination: &Contamination,
    rng: &mut ChaCha8Rng,
) -> f64 {
    let mut found = 0;
    for passage in passages {
        let text = &evaluation[rng.random_range(0..evaluation.len())];
        let start = rng.random_range(0..=text.len() - words);
        let stretch = text[start..start + words].join(", ").to_uppercase();
        // The words around it must not be those of the evaluation text.
        let stretch = format!("éé {stretch} éé ");
        let mut parts: Vec<&str> = passage.text.split_inclusive(' ').collect();
        parts.insert(rng.random_range(0..parts.len()), &stretch);
        found +=
            usize::from(contamination.find(&parts.concat()).is_some_and(|overlap| overlap.words == words));
    }
    found as f64 / passages.len() as f64
}
