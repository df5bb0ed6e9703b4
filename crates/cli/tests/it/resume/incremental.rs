//! Changes cost only what is new.

use std::collections::BTreeMap;

use ragstill_testkit::Responder;
use serde_json::Value;

use crate::support::{
    Running, Sandbox, asks_for_question, fake_teacher, json_lines, read, requests, same_files,
    stored_answers, text_about,
};

/// How many answers to each prompt the store has more than before.
fn asked_since(before: &BTreeMap<String, u64>, sandbox: &Sandbox) -> BTreeMap<String, u64> {
    let mut now = by_prompt(sandbox);
    for (prompt, count) in before {
        *now.entry(prompt.clone()).or_default() -= count;
    }
    now.retain(|_, count| *count > 0);
    now
}

fn by_prompt(sandbox: &Sandbox) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for answer in stored_answers(&sandbox.path("out")).into_values() {
        *counts.entry(answer.prompt).or_default() += 1;
    }
    counts
}

/// The finished records by their id.
fn records(sandbox: &Sandbox) -> BTreeMap<String, Value> {
    json_lines(&sandbox.path("out/records.jsonl"))
        .into_iter()
        .map(|record| (record["record_id"].as_str().unwrap().to_owned(), record))
        .collect()
}

/// A teacher whose answers hang on the document's words alone, not on how the prompt is put.
fn steady_teacher() -> Running {
    fake_teacher(|config| {
        config.responder(Responder::new(|request| {
            let document = request.prompt().split("</").next().unwrap_or_default();
            let word = document.split_whitespace().find(|word| word.chars().all(char::is_numeric));
            let number = word.unwrap_or("none");
            if asks_for_question(request) {
                let answer = serde_json::json!({"hard_query": {
                    "question": format!("What limits the turnover in series {number} when the pressure drifts?"),
                    "scenario": format!("Two observers of series {number} disagree about the turnover."),
                }});
                return answer.to_string();
            }
            format!("The document of the series that the question names decides: {number}.")
        }))
    })
}

#[test]
fn a_second_run_asks_nothing() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let before = sandbox.read("out/records.jsonl");
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &[]).exits(0).says(&["0 answered now, 24 from the store"]);
    assert_eq!(requests(&teacher), 0);
    assert_eq!(sandbox.read("out/records.jsonl"), before);
}

#[test]
fn new_documents_cost_their_own_requests() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let (before, old) = (by_prompt(&sandbox), records(&sandbox));
    // One that comes first, one in the middle, and rows at the end.
    sandbox.write("docs/000-a.md", &text_about("lake", 5000));
    sandbox.write("docs/007-a.md", &text_about("harbour", 5001));
    let rows = format!(
        "{}{}\n{}\n",
        read(&sandbox.path("docs/rows.jsonl")),
        serde_json::json!({"text": text_about("turbine", 5002)}),
        serde_json::json!({"text": text_about("vaccine", 5003)}),
    );
    sandbox.write("docs/rows.jsonl", &rows);
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &[]).exits(0).says(&["records     34"]);

    let new = records(&sandbox);
    // The new documents may be better negatives for some of the old questions: those are reasoned about anew.
    let other_negatives =
        old.iter().filter(|(id, record)| new[*id]["hard_negatives"] != record["hard_negatives"]).count()
            as u64;
    for (id, record) in &old {
        assert_eq!(new[id]["question"], record["question"], "questions of old documents stay");
    }
    let asked = asked_since(&before, &sandbox);
    assert_eq!(asked["doc2query/question"], 4);
    assert_eq!(asked["reason_distill/reasoning"], 4 + other_negatives);
    assert_eq!(requests(&teacher), 8 + other_negatives);
    assert!(other_negatives < 30, "{other_negatives} of 30 old records got other negatives");

    sandbox.run_rare(&teacher, "fresh", &[]).exits(0);
    same_files(&sandbox.path("out"), &sandbox.path("fresh"));
}

#[test]
fn documents_that_are_gone_cost_nothing() {
    let sandbox = Sandbox::with_corpus(20);
    let teacher = steady_teacher();
    sandbox.run_rare(&teacher, "out", &["--limit", "20"]).exits(0);
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &["--limit", "5"]).exits(0).says(&["records     5", "limit: 20 → 5"]);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn a_changed_prompt_asks_itself_again_and_nothing_else() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = steady_teacher();
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let before = by_prompt(&sandbox);
    sandbox.write(
        "prompts/reason_distill/reasoning.md",
        "# user\n{{ scenario }}\n{{ question }}\n{% for document in documents %}{{ loop.index }}. {{ document }}\n{% endfor %}Reason.",
    );
    teacher.reset();
    sandbox
        .run_rare(&teacher, "out", &["--prompts", "prompts"])
        .exits(0)
        .says(&["changed since the last run here: prompts: not set → \"prompts\""]);
    assert_eq!(requests(&teacher), 12);
    assert_eq!(asked_since(&before, &sandbox), BTreeMap::from([("reason_distill/reasoning".to_owned(), 12)]));

    // Back to the old prompt: its answers are still there.
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn a_changed_prompt_asks_later_steps_only_where_its_answer_changed() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = steady_teacher();
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    // Worded anew; the teacher's answers stay the same, and so does what is built on them.
    sandbox.write(
        "prompts/doc2query/question.md",
        "# system\nReturn {\"hard_query\": {\"question\", \"scenario\"}}.\n# user\n{{ text | block('document') }}\n\nAsk.",
    );
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &["--prompts", "prompts"]).exits(0);
    assert_eq!(requests(&teacher), 12, "questions alone");

    // A teacher that answers otherwise when the prompt is worded otherwise: everything built on it is new.
    let moody = fake_teacher(|config| config);
    let other = Sandbox::with_corpus(12);
    other.run_rare(&moody, "out", &[]).exits(0);
    other.write("prompts/doc2query/question.md", &sandbox.read("prompts/doc2query/question.md"));
    moody.reset();
    other.run_rare(&moody, "out", &["--prompts", "prompts"]).exits(0);
    assert_eq!(requests(&moody), 24);
}

#[test]
fn changed_options_are_said_and_reuse_what_they_can() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let before = by_prompt(&sandbox);
    teacher.reset();
    sandbox
        .run_rare(&teacher, "out", &["--set", "bm25hardneg.num_neg=2"])
        .exits(0)
        .says(&["changed since the last run here: steps.2.options.num_neg: 3 → 2"]);
    let asked = asked_since(&before, &sandbox);
    assert!(!asked.contains_key("doc2query/question"), "{asked:?}");
    assert_eq!(asked["reason_distill/reasoning"], 12);
    for record in records(&sandbox).values() {
        assert_eq!(record["hard_negatives"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn equal_documents_are_paid_for_once() {
    let sandbox = Sandbox::new();
    let row = serde_json::json!({"text": text_about("lake", 1)});
    let other = serde_json::json!({"text": text_about("bridge", 2)});
    sandbox.write("docs/rows.jsonl", &format!("{row}\n{row}\n{other}\n{row}\n"));
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &["--dedup", "off"]).exits(0).says(&["records     4"]);
    let lines = json_lines(&sandbox.path("out/records.jsonl"));
    let ids: std::collections::BTreeSet<_> = lines.iter().map(|line| line["record_id"].as_str()).collect();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    assert_eq!(teacher.stats().answered_again, []);
    assert_eq!(by_prompt(&sandbox)["doc2query/question"], 2);
}
