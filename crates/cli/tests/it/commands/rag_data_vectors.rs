//! `ragstill run rag-data` with passages that are near each other by vectors.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    MODEL, Outcome, Running, Sandbox, VectorServer, fake_teacher, json_lines, read_json, requests,
    text_about, wait_until,
};

const PASSAGES: usize = 60;
/// Groups of passages by vectors, which their words do not tell.
const TOPICS: usize = 4;

/// The number of a passage.
fn number(text: &str) -> usize {
    let digits = text.split_once("of series ").unwrap().1;
    digits.split(' ').next().unwrap().parse().unwrap()
}

/// Near each other is what is of one topic, and within it what has close numbers.
fn vector(text: &str) -> Vec<f64> {
    let Some(_) = text.find("of series ") else { return vec![0.0; TOPICS + 2] };
    let number = number(text);
    // Squares, so that nothing is as near on either side.
    let angle = (number * number) as f64 / (PASSAGES * PASSAGES) as f64;
    let mut vector: Vec<f64> =
        (0..TOPICS).map(|topic| f64::from(u8::from(topic == number % TOPICS))).collect();
    vector.extend([0.5 * angle.cos(), 0.5 * angle.sin()]);
    vector
}

/// Passages, and a near copy of the first.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut rows: Vec<String> = (0..PASSAGES).map(|n| text_about("lake", n as u64)).collect();
    rows.push(format!("{} Indeed.", rows[0]));
    let rows: Vec<String> = rows.iter().map(|text| json!({"text": text}).to_string()).collect();
    sandbox.write("docs.jsonl", &rows.join("\n"));
    sandbox
}

fn args(teacher: &Running, out: &str, set: &[String]) -> Vec<String> {
    let url = teacher.url();
    let mut args: Vec<String> =
        ["run", "rag-data", "--input", "docs.jsonl", "--out", out, "--teacher", &url, "--model", MODEL]
            .map(String::from)
            .to_vec();
    args.extend(["--set".into(), "input.dedup=off".into()]);
    for set in set {
        args.extend(["--set".into(), format!("simulatedretrieval.{set}")]);
    }
    args
}

fn dense(server: &VectorServer) -> Vec<String> {
    vec!["distractors=dense".into(), format!("dense={}", server.address)]
}

fn run(sandbox: &Sandbox, teacher: &Running, out: &str, set: &[String]) -> Outcome {
    sandbox.ragstill(&args(teacher, out, set))
}

/// For each passage the others that were found.
fn found(sandbox: &Sandbox, out: &str) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value["text"].as_str().unwrap().to_owned();
    let rows = json_lines(&sandbox.path(out).join("rag_prepared_data.jsonl"));
    rows.iter()
        .map(|row| {
            let found = row["retrieved"].as_array().unwrap().iter();
            (text(row), found.filter(|found| found["is_source"] == false).map(text).collect())
        })
        .collect()
}

fn product(a: &str, b: &str) -> f64 {
    vector(a).iter().zip(vector(b)).map(|(a, b)| a * b).sum()
}

/// The other passages, the nearest first: no copies, near ones neither.
fn nearest(of: &str) -> Vec<usize> {
    let own = number(of);
    let mut others: Vec<usize> = (0..PASSAGES).filter(|other| *other != own).collect();
    let score = |other: usize| product(of, &text_about("lake", other as u64));
    others.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
    others
}

