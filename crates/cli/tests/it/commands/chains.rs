//! `ragstill run rearag`, `ragstill ask` and `ragstill eval`: chains of searches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use ragstill_testkit::{ChatRequest, Fault, Latency, RequestKey};
use serde_json::{Value, json};

use crate::support::{
    MODEL, Outcome, Running, Sandbox, SplitMix, fake_teacher, json_lines, read_json, requests,
    stored_answers, wait_until,
};

/// The demo's questions and corpus, which the built-in teacher answers.
const QUESTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/demo-questions.jsonl");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");

/// A sandbox with a corpus and questions about it, whose answers are their last two words.
fn with_questions(questions: usize) -> Sandbox {
    let sandbox = Sandbox::with_corpus(24);
    let row = |number: usize| {
        let series = 1000 + number % 24;
        json!({"id": number, "question": format!("In trial {number}, what limits the density of series {series}?"), "answer": format!("series {series}")})
    };
    let rows: Vec<String> = (0..questions).map(|number| row(number).to_string()).collect();
    sandbox.write("questions.jsonl", &rows.join("\n"));
    sandbox
}

fn arguments(teacher: &Running, out: &str, more: &[&str]) -> Vec<String> {
    let url = teacher.url();
    let args = [
        "run",
        "rearag",
        "--input",
        "questions.jsonl",
        "--set",
        "chains.corpus=docs",
        "--out",
        out,
        "--teacher",
        &url,
    ];
    args.iter().chain(&["--model", MODEL]).chain(more).map(ToString::to_string).collect()
}

fn run(sandbox: &Sandbox, teacher: &Running, out: &str, more: &[&str]) -> Outcome {
    sandbox.ragstill(&arguments(teacher, out, more))
}

#[track_caller]
fn same_chains(one: &Path, other: &Path) {
    for name in ["records.jsonl", "rejects.jsonl", "usage.json", "examples/rearag.jsonl"] {
        let (a, b) = (fs::read(one.join(name)).unwrap(), fs::read(other.join(name)).unwrap());
        assert!(a == b && !a.is_empty(), "{name} of {} and of {} differ", one.display(), other.display());
    }
}

/// Whether a request is for a step of a chain.
fn asks_for_step(request: &ChatRequest) -> bool {
    request.messages()[0].content.contains("{'function': 'search'")
}

#[test]
fn the_built_in_teacher_finds_every_answer_in_the_demo() {
    let sandbox = Sandbox::new();
    let corpus = format!("chains.corpus={}", json!(DEMO));
    let args = [
        "run",
        "rearag",
        "--input",
        QUESTIONS,
        "--set",
        &corpus,
        "--set",
        "chains.evidence=true",
        "--out",
        "out",
    ];
    sandbox.ragstill(&args).exits(0).says(&[
        "rearag: complete",
        "rejects     0",
        "chains searched again after a search that had not found an answer",
    ]);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    assert_eq!(records.len(), json_lines(Path::new(QUESTIONS)).len());
    let two_hops = records.iter().filter(|record| record["counts"]["searches"] == 2).count();
    assert!(two_hops >= 5, "{two_hops} chains search twice");
    for record in &records {
        assert_eq!((&record["valid"], &record["f1"]), (&json!(true), &json!(1.0)), "{record}");
    }
    // Each trainer's shape, tool roles where it has them.
    for format in [
        "llamafactory-sharegpt",
        "openai",
        "trl-messages",
        "axolotl-chat",
        "axolotl-segments",
        "sharegpt",
        "jsonl",
    ] {
        sandbox.ragstill(&["export", "out", "--format", format]).exits(0);
    }
    let rows = json_lines(&sandbox.path("out/examples/llamafactory-sharegpt/conversations.jsonl"));
    let from: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row["conversations"].as_array().unwrap())
        .map(|turn| turn["from"].as_str().unwrap())
        .collect();
    assert_eq!(from, BTreeSet::from(["function_call", "human", "observation"]));
    let openai = &json_lines(&sandbox.path("out/examples/openai.jsonl"))[0]["messages"];
    assert_eq!(openai[1]["tool_calls"][0]["function"]["name"], "search");
    assert_eq!(
        (&openai[2]["role"], &openai[2]["tool_call_id"]),
        (&json!("tool"), &openai[1]["tool_calls"][0]["id"])
    );
    assert_eq!(openai.as_array().unwrap().last().unwrap()["tool_calls"][0]["function"]["name"], "finish");
    let chat = &json_lines(&sandbox.path("out/examples/axolotl-chat.jsonl"))[0]["messages"];
    let trained: Vec<bool> = chat.as_array().unwrap().iter().map(|turn| turn["train"] == true).collect();
    assert_eq!(trained, [false, true, false, true, false, true]);
}

