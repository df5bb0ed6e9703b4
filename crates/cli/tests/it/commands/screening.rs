//! What of an input is left out, and what cannot be read.

use serde_json::Value;

use crate::support::{Sandbox, fake_teacher, json_lines, read_json, requests, text_about};

fn row(text: &str) -> String {
    format!("{}\n", serde_json::json!({"text": text}))
}

#[test]
fn duplicates_are_rejects_that_name_what_they_repeat() {
    let sandbox = Sandbox::new();
    let (lake, bridge) = (text_about("lake", 1), text_about("bridge", 2));
    let edited = lake.replacen("lake", "pond", 1);
    sandbox.write("docs/rows.jsonl", &[row(&lake), row(&bridge), row(&lake), row(&edited)].concat());
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0).says(&[
        "records     2",
        "1 × duplicate",
        "1 × near duplicate",
    ]);
    let first = json_lines(&sandbox.path("out/records.jsonl"))[0]["record_id"].clone();
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    let told: Vec<_> = rejects
        .iter()
        .map(|reject| (&reject["operator"], &reject["reason"], &reject["record"]["excluded"]["of"]))
        .collect();
    let input = Value::from("input");
    assert_eq!(
        told,
        [(&input, &Value::from("duplicate"), &first), (&input, &Value::from("near duplicate"), &first)]
    );
    assert!(rejects[1]["record"]["excluded"]["similarity"].as_f64().unwrap() >= 0.8);
    sandbox.run_rare(&teacher, "exact", &["--dedup", "exact"]).exits(0).says(&["records     3"]);
}

#[test]
fn documents_that_repeat_others_are_told_wherever_they_are_cut() {
    let sandbox = Sandbox::new();
    let paragraphs: Vec<String> = (0..40).map(|seed| text_about("lake", seed)).collect();
    sandbox.write("docs/a.md", &paragraphs.join("\n\n"));
    sandbox.write("docs/b.txt", &format!("A preface that moves every cut.\n\n{}", paragraphs.join("\n\n")));
    sandbox.write("docs/c.txt", &paragraphs.join(" "));
    sandbox.write("docs/d.txt", &text_about("bridge", 1));
    let shown = sandbox.ragstill(&["corpus", "docs"]).exits(0);
    shown.says(&["whole documents  1 exact, 1 near", "b.txt repeats a.md (0.9", "c.txt repeats a.md (1)"]);
    let teacher = fake_teacher(|config| config);
    sandbox
        .run_rare(&teacher, "out", &[])
        .exits(0)
        .says(&["× duplicate document", "× near duplicate document"]);
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    let first = json_lines(&sandbox.path("out/records.jsonl"))[0].clone();
    assert!(rejects.len() > 2);
    for reject in &rejects {
        let excluded = &reject["record"]["excluded"];
        assert_eq!((&excluded["document"], &excluded["of"]), (&Value::from("a.md"), &first["record_id"]));
    }
    assert!(
        json_lines(&sandbox.path("out/records.jsonl"))
            .iter()
            .all(|record| { record["source"] == "a.md" || record["source"] == "d.txt" })
    );
}

#[test]
fn what_holds_evaluation_texts_is_left_out() {
    let sandbox = Sandbox::with_corpus(4);
    let secret = text_about("volcano", 7);
    sandbox.write("docs/zz.txt", &format!("An introduction. {secret}"));
    sandbox.write(
        "eval.jsonl",
        &format!("{}\n", serde_json::json!({"id": 1, "question": secret, "answer": "x"})),
    );
    let teacher = fake_teacher(|config| config);
    sandbox
        .run_rare(&teacher, "out", &["--decontaminate", "eval.jsonl"])
        .exits(0)
        .says(&["records     4", "1 × contaminated"]);
    let reject = &json_lines(&sandbox.path("out/rejects.jsonl"))[0];
    assert_eq!(reject["record"]["excluded"]["by"], "eval.jsonl:1");
    let negatives = sandbox.read("out/records.jsonl");
    assert!(!negatives.contains(&secret[..60]), "it is no negative either");
    sandbox
        .run_rare(&teacher, "other", &["--decontaminate", "nowhere.jsonl"])
        .exits(2)
        .complains(&["nowhere.jsonl: does not exist"]);
}

