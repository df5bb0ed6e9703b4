//! Answers that cannot be used.

use ragstill_testkit::Fault;

use crate::support::{
    Sandbox, asks_for_question, asks_for_reasoning, fake_teacher, json_lines, read_json, rejects_some,
    requests, stored_answers,
};

#[test]
fn nonsense_becomes_rejects_with_reasons() {
    let sandbox = Sandbox::with_corpus(36);
    let teacher = fake_teacher(rejects_some);
    sandbox
        .run_rare(&teacher, "out", &[])
        .exits(0)
        .says(&["rejects     4", "none of 3 answers could be used"]);
    let (records, rejects) =
        (json_lines(&sandbox.path("out/records.jsonl")), json_lines(&sandbox.path("out/rejects.jsonl")));
    assert_eq!((records.len(), rejects.len()), (32, 4), "none is lost");
    for reject in &rejects {
        assert_eq!(reject["operator"], "doc2query");
        let reason = reject["reason"].as_str().unwrap();
        assert!(reason.starts_with("none of 3 answers could be used; the last: "), "{reason}");
        assert!(
            reject["record"]["text"].as_str().unwrap().contains("unanswerable"),
            "the whole record is kept"
        );
        assert!(reject["id"].is_string());
    }
    // 32 questions and reasonings, and three attempts at each of the four.
    assert_eq!(requests(&teacher), 32 * 2 + 4 * 3);
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["rejects_by_reason"][0]["operator"], "doc2query");
    assert_eq!(status["rejects"], 4);
    let steps = status["steps"].as_array().unwrap();
    let counts =
        |step: &serde_json::Value| ["given", "kept", "rejected"].map(|count| step[count].as_u64().unwrap());
    assert_eq!(steps.iter().map(counts).collect::<Vec<_>>(), [[36, 32, 4], [32, 32, 0], [32, 32, 0]]);
}

#[test]
fn fewer_attempts_are_fewer_requests() {
    let sandbox = Sandbox::with_corpus(9);
    let teacher = fake_teacher(rejects_some);
    sandbox.run_rare(&teacher, "out", &["--set", "doc2query.max_attempts=1"]).exits(0);
    assert_eq!(requests(&teacher), 8 * 2 + 1);
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert!(!rejects[0]["reason"].as_str().unwrap().contains("none of"), "{}", rejects[0]["reason"]);
}

#[test]
fn an_answer_that_is_cut_off_is_refused_and_asked_again() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = fake_teacher(|config| {
        config.inject(|request| {
            let first = !request.body().windows(7).any(|bytes| bytes == b"\"seed\":");
            (asks_for_reasoning(request) && first).then_some(Fault::Truncated)
        })
    });
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
    assert_eq!(json_lines(&sandbox.path("out/records.jsonl")).len(), 6);
    assert_eq!(requests(&teacher), 6 + 6 * 2, "each reasoning was asked for a second time");

    let teacher = fake_teacher(|config| {
        config.inject(|request| asks_for_reasoning(request).then_some(Fault::Truncated))
    });
    sandbox.run_rare(&teacher, "cut", &[]).exits(1).complains(&["every record was rejected"]);
    for reject in json_lines(&sandbox.path("cut/rejects.jsonl")) {
        let reason = reject["reason"].as_str().unwrap();
        assert!(reason.contains("cut off at the token limit; raise `max_tokens`"), "{reason}");
    }
}

#[test]
fn mostly_nonsense_stops_the_run_with_advice() {
    let sandbox = Sandbox::with_corpus(120);
    // Two of three documents: more than half of any first fifty.
    let teacher = fake_teacher(|config| {
        config.inject(|request| {
            let mut words = request.prompt().split_whitespace();
            let series: Option<u64> = words.find_map(|word| word.parse().ok());
            let lost = asks_for_question(request) && series.is_some_and(|number| number % 3 != 0);
            lost.then_some(Fault::Nonsense)
        })
    });
    let args = ["--concurrency", "4"];
    sandbox.run_rare(&teacher, "out", &args).exits(1).complains(&[
        "error: more than half of the first 50 records were rejected; look at the reasons",
        "--prompts",
        "--keep-going",
    ]);
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["status"], "failed");
    assert!(status["pending"].as_u64().unwrap() > 30, "it stopped early: {status}");
    let paid = stored_answers(&sandbox.path("out"));
    assert!(requests(&teacher) < 250, "{} requests before it stopped", requests(&teacher));

    // The rejects and their reasons are there to be looked at.
    assert!(json_lines(&sandbox.path("out/rejects.jsonl")).len() > 25);
    // Going on all the same asks nothing again that was answered.
    teacher.reset();
    sandbox.run_rare(&teacher, "out", &["--concurrency", "4", "--keep-going"]).exits(0);
    assert!(teacher.log().iter().all(|entry| !paid.contains_key(&entry.key)));
    let done = json_lines(&sandbox.path("out/records.jsonl")).len()
        + json_lines(&sandbox.path("out/rejects.jsonl")).len();
    assert_eq!(done, 120);
}

#[test]
fn half_of_the_first_fifty_is_not_more_than_half() {
    let sandbox = Sandbox::new();
    let rows = (0..50).map(|number| {
        let word = if number % 2 == 0 { "unanswerable" } else { "clear" };
        format!("{{\"text\": \"Lake number {number} is {word}: it turns over in spring and in autumn.\"}}\n")
    });
    sandbox.write("docs/rows.jsonl", &rows.collect::<String>());
    let teacher = fake_teacher(rejects_some);
    sandbox
        .run_rare(&teacher, "out", &["--set", "doc2query.max_attempts=1"])
        .exits(0)
        .says(&["records     25"]);
}