#[test]
fn from_questions_to_chains_with_nothing_lost() {
    let sandbox = with_questions(80);
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "out", &[]).exits(0).says(&["rearag: complete", "chains searched again"]);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert_eq!(records.len() + rejects.len(), 80);
    assert!(records.len() > 55 && !rejects.is_empty(), "{} records", records.len());
    for reject in &rejects {
        let record = &reject["record"];
        assert_eq!((&record["valid"], &record["valid_message"]), (&json!(false), &reject["reason"]));
        assert!(record["conversation"].as_array().unwrap().len() > 1);
    }
    let retries: u64 = records.iter().map(|record| record["counts"]["retries"].as_u64().unwrap()).sum();
    assert!(retries > 20, "{retries} retries");
    // ReaRAG's own shape, and nothing invented in it.
    let exported = json_lines(&sandbox.path("out/examples/rearag.jsonl"));
    for (row, record) in exported.iter().zip(&records) {
        let messages = row["messages"].as_array().unwrap();
        assert_eq!(messages[0], json!({"role": "user", "content": record["question"]}));
        for (number, message) in messages.iter().enumerate().skip(1) {
            let keys: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
            let expected: &[&str] =
                if number % 2 == 1 { &["role", "reasoning"] } else { &["role", "content"] };
            assert_eq!(keys, expected, "{message}");
            assert!(!message.to_string().contains("invented"), "{message}");
        }
        assert_eq!(messages.len(), 8);
    }
    // What was asked is stored, and asked once.
    assert_eq!(requests(&teacher), stored_answers(&sandbox.path("out")).len() as u64);
    teacher.reset();
    run(&sandbox, &teacher, "out", &[]).exits(0);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn the_same_chains_one_at_a_time_all_at_once_and_from_the_store() {
    let sandbox = with_questions(24);
    let teacher = fake_teacher(|config| {
        let latency = Latency::LongTail { median: Duration::from_millis(2), p99: Duration::from_millis(20) };
        config.latency(latency).fault(Fault::Nonsense, 0.05)
    });
    for (out, concurrency) in [("one", "1"), ("many", "500")] {
        teacher.reset();
        run(&sandbox, &teacher, out, &["--concurrency", concurrency]).exits(0);
    }
    same_chains(&sandbox.path("one"), &sandbox.path("many"));
    fs::create_dir(sandbox.path("again")).unwrap();
    fs::copy(sandbox.path("one/answers.sqlite"), sandbox.path("again/answers.sqlite")).unwrap();
    teacher.reset();
    run(&sandbox, &teacher, "again", &["--offline"]).exits(0);
    assert_eq!(requests(&teacher), 0);
    same_chains(&sandbox.path("one"), &sandbox.path("again"));
}

#[test]
fn killed_in_the_middle_chains_go_on_where_they_were() {
    let sandbox = with_questions(40);
    let teacher = fake_teacher(|config| {
        config
            .latency(Latency::LongTail { median: Duration::from_millis(15), p99: Duration::from_millis(90) })
    });
    let args = arguments(&teacher, "out", &["--concurrency", "10"]);
    let mut draws = SplitMix(11);
    let mut stored: BTreeSet<RequestKey> = BTreeSet::new();
    for _ in 0..4 {
        let after = 20 + draws.below(40);
        let running = sandbox.spawn(&args);
        wait_until("so many requests", || requests(&teacher) >= after);
        running.kill();
        wait_until("the server notices", || teacher.stats().in_flight == 0);
        let now: BTreeSet<RequestKey> = stored_answers(&sandbox.path("out")).into_keys().collect();
        assert!(now.is_superset(&stored), "stored answers are gone");
        assert!(
            teacher.log().iter().all(|entry| !stored.contains(&entry.key)),
            "a stored answer was asked for again"
        );
        stored = now;
        teacher.reset();
    }
    assert!(stored.len() > 40, "{} answers", stored.len());
    sandbox.ragstill(&args).exits(0);
    assert!(teacher.log().iter().all(|entry| !stored.contains(&entry.key)));
    let mut asked: BTreeMap<RequestKey, u32> = BTreeMap::new();
    teacher.log().iter().for_each(|entry| *asked.entry(entry.key).or_default() += 1);
    assert!(asked.values().all(|count| *count == 1), "asked twice");
    run(&sandbox, &teacher, "never-killed", &["--concurrency", "10"]).exits(0);
    same_chains(&sandbox.path("out"), &sandbox.path("never-killed"));
}