#[test]
fn the_nearest_are_found_and_nothing_is_embedded_twice() {
    let sandbox = sandbox();
    let (teacher, server) = (fake_teacher(|config| config), VectorServer::start("topics", vector));
    let plan = |out: &str| {
        let mut args = args(&teacher, out, &dense(&server));
        args[0] = "plan".into();
        sandbox.ragstill(&args).exits(0).stdout
    };
    let planned = plan("out");
    assert!(planned.contains("61 passages would first be embedded by http://127.0.0.1"), "{planned}");
    assert!((server.embedded(), sandbox.path("out").exists()) == (0, false), "nothing was sent or made");

    run(&sandbox, &teacher, "out", &dense(&server)).exits(0).says(&["61 passages were embedded by `topics`"]);
    let asked: Vec<String> = server.take().into_iter().filter(|text| text != "dimension").collect();
    assert_eq!((asked.len(), asked.iter().collect::<BTreeSet<_>>().len()), (61, 61), "each once");
    let rows = found(&sandbox, "out");
    assert!(rows.iter().filter(|(_, others)| !others.is_empty()).count() > 30);
    for (text, others) in &rows {
        let numbers: Vec<usize> = others.iter().map(|other| number(other)).collect();
        let mut expected = nearest(text)[..others.len()].to_vec();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(sorted, expected, "of {}", number(text));
    }

    // The same again, and elsewhere with the file of the vectors.
    let planned = plan("out");
    assert!(!planned.contains("embedded") && planned.lines().any(|line| line.contains("rag_qa/success")));
    let line = planned.lines().find(|line| line.contains("rag_qa/success")).unwrap();
    let columns: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(columns[3], "0", "the forecast draws what the run has drawn: {line}");
    run(&sandbox, &teacher, "out", &dense(&server)).exits(0).says(&["0 answered now"]);
    std::fs::create_dir_all(sandbox.path("other")).unwrap();
    std::fs::copy(sandbox.path("out/vectors.sqlite"), sandbox.path("other/vectors.sqlite")).unwrap();
    run(&sandbox, &teacher, "other", &dense(&server)).exits(0);
    assert_eq!(server.take(), Vec::<String>::new());
    assert!(sandbox.read("out/records.jsonl") == sandbox.read("other/records.jsonl"));
    let mut offline = args(&teacher, "out", &dense(&server));
    offline.push("--offline".into());
    sandbox.ragstill(&offline).exits(0).says(&["0 answered now"]);

    // A new passage costs itself.
    let more = format!("{}\n{}\n", sandbox.read("docs.jsonl"), json!({"text": text_about("lake", 99)}));
    sandbox.write("docs.jsonl", &more);
    sandbox
        .ragstill(&offline)
        .exits(1)
        .complains(&["1 of 62 passages have no vector yet", "without --offline"]);
    run(&sandbox, &teacher, "out", &dense(&server)).exits(0).says(&["1 passages were embedded"]);
    let asked = server.take();
    assert!(asked.len() <= 2 && asked.contains(&text_about("lake", 99)), "{asked:?}");
}

#[test]
fn killed_in_the_middle_it_asks_for_what_is_missing() {
    let sandbox = sandbox();
    let teacher = fake_teacher(|config| config);
    let server = VectorServer::slow("topics", vector, Duration::from_millis(40));
    let mut set = dense(&server);
    set.extend(["dense_options={batch: 4, concurrency: 2, model: topics, dimension: 6}".into()]);
    for kill in [false, true] {
        let running = sandbox.spawn(&args(&teacher, "out", &set));
        let before = server.embedded();
        wait_until("some vectors", || server.embedded() >= before + 12);
        if kill {
            running.kill();
        } else {
            running.interrupt();
            running.ends_within(Duration::from_secs(60)).exits(1).complains(&[
                "interrupted",
                "of 61 passages have their vectors",
                "the same command goes on",
            ]);
        }
    }
    assert_eq!(requests(&teacher), 0);
    run(&sandbox, &teacher, "out", &set).exits(0);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for text in server.take() {
        *times.entry(text).or_default() += 1;
    }
    assert_eq!(times.len(), 61);
    let again = times.values().filter(|times| **times > 1).count();
    // Two requests of four texts were in flight when it was killed.
    assert!(again <= 8 && times.values().all(|times| *times <= 2), "{again} texts were embedded again");
    run(&sandbox, &teacher, "whole", &set).exits(0);
    assert!(sandbox.read("out/records.jsonl") == sandbox.read("whole/records.jsonl"));
}

#[test]
fn servers_that_fail_cost_nothing_that_is_there() {
    let sandbox = sandbox();
    let (teacher, server) = (fake_teacher(|config| config), VectorServer::start("topics", vector));
    // A run without vectors, whose answers stay.
    run(&sandbox, &teacher, "out", &[]).exits(0);
    let (records, asked) = (sandbox.read("out/records.jsonl"), requests(&teacher));
    let mut set = dense(&server);
    set.push("dense_options={batch: 8, concurrency: 1, max_attempts: 1}".into());
    server.fail_after(1 + 24);
    run(&sandbox, &teacher, "out", &set).exits(1).complains(&[
        "option `dense`: ",
        "no more today",
        "24 of 61 passages have their vectors, which are kept; the same command goes on",
    ]);
    server.fail_after(0);
    run(&sandbox, &teacher, "new", &set).exits(1).complains(&["option `dense`: ", "no more today"]);
    assert_eq!((sandbox.read("out/records.jsonl"), requests(&teacher)), (records, asked));
    // Another model behind the address.
    let other = VectorServer::start("others", |_| vec![1.0, 0.0]);
    let spec = format!("UPDATE asked SET spec = replace(spec, '{}', '{}')", server.address, other.address);
    rusqlite::Connection::open(sandbox.path("out/vectors.sqlite")).unwrap().execute(&spec, []).unwrap();
    run(&sandbox, &teacher, "out", &dense(&other)).exits(2).complains(&[
        "now has the model `others` (2 numbers)",
        "made by `topics` (6 numbers)",
        "delete the file",
    ]);
    let mut wrong = dense(&other);
    wrong.push("dense_options={model: others, dimension: 5}".into());
    run(&sandbox, &teacher, "out", &wrong).exits(1).complains(&["has 2 numbers where 5 were expected"]);
    // Chosen by name it is another model, whose vectors come beside the others.
    wrong[2] = "dense_options={model: others}".into();
    run(&sandbox, &teacher, "out", &wrong).exits(0).says(&["61 passages were embedded by `others`"]);
    server.fail_after(usize::MAX);
    server.take();
    run(&sandbox, &teacher, "out", &set).exits(0).says(&["37 passages were embedded by `topics`"]);
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["status"], "complete");
    sandbox.write("out/vectors.sqlite", "no database");
    run(&sandbox, &teacher, "out", &set).exits(1).complains(&["vectors.sqlite", "move it away"]);
}

