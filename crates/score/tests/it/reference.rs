//! The same numbers as the Python evaluator.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use ragstill_score::{Normalization, Scorer, answer_text, answer_texts};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Pair {
    prediction: Value,
    ground_truth: Value,
    f1: f64,
}

/// 2,000 pairs that the original evaluator scored.
#[test]
fn every_reference_pair_scores_as_the_original_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/f1/reference.jsonl");
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let mut scorer = Scorer::new(Normalization::Squad);
    let mut pairs = 0;
    for line in BufReader::new(file).lines() {
        let pair: Pair = serde_json::from_str(&line.unwrap()).unwrap();
        let (prediction, truths) =
            (answer_text(&pair.prediction).unwrap(), answer_texts(&pair.ground_truth).unwrap());
        let f1 = scorer.f1(&prediction, &truths);
        assert!((f1 - pair.f1).abs() <= 1e-12, "{prediction:?} {truths:?}: {f1}, not {}", pair.f1);
        pairs += 1;
    }
    assert_eq!(pairs, 2000);
}

#[derive(Deserialize)]
struct Tricky {
    prediction: String,
    truth: String,
    normalized: String,
    f1: f64,
}

/// Characters that are hard to treat alike, as Python 3.11 has them (`python_table.py`).
#[test]
fn tricky_characters_are_what_python_makes_of_them() {
    let mut scorer = Scorer::new(Normalization::Squad);
    for line in include_str!("python_table.jsonl").lines() {
        let Tricky { prediction, truth, normalized, f1 } = serde_json::from_str(line).unwrap();
        assert_eq!(Normalization::Squad.normalize(&prediction), normalized, "{line}");
        assert_eq!(scorer.f1(&prediction, [&truth]), f1, "{line}");
        let others = Normalization::Squad.normalize(&truth);
        let is_match = !normalized.is_empty() && normalized == others;
        assert_eq!(scorer.exact_match(&prediction, [&truth]), is_match, "{line}");
    }
}
