//! `ragstill run agentic`: question tasks from documents to trainers' files.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ragstill_testkit::{ChatRequest, Fault, Latency};
use serde_json::{Value, json};

use crate::support::{
    MODEL, Outcome, Running, Sandbox, fake_teacher, json_lines, read, read_json, requests, stored_answers,
    wait_until,
};

fn arguments<'a>(command: &'a str, out: &'a str, url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [command, "agentic", "--input", "docs", "--out", out, "--teacher", url, "--model", MODEL];
    args.into_iter().chain(more.iter().copied()).collect()
}

fn run(sandbox: &Sandbox, teacher: &Running, out: &str, more: &[&str]) -> Outcome {
    sandbox.ragstill(&arguments("run", out, &teacher.url(), more))
}

/// Whether a request holds this in one of its messages.
fn asks(request: &ChatRequest, part: &str) -> bool {
    request.messages().iter().any(|message| message.content.contains(part))
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("`{field}` of {row}"))
}

/// The calls that a task needs which has come as far as its fields say.
fn needed(fields: &Value) -> u64 {
    let is_there = |field: &str| u64::from(!fields[field].is_null());
    let judged = |field: &str| {
        let answer = fields[field].as_str();
        u64::from(
            answer.is_some_and(|answer| answer != "I don't know" && answer != text(fields, "refined_answer")),
        )
    };
    let passed = |field: &str, passes: fn(u64) -> bool| u64::from(fields[field].as_u64().is_some_and(passes));
    1 + is_there("question")
        + is_there("refined_answer")
        + judged("llm_answer")
        + passed("llm_score", |score| score < 1)
        + judged("golden_doc_answer")
        + passed("golden_doc_score", |score| score >= 1)
}

#[test]
fn from_documents_to_tasks_with_no_call_too_many() {
    let sandbox = Sandbox::with_corpus(60);
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "out", &["--export", "jsonl"])
        .exits(0)
        .says(&["agentic: complete", "closed book: score 1"]);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert!(records.len() > 60, "{}", records.len());
    let reasons: BTreeSet<&str> =
        rejects.iter().map(|reject| text(reject, "reason").split(": ").next().unwrap()).collect();
    assert!(reasons.is_superset(&BTreeSet::from(["closed book", "golden document"])), "{reasons:?}");
    let calls: u64 = records.iter().map(needed).sum::<u64>()
        + rejects
            .iter()
            .filter(|reject| text(reject, "id").contains('/'))
            .map(|reject| needed(&reject["record"]))
            .sum::<u64>();
    // Some documents ask the same: that is paid for once.
    let usage = read_json(&sandbox.path("out/usage.json"));
    assert_eq!(usage["total"]["answers"], 60 * 2 + calls);
    assert_eq!(requests(&teacher), stored_answers(&sandbox.path("out")).len() as u64);
    for record in &records {
        let document = text(record, "text").to_lowercase();
        let answer = text(record, "refined_answer");
        let span: Vec<usize> = serde_json::from_value(record["golden_span"].clone()).unwrap();
        assert_eq!(&document[span[0]..span[1]], answer);
        assert_eq!(record["optional_answer"][0], answer);
        assert_eq!(
            (&record["kind"], &record["hops"], &record["llm_score"]),
            (&json!("atomic"), &json!(1), &json!(0))
        );
        assert!(record["golden_doc_score"].as_u64().unwrap() >= 1);
        let candidate: Value = serde_json::from_str(text(record, "candidate_tasks_str")).unwrap();
        assert_eq!(candidate["conclusion"], record["answer"]);
    }
    let tasks = json_lines(&sandbox.path("out/examples/jsonl/tasks.jsonl"));
    assert_eq!(tasks.len(), records.len());
    for (task, record) in tasks.iter().zip(&records) {
        assert_eq!(task["question"], record["question"]);
        let answers: BTreeSet<&str> =
            task["answers"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
        assert_eq!(answers.len(), task["answers"].as_array().unwrap().len(), "no answer stands twice");
        assert_eq!(task["answers"][0], record["refined_answer"]);
        assert_eq!(task["metadata"]["golden_document"], record["text"]);
        assert_eq!(task["metadata"]["golden_span"], record["golden_span"]);
    }
    // Every trainer's file, from what is there.
    for format in ["verl", "search-r1", "openrlhf", "flashrag", "axolotl-chat"] {
        sandbox.ragstill(&["export", "out", "--format", format]).exits(0);
    }
    // Once more: everything is stored.
    teacher.reset();
    run(&sandbox, &teacher, "out", &["--export", "jsonl"]).exits(0);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn the_same_bytes_one_at_a_time_and_all_at_once() {
    let sandbox = Sandbox::with_corpus(24);
    let teacher = fake_teacher(|config| {
        let latency = Latency::LongTail { median: Duration::from_millis(2), p99: Duration::from_millis(20) };
        // A tenth of what is asked for the first time is of no use.
        config.latency(latency).fault(Fault::Nonsense, 0.1)
    });
    let log = ["--set", "log_calls=true", "--set", "atomictaskgenerator.max_question=2"];
    for (out, concurrency) in [("one", "1"), ("many", "500")] {
        teacher.reset();
        run(&sandbox, &teacher, out, &[&["--concurrency", concurrency], &log[..]].concat()).exits(0);
    }
    for file in ["records.jsonl", "rejects.jsonl", "usage.json", "calls.jsonl"] {
        assert!(read(&sandbox.path("one").join(file)) == read(&sandbox.path("many").join(file)), "{file}");
    }
    let records = json_lines(&sandbox.path("one/records.jsonl"));
    let mut by_document: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &records {
        *by_document.entry(text(record, "record_id").split('/').next().unwrap()).or_default() += 1;
    }
    assert!(by_document.len() > 15 && by_document.values().all(|tasks| *tasks <= 2));
}

#[test]
fn more_documents_cost_only_their_own_calls() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "whole", &[]).exits(0);
    let all = requests(&teacher);
    teacher.reset();
    run(&sandbox, &teacher, "steps", &["--limit", "10"]).exits(0);
    let first = requests(&teacher);
    run(&sandbox, &teacher, "steps", &[]).exits(0);
    assert_eq!(requests(&teacher), all);
    assert!(first < all / 2);
    assert_eq!(sandbox.read("whole/records.jsonl"), sandbox.read("steps/records.jsonl"));
}

