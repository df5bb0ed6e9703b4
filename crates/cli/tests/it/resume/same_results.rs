//! The same configuration, input and answers: the same bytes.

use std::time::Duration;

use ragstill_testkit::{Latency, Reasoning};

use crate::support::{Sandbox, fake_teacher, json_lines, read, rejects_some, requests, same_files};

#[test]
fn one_at_a_time_and_sixty_four_at_a_time() {
    let sandbox = Sandbox::with_corpus(40);
    let teacher = fake_teacher(|config| {
        // So that answers arrive in another order than they were asked for.
        let latency = Latency::LongTail { median: Duration::from_millis(15), p99: Duration::from_millis(90) };
        rejects_some(config).latency(latency)
    });
    let priced = ["--set", "teachers.default.price={input: 0.37, output: 1.13}"];
    for (out, concurrency) in [("one", "1"), ("many", "64")] {
        teacher.reset();
        let args = [&["--concurrency", concurrency], &priced[..]].concat();
        sandbox.run_rare(&teacher, out, &args).exits(0);
        let most = teacher.stats().max_in_flight;
        assert!(if out == "one" { most == 1 } else { most > 8 }, "{most} in flight with {concurrency}");
    }
    same_files(&sandbox.path("one"), &sandbox.path("many"));
}

#[test]
fn records_come_out_in_the_order_of_the_input() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| {
        config.latency(Latency::LongTail { median: Duration::from_millis(4), p99: Duration::from_millis(80) })
    });
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let series: Vec<u64> = json_lines(&sandbox.path("out/records.jsonl"))
        .iter()
        .map(|record| {
            let text = record["text"].as_str().unwrap();
            text.split_whitespace().find_map(|word| word.parse().ok()).unwrap()
        })
        .collect();
    assert_eq!(series, (1000..1030).collect::<Vec<_>>());
}

#[test]
fn another_seed_shuffles_otherwise_and_asks_no_question_again() {
    let sandbox = Sandbox::with_corpus(20);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &["--seed", "1"]).exits(0);
    let orders = |records: &str| -> Vec<_> {
        json_lines(&sandbox.path(records)).iter().map(|record| record["document_order"].to_string()).collect()
    };
    let first = orders("out/records.jsonl");
    for (order, record) in first.iter().zip(json_lines(&sandbox.path("out/records.jsonl"))) {
        let order: Vec<u64> = serde_json::from_str(order).unwrap();
        let position = order.iter().position(|number| *number == 0).unwrap() as u64 + 1;
        assert_eq!(record["positive_position"], position);
    }
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &["--seed", "2"]).exits(0);
    assert!(requests(&teacher) <= 20 && requests(&teacher) > 10, "{}", requests(&teacher));
    assert_ne!(orders("out/records.jsonl"), first);
}

#[test]
fn the_configuration_in_the_directory_is_a_recipe() {
    let sandbox = Sandbox::with_corpus(16);
    let teacher = fake_teacher(|config| rejects_some(config).reasoning(Reasoning::ReasoningContent));
    let changes = [
        "--seed",
        "7",
        "--limit",
        "14",
        "--set",
        "bm25hardneg.num_neg=2",
        "--set",
        "bm25hardneg.k1=1.2",
        "--set",
        "teachers.default.sampling={temperature: 0.25, extra: {top_k: 5, reasoning_effort: low}}",
    ];
    sandbox.run_rare(&teacher, "out", &changes).exits(0);
    let asked = requests(&teacher);
    teacher.reset();
    sandbox.ragstill(&["run", "out/config.yaml", "--out", "again"]).exits(0);
    assert_eq!(requests(&teacher), asked, "the same requests");
    same_files(&sandbox.path("out"), &sandbox.path("again"));
    assert_eq!(sandbox.read("out/config.yaml"), sandbox.read("again/config.yaml"));

    // In its own directory it changes nothing and asks nothing.
    teacher.reset();
    let outcome = sandbox.ragstill(&["run", "out/config.yaml", "--out", "out"]).exits(0);
    assert!(!outcome.stdout.contains("changed since"), "{}", outcome.stdout);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn the_configuration_of_options_left_out_is_the_same_as_of_options_given() {
    let sandbox = Sandbox::with_corpus(4);
    let steps = "steps: [{operator: Doc2Query}, {operator: BM25HardNeg}, {operator: ReasonDistill}]";
    sandbox.write("short.yaml", &format!("recipe: rare\n{steps}\n"));
    sandbox.ragstill(&["run", "short.yaml", "--input", "docs", "--out", "short"]).exits(0);
    sandbox.ragstill(&["run", "rare", "--input", "docs", "--out", "rare"]).exits(0);
    let options = |run: &str| {
        let text = read(&sandbox.path(run).join("config.yaml"));
        text.split("steps:").nth(1).unwrap().split("examples:").next().unwrap().to_owned()
    };
    assert_eq!(options("short"), options("rare"));
    assert_eq!(sandbox.read("short/records.jsonl"), sandbox.read("rare/records.jsonl"));
}
