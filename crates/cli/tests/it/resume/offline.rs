//! `--offline`: the stored answers and nothing else.

use std::collections::BTreeSet;

use crate::support::{
    Sandbox, fake_teacher, json_lines, rare_args, read, read_json, rejects_some, requests, same_files,
    text_about,
};

#[test]
fn a_finished_run_completes_from_its_store() {
    let sandbox = Sandbox::with_corpus(18);
    let teacher = fake_teacher(rejects_some);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    crate::support::copy_folder(&sandbox.path("out"), &sandbox.path("copy"));
    for name in ["records.jsonl", "rejects.jsonl", "usage.json"] {
        std::fs::remove_file(sandbox.path("copy").join(name)).unwrap();
    }
    teacher.reset();
    sandbox.run_rare(&teacher, "copy", &["--offline"]).exits(0);
    assert_eq!(requests(&teacher), 0);
    same_files(&sandbox.path("out"), &sandbox.path("copy"));
    assert!(!sandbox.path("copy/missing.jsonl").exists());
}

#[test]
fn a_server_that_is_gone_and_a_key_that_is_not_set_do_not_matter() {
    let sandbox = Sandbox::with_corpus(8);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    teacher.go_down();
    sandbox.run_rare(&teacher, "out", &["--offline", "--api-key-env", "NO_SUCH_KEY"]).exits(0);
}

#[test]
fn what_is_missing_is_listed() {
    let sandbox = Sandbox::with_corpus(16);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "whole", &[]).exits(0);
    // The answers alone, without the results of the run that asked for them.
    std::fs::create_dir(sandbox.path("out")).unwrap();
    std::fs::copy(sandbox.path("whole/answers.sqlite"), sandbox.path("out/answers.sqlite")).unwrap();
    sandbox.write("docs/zz-1.md", &text_about("lake", 8001));
    sandbox.write("docs/zz-2.md", &text_about("bridge", 8002));
    teacher.reset();
    let outcome = sandbox.run_rare(&teacher, "out", &["--offline"]).exits(1);
    assert_eq!(requests(&teacher), 0);
    let missing = json_lines(&sandbox.path("out/missing.jsonl"));
    let questions: Vec<_> = missing.iter().filter(|row| row["prompt"] == "doc2query/question").collect();
    assert_eq!(questions.len(), 2);
    for row in &missing {
        assert!(row["step"].is_string() && row["record"].is_string(), "{row}");
        assert_eq!(row["key"].as_str().unwrap().len(), 64);
    }
    let outcome = outcome.complains(&[&format!(
        "error: {} answers are missing, listed in out/missing.jsonl; the same command without --offline asks for them",
        missing.len()
    )]);
    outcome.says(&[
        "incomplete: answers are missing and nothing was asked (--offline)",
        "2 × doc2query/question",
    ]);
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["status"], "missing");
    assert_eq!(status["missing"]["doc2query/question"], 2);
    assert_eq!(status["pending"].as_u64().unwrap(), missing.len() as u64);
    assert_eq!(json_lines(&sandbox.path("out/records.jsonl")).len(), 18 - missing.len());

    // Online, exactly the listed requests are asked first; then nothing is missing and the list is gone.
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    assert_eq!(requests(&teacher), missing.len() as u64 + 2, "the two new questions lead to two reasonings");
    sandbox.run_rare(&teacher, "out", &["--offline"]).exits(0);
    assert!(!sandbox.path("out/missing.jsonl").exists());
}

#[test]
fn a_complete_run_is_not_replaced_by_less() {
    let sandbox = Sandbox::with_corpus(10);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    let out = sandbox.path("out");
    crate::support::copy_folder(&out, &sandbox.path("before"));
    sandbox.write("docs/zz.md", &text_about("lake", 8003));
    sandbox.run_rare(&teacher, "out", &["--offline", "--seed", "9"]).exits(1).says(&[
        "kept        the results of the complete run before",
        "changed since the last run here: seed: 42 → 9",
    ]);
    for name in ["records.jsonl", "rejects.jsonl", "usage.json", "run.json", "config.yaml"] {
        assert_eq!(read(&out.join(name)), read(&sandbox.path("before").join(name)), "{name}");
    }
    assert!(!json_lines(&out.join("missing.jsonl")).is_empty());
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".partial")), "{left:?}");

    sandbox.run_rare(&teacher, "out", &["--seed", "9"]).exits(0).says(&["records     11"]);
    assert_eq!(json_lines(&out.join("records.jsonl")).len(), 11);
    assert!(read(&out.join("config.yaml")).contains("seed: 9"));
}

#[test]
fn the_list_names_the_keys_under_which_answers_will_be_stored() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &["--offline"]).exits(1);
    let listed: BTreeSet<String> = json_lines(&sandbox.path("out/missing.jsonl"))
        .iter()
        .map(|row| row["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed.len(), 6);
    sandbox.ragstill(&rare_args(&teacher, "out", &[])).exits(0);
    let store = rusqlite::Connection::open(sandbox.path("out/answers.sqlite")).unwrap();
    let mut select = store.prepare("SELECT key FROM answers WHERE prompt = 'doc2query/question'").unwrap();
    let stored: BTreeSet<String> =
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(listed, stored);
}