#[test]
fn an_answerer_that_is_down_stops_the_run_and_loses_nothing() {
    let sandbox = with_questions(30);
    let teacher = fake_teacher(|config| config);
    let down = ["--set", "teachers.answerer={url: 'http://127.0.0.1:9/v1', model: x, max_attempts: 1}"];
    let outcome = run(&sandbox, &teacher, "out", &down).exits(1);
    assert!(outcome.stderr.contains("127.0.0.1:9"), "{}", outcome.stderr);
    let stored = stored_answers(&sandbox.path("out"));
    assert!(!stored.is_empty(), "the first steps are kept");
    teacher.reset();
    run(&sandbox, &teacher, "out", &[]).exits(0);
    assert!(teacher.log().iter().all(|entry| !stored.contains_key(&entry.key)));
}

#[test]
fn teachers_that_never_finish_or_never_make_sense() {
    let sandbox = with_questions(12);
    let never = fake_teacher(|config| {
        config.inject(|request| {
            let done = request.messages().iter().filter(|message| message.role == "assistant").count();
            (asks_for_step(request) && done >= 2).then_some(Fault::Nonsense)
        })
    });
    let more = ["--set", "chains.max_tries=3", "--keep-going"];
    run(&sandbox, &never, "out", &more)
        .exits(1)
        .complains(&["every record was rejected; `chains`: 12 × 3 retries were not enough"]);
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert!(rejects.iter().all(|reject| reject["record"]["counts"]["steps"] == 2));
    let few = fake_teacher(|config| config);
    run(&sandbox, &few, "few", &["--set", "chains.iter_num_max=2", "--keep-going"])
        .exits(1)
        .complains(&["the chain did not finish in 2 steps"]);
}

#[test]
fn what_is_missing_is_told_before_anything_is_spent() {
    let sandbox = with_questions(3);
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let base =
        ["run", "rearag", "--input", "questions.jsonl", "--out", "out", "--teacher", &url, "--model", MODEL];
    for (more, parts) in [
        (&[][..], &["rearag:", "step `chains`", "there is nothing to search"][..]),
        (&["--set", "chains.index=none"], &["step `chains`: option `index`", "none"]),
        (&["--set", "chains.corpus=none"], &["step `chains`: option `corpus`", "none"]),
        (&["--set", "chains.corpus=docs", "--set", "chains.index=x"], &["give one of them"]),
        (
            &["--set", "chains.corpus=docs", "--set", "chains.topk=1"],
            &["no option `topk`; did you mean `top_k`"],
        ),
        (
            &["--set", "chains.corpus=docs", "--set", "chains.max_observation=1"],
            &["option `max_observation` must be at least 100"],
        ),
    ] {
        sandbox.ragstill(&[&base[..], more].concat()).exits(2).complains(parts);
    }
    assert_eq!(requests(&teacher), 0);
    assert!(!sandbox.path("out").exists());
    // An index in place of a corpus does as well.
    sandbox.ragstill(&["index", "--input", "docs", "--out", "index"]).exits(0);
    sandbox.ragstill(&[&base[..], &["--set", "chains.index=index"]].concat()).exits(0);
}

