//! `ragstill negatives`.

use serde_json::{Value, json};

use crate::support::{Outcome, Sandbox};

const POSITIVE: &str = "A dimictic lake mixes twice a year, in spring and in autumn, when its whole water column reaches the temperature of greatest density.";
const COPY: &str = "A dimictic lake mixes twice a year, in spring and in autumn, when its entire water column reaches the temperature of greatest density.";
const NEAR: &str = "A monomictic lake mixes once a year, in winter, and stays stratified all summer because the wind cannot overturn warm water.";
const FAR: &str = "A meromictic lake never mixes whole: dense salty water stays at its bottom for centuries.";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = [
        json!({"id": "r1", "question": "How often does a dimictic lake mix in a year?", "text": POSITIVE}),
        json!({"id": "r2", "question": "How often does a monomictic lake mix?", "text": NEAR}),
        json!({"id": "r3", "question": "Which lake never mixes whole?", "text": FAR}),
        json!({"id": "r4", "question": "When is a lake called dimictic?", "text": COPY}),
        json!({"id": "r5", "question": "Does a lake mix in winter?", "text": NEAR}),
    ];
    sandbox.write("rows.jsonl", &rows.map(|row| format!("{row}\n")).concat());
    sandbox
}

fn rows(outcome: &Outcome) -> Vec<Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn negatives(row: &Value) -> Vec<&str> {
    row["hard_negatives"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn neither_the_own_passage_nor_a_copy_of_it() {
    let outcome = sandbox().ragstill(&["negatives", "rows.jsonl"]).exits(0);
    let rows = rows(&outcome);
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["r1", "r2", "r3", "r4", "r5"], "in the order of the file, other fields kept");
    assert_eq!(negatives(&rows[0]), [NEAR, FAR], "not itself, not its near copy, no text twice");
    assert_eq!(negatives(&rows[3]), [FAR, NEAR]);
    for row in [&rows[1], &rows[4]] {
        let found = negatives(row);
        assert!(!found.contains(&NEAR), "an exact copy of the passage is no negative");
        assert_eq!(found.len(), 2, "{found:?}");
    }
    assert!(outcome.stderr.starts_with("5 rows\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("5 of them got fewer than 3 negatives"), "{}", outcome.stderr);
}

#[test]
fn options() {
    let sandbox = sandbox();
    let one = rows(&sandbox.ragstill(&["negatives", "rows.jsonl", "--num-neg", "1"]).exits(0));
    assert_eq!(negatives(&one[0]), [NEAR]);
    let second =
        rows(&sandbox.ragstill(&["negatives", "rows.jsonl", "--num-neg", "1", "--start", "2"]).exits(0));
    assert_eq!(negatives(&second[0]), [FAR], "the two best candidates are equal, and both are skipped");
    let unguarded = ["negatives", "rows.jsonl", "--no-near-duplicate-guard", "--output", "neg"];
    let unguarded = rows(&sandbox.ragstill(&unguarded).exits(0));
    assert_eq!(unguarded[0]["neg"][0], COPY);
}

#[test]
fn another_corpus_and_other_fields_into_a_file() {
    let sandbox = sandbox();
    sandbox.write(
        "mine.jsonl",
        &format!("{}\n", json!({"q": "How often does a dimictic lake mix?", "passage": POSITIVE})),
    );
    sandbox
        .write("corpus/a.jsonl", &format!("{}\n{}\n", json!({"passage": FAR}), json!({"passage": POSITIVE})));
    let args = [
        "negatives",
        "mine.jsonl",
        "--corpus",
        "corpus",
        "--question",
        "q",
        "--text",
        "passage",
        "--out",
        "out.jsonl",
    ];
    let outcome = sandbox.ragstill(&args).exits(0);
    assert_eq!(outcome.stdout, "");
    let row: Value = serde_json::from_str(&sandbox.read("out.jsonl")).unwrap();
    assert_eq!(negatives(&row), [FAR]);
}

#[test]
fn rows_that_cannot_be_used_are_told_before_anything_is_written() {
    let sandbox = sandbox();
    let refused = |rows: &str, expected: &str| {
        sandbox.write("bad.jsonl", rows);
        let outcome = sandbox.ragstill(&["negatives", "bad.jsonl", "--out", "out.jsonl"]).exits(2);
        assert_eq!(outcome.stdout, "");
        outcome.complains(&[expected]);
        assert!(!sandbox.path("out.jsonl").exists());
    };
    refused(
        "{\"question\": \"Q?\", \"text\": \"T\"}\n{\"text\": \"T\"}\n",
        "bad.jsonl:2: field `question` is missing",
    );
    refused(
        "{\"question\": \"Q?\", \"text\": 3}\n",
        "bad.jsonl:1: field `text` must be a string, found a number",
    );
    refused(
        "{\"question\": \"Q?\", \"text\": \"T\", \"hard_negatives\": []}\n",
        "bad.jsonl:1: the row has a field `hard_negatives` already; give another with --output",
    );
    refused("{\"question\": \n", "bad.jsonl:1: broken JSON");
    refused("\n", "bad.jsonl: there are no rows in it");
    sandbox.ragstill(&["negatives", "nowhere.jsonl"]).exits(2).complains(&["nowhere.jsonl: does not exist"]);
    sandbox
        .ragstill(&["negatives", "rows.jsonl", "--num-neg", "0"])
        .exits(2)
        .complains(&["--num-neg must be at least 1"]);
}

#[test]
fn explained() {
    let outcome = sandbox().ragstill(&["negatives", "rows.jsonl", "--explain", "--num-neg", "2"]).exits(0);
    let rows = rows(&outcome);
    let explained = &rows[0]["hard_negatives_explain"];
    assert_eq!(explained["positive"]["rank"], 1);
    let told: Vec<_> = explained["passed_over"]
        .as_array()
        .unwrap()
        .iter()
        .map(|passed| (passed["document"].as_str().unwrap(), passed["reason"].as_str().unwrap()))
        .collect();
    assert!(told.contains(&("r1", "own document")), "{told:?}");
    assert!(told.contains(&("r4", "near duplicate of the positive")), "{told:?}");
    assert!(told.contains(&("r5", "repeats negative 1")), "{told:?}");
    for (at, negative) in explained["negatives"].as_array().unwrap().iter().enumerate() {
        assert_eq!(negative["from"], "bm25");
        let (rank, score) = (negative["rank"].as_u64().unwrap(), negative["score"].as_f64().unwrap());
        assert!(rank > at as u64 && score > 0.0 && score < explained["positive"]["score"].as_f64().unwrap());
    }
    assert!(rows[0].get("passed_over").is_none());
    let twice = sandbox();
    twice.write("rows.jsonl", &outcome.stdout.replace("\"hard_negatives\"", "\"other\""));
    twice
        .ragstill(&["negatives", "rows.jsonl", "--explain"])
        .exits(2)
        .complains(&["has a field `hard_negatives_explain` already"]);
}

#[test]
fn random_and_mixed_negatives_are_seeded() {
    let sandbox = sandbox();
    let mine = |args: &[&str]| {
        let mut all = vec!["negatives", "rows.jsonl", "--num-neg", "2"];
        all.extend(args);
        rows(&sandbox.ragstill(&all).exits(0))
    };
    let random = mine(&["--strategy", "random"]);
    assert_eq!(random, mine(&["--strategy", "random", "--seed", "42"]));
    let seeds: Vec<String> = (0..12).map(|seed| format!("--seed={seed}")).collect();
    assert!(seeds.iter().any(|seed| mine(&["--strategy", "random", seed]) != random));
    for row in &random {
        let found = negatives(row);
        let own = row["text"].as_str().unwrap();
        assert!(found.iter().all(|text| *text != own) && found.len() == 2, "{row}");
    }
    let mixed = mine(&["--strategy", "mixed", "--explain"]);
    let from: Vec<_> = mixed[0]["hard_negatives_explain"]["negatives"].as_array().unwrap().iter().collect();
    assert_eq!((&from[0]["from"], &from[1]["from"]), (&json!("bm25"), &json!("random")));
    sandbox
        .ragstill(&["negatives", "rows.jsonl", "--strategy", "best"])
        .exits(2)
        .complains(&["give bm25, random or mixed"]);
}

#[test]
fn options_out_of_range_are_told_by_their_flags() {
    let sandbox = sandbox();
    for (flag, value) in [
        ("--overlap-share", "1"),
        ("--overlap-pool", "0"),
        ("--random-share", "1.5"),
        ("--max-score-share", "0"),
        ("--score-margin=-1", ""),
    ] {
        let mut args = vec!["negatives", "rows.jsonl", flag];
        args.extend((!value.is_empty()).then_some(value));
        let name = flag.split('=').next().unwrap();
        sandbox.ragstill(&args).exits(2).complains(&[name]);
    }
}