#[test]
fn what_cannot_be_read_is_told_and_does_not_stop_a_run() {
    let sandbox = Sandbox::with_corpus(4);
    sandbox.write("docs/broken.pdf", "%PDF-1.7 and nothing more");
    sandbox.write("docs/zz.jsonl", "{\"text\": \"broken\n{\"text\": \"A row that is read.\"}\n");
    let teacher = fake_teacher(|config| config);
    sandbox
        .run_rare(&teacher, "out", &[])
        .exits(0)
        .complains(&["warning: docs/broken.pdf: ", "warning: docs/zz.jsonl:1: broken JSON"])
        .says(&["records     5", "unreadable  2"]);
    let run = read_json(&sandbox.path("out/run.json"));
    assert_eq!(run["unreadable"]["count"], 2);
    assert!(run["unreadable"]["listed"][0].as_str().unwrap().starts_with("docs/broken.pdf: "));
    let asked = requests(&teacher);
    sandbox
        .run_rare(&teacher, "strict", &["--strict"])
        .exits(2)
        .complains(&["docs/broken.pdf: ", "docs/zz.jsonl:1: broken JSON"]);
    assert_eq!(requests(&teacher), asked);
    sandbox
        .ragstill(&["search", "row", "--input", "docs"])
        .exits(0)
        .complains(&["warning: docs/broken.pdf: "]);
}

#[test]
fn a_corpus_is_shown_before_anything_is_spent() {
    let sandbox = Sandbox::new();
    let lake = text_about("lake", 1);
    sandbox.write("docs/a.md", &format!("# Lakes\n\n{lake}"));
    sandbox.write("docs/b.jsonl", &[row(&text_about("bridge", 2)), row(&text_about("bridge", 2))].concat());
    sandbox.write("docs/c.html", "<html><body></body></html>");
    sandbox.write("docs/d.xyz", "unknown");
    let shown = sandbox.ragstill(&["corpus", "docs"]).exits(0);
    let shown = shown.says(&[
        "markdown",
        "languages        eng",
        "1 exact",
        "1 could not be read",
        "docs/c.html: ",
        "1 xyz",
    ]);
    insta::assert_snapshot!("corpus", shown.stdout);
    let report: Value =
        serde_json::from_str(&sandbox.ragstill(&["corpus", "docs", "--json"]).exits(0).stdout).unwrap();
    assert_eq!(
        (&report["total"]["records"], &report["duplicates"], &report["failed"]),
        (&3.into(), &1.into(), &1.into())
    );
    sandbox
        .ragstill(&["corpus", "docs", "--strict"])
        .exits(2)
        .complains(&["1 files or rows could not be read"]);
    sandbox.ragstill(&["corpus", "nowhere"]).exits(2).complains(&["nowhere: does not exist"]);
}

#[test]
fn a_sample_is_drawn_by_the_seed() {
    let sandbox = Sandbox::new();
    let texts: Vec<String> = (0..40).map(|number| text_about(&format!("subject{number}"), number)).collect();
    // Each twice, so that the half of the rows is left out.
    let rows: Vec<String> = texts.iter().chain(&texts).map(|text| row(text)).collect();
    sandbox.write("docs/rows.jsonl", &rows.concat());
    let teacher = fake_teacher(|config| config);
    let drawn = |out: &str, flags: &[&str]| -> Vec<usize> {
        sandbox.run_rare(&teacher, out, flags).exits(0);
        let records = json_lines(&sandbox.path(&format!("{out}/records.jsonl")));
        let text = |record: &Value| record["text"].as_str().unwrap().to_owned();
        records.iter().map(|record| texts.iter().position(|t| *t == text(record)).unwrap()).collect()
    };
    let ten = drawn("out", &["--sample", "10"]);
    assert_eq!(ten.len(), 10);
    assert!(
        ten.is_sorted() && ten != (0..10).collect::<Vec<_>>(),
        "in the input's order, and not the first: {ten:?}"
    );
    assert_eq!(read_json(&sandbox.path("out/run.json"))["rows"], 10);
    assert_eq!(sandbox.read("out/rejects.jsonl"), "");
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let negatives: Vec<&Value> =
        records.iter().flat_map(|record| record["hard_negatives"].as_array().unwrap()).collect();
    let is_drawn = |text: &&Value| ten.iter().any(|at| **text == texts[*at]);
    assert!(!negatives.iter().all(is_drawn), "negatives come from the whole input");
    // A larger one has all of a smaller one, and asks only for what is new.
    let before = requests(&teacher);
    let twenty = drawn("out", &["--sample", "20"]);
    assert!(twenty.len() == 20 && ten.iter().all(|at| twenty.contains(at)), "{ten:?} {twenty:?}");
    assert_eq!(requests(&teacher) - before, 20);
    assert_ne!(drawn("seed", &["--sample", "10", "--seed", "7"]), ten);
    assert_eq!(drawn("first", &["--sample", "10", "--limit", "3"]), ten[..3]);
    assert_eq!(drawn("all", &["--sample", "1000"]), (0..40).collect::<Vec<_>>());
    let plan = ["plan", "rare", "--input", "docs", "--sample", "10", "--json"];
    let planned = sandbox.ragstill(&plan).exits(0);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(planned["rows"], 10);
}