#[test]
fn both_rankings_and_some_at_random() {
    let sandbox = sandbox();
    let (teacher, server) = (fake_teacher(|config| config), VectorServer::start("topics", vector));
    let model = format!("dense={}", server.address);
    let made = |out: &str, set: &[&str]| {
        let mut set: Vec<String> = set.iter().map(ToString::to_string).collect();
        set.push(model.clone());
        run(&sandbox, &teacher, out, &set).exits(0);
        let rows = found(&sandbox, out).into_iter();
        let pairs: Vec<(usize, usize)> = rows
            .flat_map(|(text, others)| others.into_iter().map(move |other| (number(&text), number(&other))))
            .collect();
        assert!(pairs.len() > 60 && pairs.iter().all(|(one, other)| one != other), "no copies");
        pairs.iter().filter(|(one, other)| one % TOPICS == other % TOPICS).count() as f64 / pairs.len() as f64
    };
    let of_one_topic = made("hybrid", &["distractors=hybrid"]);
    assert!(of_one_topic > 0.4, "{of_one_topic}");
    let mixed = made("mixed", &["distractors=mixed", "retriever=dense"]);
    assert!((0.3..0.9).contains(&mixed), "{mixed}");
    // All of one topic score more than half of what a passage itself scores.
    let far = made("far", &["distractors=dense", "max_score_share=0.5"]);
    assert_eq!(far, 0.0);
}

#[test]
fn corpora_of_one_two_and_three_passages() {
    let teacher = fake_teacher(|config| config);
    let server = VectorServer::start("topics", vector);
    for size in 1..=3 {
        let sandbox = Sandbox::new();
        let rows = (0..size).map(|n| json!({"text": text_about("lake", n)}).to_string() + "\n");
        sandbox.write("docs.jsonl", &rows.collect::<String>());
        for distractors in ["dense", "hybrid"] {
            let mut set = dense(&server);
            set[0] = format!("distractors={distractors}");
            set.push("rag_failure_percentage=1".into());
            set.push("rag_max_chunks=9".into());
            run(&sandbox, &teacher, distractors, &set).exits(0);
            let rows = found(&sandbox, distractors);
            assert_eq!(rows.len() as u64, size);
            assert!(
                rows.iter().all(|(_, others)| others.len() < size as usize || size == 1 && others.is_empty())
            );
            assert!(size == 1 || rows.iter().any(|(_, others)| !others.is_empty()));
        }
    }
}

#[test]
fn options_that_do_not_fit_together() {
    let sandbox = sandbox();
    let teacher = fake_teacher(|config| config);
    for (set, fault) in [
        (vec!["distractors=dense"], "option `dense`: vectors need a model"),
        (vec!["distractors=mixed", "retriever=hybrid"], "option `dense`: vectors need a model"),
        (vec!["dense=http://localhost:1/v1"], "names a model, and nothing asks for vectors"),
        (vec!["retriever=dense"], "option `retriever` is for `distractors: mixed`"),
        (vec!["distractors=dense", "dense=no/such/folder"], "`no/such/folder` does not exist"),
        (vec!["distractors=dense", "dense=http://"], "option `dense`: "),
        (
            vec!["distractors=dense", "dense=http://h/v1", "dense_options={batch: 0}"],
            "batch: must be 1 to 4096",
        ),
        (vec!["distractors=dense", "dense=http://h/v1", "dense_options={bach: 8}"], "bach"),
        (
            vec!["distractors=dense", "dense=http://h/v1", "dense_options={query_prefix: q}"],
            "nothing is a query here",
        ),
        (
            vec!["distractors=dense", "dense=http://h/v1", "dense_options={pooling: cls}"],
            "pooling: the server at",
        ),
        (vec!["distractors=dense", "dense=http://h/v1", "dense_options={api_key_env: NOT_SET}"], "NOT_SET"),
        (vec!["distractors=vectors"], "distractors"),
        (vec!["max_score_share=0"], "`max_score_share` must be a number above 0"),
    ] {
        let set: Vec<String> = set.iter().map(ToString::to_string).collect();
        run(&sandbox, &teacher, "out", &set).exits(2).complains(&[fault]);
    }
    assert_eq!(requests(&teacher), 0);
}