#[test]
fn ask_shows_the_chain_and_gives_the_answer() {
    let sandbox = Sandbox::new();
    let question = "How deep is the lake that released a cloud of carbon dioxide in 1986?";
    let outcome = sandbox.ragstill(&["ask", question, "--input", DEMO]).exits(0);
    insta::assert_snapshot!(
        "ask",
        outcome.stdout.lines().filter(|line| !line.starts_with("  [")).collect::<Vec<_>>().join("\n")
    );
    let coloured = sandbox.ragstill(&["ask", "--input", DEMO, question, "--color", "always"]).exits(0);
    assert!(coloured.stdout.contains("\u{1b}[34mThought 1: \u{1b}[0m"), "{}", coloured.stdout);
    let json = sandbox.ragstill(&["ask", question, "--input", DEMO, "--json"]).exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["answer"], &json["counts"]["searches"]), (&json!("208 m"), &json!(2)));
    for (args, parts) in [
        (&["ask", question][..], &["there is nothing to search", "--input"][..]),
        (&["ask", "--input", DEMO], &["there is no question"]),
        (&["ask", question, "--input", DEMO, "--tokenizer", "none.json"], &["--tokenizer", "none.json"]),
        (&["ask", question, "--input", DEMO, "--window", "3"], &["--window must be at least 64"]),
        (&["ask", question, "--index", "none"], &["--index", "none"]),
        (&["ask", question, "--input", DEMO, "--teacher", "http://127.0.0.1:9/v1"], &["--model"]),
    ] {
        sandbox.ragstill(args).exits(2).complains(parts);
    }
}

#[test]
fn ask_works_with_a_server_in_both_ways_of_prompting() {
    let sandbox = Sandbox::with_corpus(24);
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let question = "What limits the density of series 1003?";
    let base = ["ask", question, "--input", "docs", "--teacher", &url, "--model", MODEL, "--json"];
    for style in ["chat", "rearag"] {
        let outcome = sandbox.ragstill(&[&base[..], &["--style", style]].concat()).exits(0);
        let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(
            (&json["answer"], &json["counts"]["searches"]),
            (&json!("series 1003"), &json!(3)),
            "{style}"
        );
    }
    // A teacher that makes no sense is an error that says so.
    let nonsense = fake_teacher(|config| config.fault(Fault::Nonsense, 1.0));
    let url = nonsense.url();
    sandbox
        .ragstill(&[
            "ask",
            question,
            "--input",
            "docs",
            "--teacher",
            &url,
            "--model",
            MODEL,
            "--max-tries",
            "2",
        ])
        .exits(1)
        .complains(&["step 1 is asked for again", "there is no answer: 2 retries were not enough"]);
}

#[test]
fn eval_tells_exact_match_f1_and_what_a_judge_finds() {
    let sandbox = Sandbox::new();
    let base = ["eval", QUESTIONS, "--input", DEMO, "--out", "out", "--judge"];
    let outcome = sandbox.ragstill(&base).exits(0);
    insta::assert_snapshot!("eval", outcome.stdout.replace(QUESTIONS, "demo-questions.jsonl"));
    let json = sandbox.ragstill(&[&base[..], &["--json"]].concat()).exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&json["EM"], &json["ACC_L"], &json["status"]),
        (&json!(1.0), &json!(1.0), &json!("complete"))
    );

    let sandbox = with_questions(60);
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let args = [
        "eval",
        "questions.jsonl",
        "--input",
        "docs",
        "--out",
        "out",
        "--teacher",
        &url,
        "--model",
        MODEL,
        "--json",
    ];
    let json = sandbox.ragstill(&[&args[..], &["--judge"]].concat()).exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    // The answerer, not the chain, gives the short answer, and the fake one knows it.
    assert_eq!((&json["evaluated"], &json["EM"], &json["F1"]), (&json!(60), &json!(1.0), &json!(1.0)));
    assert!(json["searches"].as_f64().unwrap() >= 3.0 && json["retries"].as_f64().unwrap() > 0.0, "{json}");
    teacher.reset();
    sandbox.ragstill(&[&args[..], &["--judge"]].concat()).exits(0);
    assert_eq!(requests(&teacher), 0, "a second run has all it needs");
    let usage = read_json(&sandbox.path("out/usage.json"));
    assert!(usage["total"]["answers"].as_u64().unwrap() > 60 * 7);
}