#[test]
fn a_killed_run_goes_on_from_what_it_has_paid_for() {
    let sandbox = Sandbox::with_corpus(24);
    let teacher = fake_teacher(|config| config.latency(Latency::Fixed(Duration::from_millis(5))));
    run(&sandbox, &teacher, "whole", &[]).exits(0);
    let all = requests(&teacher);
    teacher.reset();
    let killed = sandbox.spawn(&arguments("run", "killed", &teacher.url(), &["--concurrency", "8"]));
    wait_until("half of the calls", || requests(&teacher) > all / 2);
    killed.kill();
    let paid = stored_answers(&sandbox.path("killed")).len() as u64;
    assert!(paid > all / 4 && paid < all, "{paid} of {all}");
    teacher.reset();
    run(&sandbox, &teacher, "killed", &[]).exits(0);
    assert_eq!(requests(&teacher), all - paid);
    for file in ["records.jsonl", "rejects.jsonl", "usage.json"] {
        assert!(
            read(&sandbox.path("whole").join(file)) == read(&sandbox.path("killed").join(file)),
            "{file}"
        );
    }
}

#[test]
fn a_run_without_tasks_says_why_by_stage_and_fails() {
    let sandbox = Sandbox::with_corpus(12);
    for (stage, part) in [
        ("identifier", "{\"content_identifier\": \"…\"}"),
        ("conclusions", "\"conclusion\":"),
        ("question", "{\"Q\": \"…\"}"),
        ("clean", "\"refined_answer\":"),
        ("optional answers", "JSON list of strings"),
    ] {
        let teacher = fake_teacher(|config| {
            config.inject(move |request| asks(request, part).then_some(Fault::Nonsense))
        });
        let out = stage.replace(' ', "-");
        let fault = format!("× {stage}: none of 3 answers could be used");
        run(&sandbox, &teacher, &out, &[])
            .exits(1)
            .complains(&["every record was rejected; `atomictaskgenerator`: ", &fault]);
        let status = read_json(&sandbox.path(&out).join("run.json"));
        assert_eq!(status["records"], 0);
        assert!(text(&status, "reason").contains(&fault));
    }
}

#[test]
fn too_much_known_is_no_trouble_and_too_much_nonsense_is() {
    let sandbox = Sandbox::with_corpus(80);
    // Answers of the judge that say nothing: tasks are rejects only where a judge is asked.
    let teacher = fake_teacher(|config| {
        config.inject(|request| asks(request, "\"conclusion\":").then_some(Fault::Nonsense))
    });
    run(&sandbox, &teacher, "nonsense", &[])
        .exits(1)
        .complains(&["more than half of the first 50 records were rejected"]);
    // Of 80 documents 77 are not wanted.
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "few", &["--set", "atomictaskgenerator.data_num=3"])
        .exits(0)
        .says(&["77 × it is not among the first `data_num` records of the input"]);
    let whole = json_lines(&sandbox.path("few/records.jsonl"));
    let documents: BTreeSet<&str> =
        whole.iter().map(|record| text(record, "record_id").split('/').next().unwrap()).collect();
    assert!((1..=3).contains(&documents.len()));
}

