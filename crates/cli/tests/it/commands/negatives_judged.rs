//! A run whose negatives a teacher judges.

use serde_json::Value;

use crate::support::{MODEL, Sandbox, fake_teacher, json_lines, requests};

/// As in the documentation.
const RECIPE: &str = "\
recipe: judged
steps:
  - operator: Doc2Query
  - operator: BM25HardNeg
    options: {num_neg: 8, output_negatives_key: candidate_negatives}
  - operator: NegativeJudge
    options: {keep: 3, input_scenario_key: scenario, explain: true}
  - operator: ReasonDistill
";

#[test]
fn judged_negatives_are_kept_from_candidates_to_spare_and_cached() {
    let sandbox = Sandbox::with_corpus(16);
    sandbox.write("judged.yaml", RECIPE);
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let args = ["run", "judged.yaml", "--input", "docs", "--out", "out", "--teacher", &url, "--model", MODEL];
    sandbox.ragstill(&args).exits(0);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let mut dropped = 0;
    for record in &records {
        let texts = |field: &str| record[field].as_array().unwrap().clone();
        let (candidates, kept) = (texts("candidate_negatives"), texts("hard_negatives"));
        let judged: Vec<bool> = texts("hard_negatives_judged")
            .iter()
            .map(|judged| judged["answers"].as_bool().unwrap())
            .collect();
        let expected: Vec<Value> = candidates
            .into_iter()
            .zip(&judged)
            .filter(|(_, answers)| !**answers)
            .map(|(text, _)| text)
            .collect();
        assert_eq!(kept, expected, "those that do not answer, best first");
        assert!(kept.len() <= 3);
        dropped += judged.iter().filter(|answers| **answers).count();
    }
    assert!(records.len() > 10 && dropped > 0, "{} records, {dropped} dropped", records.len());
    // Judgments are answers like any others: the same run again asks for none.
    teacher.reset();
    sandbox.ragstill(&args).exits(0);
    assert_eq!(requests(&teacher), 0);
    assert_eq!(json_lines(&sandbox.path("out/records.jsonl")), records);
}