#[test]
fn a_plan_foretells_what_the_built_in_teacher_is_asked() {
    let sandbox = Sandbox::with_corpus(10);
    let plan = |more: &[&str]| -> Value {
        let args = [&["plan", "agentic", "--input", "docs", "--out", "out", "--json"], more].concat();
        serde_json::from_str(&sandbox.ragstill(&args).exits(0).stdout).unwrap()
    };
    let forecast = plan(&[]);
    let asked: BTreeMap<String, u64> = forecast["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (text(line, "prompt").to_owned(), line["requests"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        (asked["atomic_task_generator/identifier"], asked["atomic_task_generator/conclusions"]),
        (10, 10)
    );
    assert!(!sandbox.path("out").exists(), "nothing was made");
    sandbox.ragstill(&["run", "agentic", "--input", "docs", "--out", "out"]).exits(0);
    let usage = read_json(&sandbox.path("out/usage.json"));
    for (prompt, times) in &asked {
        assert_eq!(usage["by_prompt"][prompt]["answers"], *times, "{prompt}");
    }
    // Several samples without the document are requests of the run, not second attempts.
    let three = plan(&["--set", "atomictaskgenerator.closed_book_samples=3"]);
    let closed =
        three["lines"].as_array().unwrap().iter().find(|line| line["prompt"] == "answer_check/closed_book");
    assert_eq!(
        closed.unwrap()["requests"],
        asked["answer_check/closed_book"] * 2,
        "the first of each is stored"
    );
    assert_eq!(closed.unwrap()["stored"], asked["answer_check/closed_book"]);
    assert_eq!(three["partly_known"], 0);
}

#[test]
fn german_and_chinese_documents_get_german_and_chinese_questions() {
    let sandbox = Sandbox::new();
    sandbox.write("docs/bodensee.md", "# Der Bodensee\n\nDer Bodensee ist 251 m tief und hat ein steiles Ufer. Am 13. Februar 1963 fror er zum letzten Mal ganz zu.\n");
    sandbox.write("docs/湖.txt", "博登湖位于德国、瑞士和奥地利之间。博登湖最深处达251米，面积536平方公里。湖面最后一次完全封冻是在1963年2月13日。\n");
    sandbox.ragstill(&["run", "agentic", "--input", "docs", "--out", "out"]).exits(0);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let tasks: Vec<(&str, &str, String)> = records
        .iter()
        .map(|record| {
            (text(record, "question"), text(record, "refined_answer"), record["optional_answer"].to_string())
        })
        .collect();
    assert_eq!(
        tasks,
        [
            (
                "Zum Thema Der Bodensee: an welchem Tag fror er zum letzten Mal ganz zu?",
                "13. Februar 1963",
                "[\"13. Februar 1963\",\"13.02.1963\",\"1963-02-13\"]".to_owned()
            ),
            (
                "Der Bodensee ist wie viele m tief und hat ein steiles Ufer?",
                "251 m",
                "[\"251 m\",\"251 Meter\",\"251\"]".to_owned()
            ),
            (
                "关于博登湖：湖面最后一次完全封冻是在哪一天？",
                "1963年2月13日",
                "[\"1963年2月13日\",\"1963-02-13\"]".to_owned()
            ),
            ("博登湖最深处达多少米，面积536平方公里？", "251米", "[\"251米\"]".to_owned()),
        ]
    );
    for record in &records {
        let span: Vec<usize> = serde_json::from_value(record["golden_span"].clone()).unwrap();
        assert_eq!(&text(record, "text")[span[0]..span[1]], text(record, "refined_answer"));
    }
}

#[test]
fn input_that_cannot_be_used_is_told_before_anything_is_asked() {
    let sandbox = Sandbox::new();
    let teacher = fake_teacher(|config| config);
    for (rows, fault) in [
        ("{\"number\": 7}\n", "text"),
        ("{\"text\": null}\n", "field `text` must be a string, found null"),
        ("{\"text\": 7}\n", "field `text` must be a string, found a number"),
        ("{\"text\": [\"a\"]}\n", "field `text` must be a string, found a list"),
        ("{\"text\": \"A lake of 12 m.\", \"question\": \"q\"}\n", "question"),
    ] {
        sandbox.write("docs/rows.jsonl", rows);
        run(&sandbox, &teacher, "out", &[]).exits(2).complains(&[fault]);
    }
    assert_eq!(requests(&teacher), 0);
}
