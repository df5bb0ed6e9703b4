//! `ragstill score`.

use std::fs::File;

use serde_json::{Value, json};

use crate::support::{Outcome, Sandbox};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = [
        json!({"id": 1, "answer": "The Eiffel Tower!", "gold": "eiffel tower"}),
        json!({"id": 2, "answer": "a tower in Paris", "gold": ["Paris", "the Eiffel Tower", null]}),
        json!({"id": 3, "answer": 1889, "gold": [1888, 1889], "note": "é\u{2028}"}),
        json!({"id": 4, "answer": null, "gold": "Paris"}),
        json!({"id": 5, "answer": "yes", "gold": []}),
        json!({"id": 6, "answer": "", "gold": ""}),
        json!({"id": 7, "answer": true, "gold": "True"}),
    ];
    sandbox.write("rows.jsonl", &rows.map(|row| format!("{row}\n")).concat());
    sandbox
}

const FIELDS: [&str; 4] = ["--prediction", "answer", "--truth", "gold"];

fn score(sandbox: &Sandbox, file: &str, args: &[&str]) -> Outcome {
    let mut all = vec!["score", file];
    all.extend(FIELDS);
    all.extend(args);
    sandbox.ragstill(&all)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_summary() {
    let outcome = score(&sandbox(), "rows.jsonl", &[]).exits(0);
    insta::assert_snapshot!("score", outcome.stdout);
    assert_eq!(outcome.stderr, "");
    let outcome = score(&sandbox(), "rows.jsonl", &["--json"]).exits(0);
    assert_eq!(
        serde_json::from_str::<Value>(&outcome.stdout).unwrap(),
        json!({
            "file": "rows.jsonl", "normalization": "squad", "rows": 7, "f1": 3.5 / 7.0, "em": 3.0 / 7.0,
            "exact_matches": 3, "without_prediction": 2, "without_truth": 2, "unreadable": 0, "out": null,
        })
    );
}

#[test]
fn rows_are_written_as_they_are_with_their_scores() {
    let sandbox = sandbox();
    let read = lines(&sandbox.read("rows.jsonl"));
    let expected: Vec<Value> = read
        .into_iter()
        .zip([(1.0, 1), (0.5, 0), (1.0, 1), (0.0, 0), (0.0, 0), (0.0, 0), (1.0, 1)])
        .map(|(mut row, (f1, em))| {
            row["F1Score"] = json!(f1);
            row["EM"] = json!(em);
            row
        })
        .collect();
    let outcome = score(&sandbox, "rows.jsonl", &["--out", "out.jsonl"]).exits(0);
    outcome.says(&["F1", "written        out.jsonl"]);
    let text = sandbox.read("out.jsonl");
    assert_eq!(lines(&text), expected);
    assert!(
        text.starts_with(
            "{\"id\":1,\"answer\":\"The Eiffel Tower!\",\"gold\":\"eiffel tower\",\"F1Score\":1.0,\"EM\":1}\n"
        ),
        "the fields in their order: {text}"
    );
    score(&sandbox, "rows.jsonl", &["--out", "out.json"]).exits(0);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&sandbox.read("out.json")).unwrap(), expected);
    // Scored again they would get the same fields twice.
    score(&sandbox, "out.jsonl", &["--out", "again.jsonl"])
        .exits(2)
        .complains(&["out.jsonl:1: the row has a field `F1Score` already; give another with --output-key"]);
    assert!(!sandbox.path("again.jsonl").exists());
    let other = ["--out", "again.jsonl", "--output-key", "f1", "--em-key", "exact"];
    score(&sandbox, "out.json", &other).exits(0);
    let row = &lines(&sandbox.read("again.jsonl"))[1];
    assert_eq!((&row["F1Score"], &row["f1"], &row["exact"]), (&json!(0.5), &json!(0.5), &json!(0)));
}

#[test]
fn an_id_that_rows_bring_along_stays_and_others_get_none() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "rows.json",
        r#"[{"record_id": "r/1", "answer": "x", "gold": "x"}, {"answer": "x", "gold": "y"}]"#,
    );
    score(&sandbox, "rows.json", &["--out", "out.jsonl"]).exits(0);
    assert_eq!(
        sandbox.read("out.jsonl"),
        "{\"record_id\":\"r/1\",\"answer\":\"x\",\"gold\":\"x\",\"F1Score\":1.0,\"EM\":1}\n\
         {\"answer\":\"x\",\"gold\":\"y\",\"F1Score\":0.0,\"EM\":0}\n"
    );
}

#[test]
fn parquet_in_and_out() {
    let sandbox = sandbox();
    score(&sandbox, "rows.jsonl", &["--out", "out.parquet"]).exits(0).says(&["7 rows", "0.5000"]);
    assert_eq!(&std::fs::read(sandbox.path("out.parquet")).unwrap()[..4], b"PAR1");
    // Of an answer that is a text in one row and a number in another, the column is of texts; of one that is a list, of lists.
    let again = ["--out", "again.jsonl", "--output-key", "f1", "--em-key", "em"];
    score(&sandbox, "out.parquet", &again).exits(0);
    let rows = lines(&sandbox.read("again.jsonl"));
    assert_eq!(
        rows[2],
        json!({"id": 3, "answer": "1889", "gold": ["1888", "1889"], "F1Score": 1.0, "EM": 1, "note": "é\u{2028}", "f1": 1.0, "em": 1})
    );
    assert_eq!((&rows[3]["answer"], &rows[3]["gold"]), (&Value::Null, &json!(["Paris"])));
    assert!(rows.iter().all(|row| row["F1Score"] == row["f1"]), "{rows:?}");
    assert_eq!(rows.len(), 7);
}

#[test]
fn tables_and_compressed_files_and_streams() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "answer,gold\nParis,paris\n,Rome\n\"Rome, Italy\",Rome\n");
    score(&sandbox, "rows.csv", &[]).exits(0).says(&["3 rows", "F1             0.5556", "no prediction  1"]);
    sandbox.write("rows.tsv", "answer\tgold\nParis\tparis\n");
    score(&sandbox, "rows.tsv", &[]).exits(0).says(&["1 row, squad", "F1             1.0000"]);
    let packed = File::create(sandbox.path("rows.csv.gz")).unwrap();
    let mut packer = std::process::Command::new("gzip");
    packer.arg("-c").arg(sandbox.path("rows.csv")).stdout(packed);
    if packer.status().is_ok_and(|status| status.success()) {
        score(&sandbox, "rows.csv.gz", &[]).exits(0).says(&["3 rows"]);
    }
    let mut args = vec!["score", "-"];
    args.extend(FIELDS);
    args.extend(["--out", "out.parquet"]);
    let rows = "{\"answer\": \"x\", \"gold\": \"x\"}\n";
    sandbox.ragstill_with_stdin(&args, rows).exits(0).says(&["1 row, squad"]);
}

#[test]
fn characters_count_in_chinese() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.jsonl", "{\"answer\": \"北京市。\", \"gold\": \"北京\"}\n");
    score(&sandbox, "rows.jsonl", &[]).exits(0).says(&["F1             0.0000"]);
    score(&sandbox, "rows.jsonl", &["--normalization", "chinese"])
        .exits(0)
        .says(&["1 row, chinese", "F1             0.8000"]);
    score(&sandbox, "rows.jsonl", &["--normalization", "german"])
        .exits(2)
        .complains(&["give squad or chinese"]);
}

#[test]
fn rows_that_cannot_be_scored_are_told_and_nothing_is_written() {
    let sandbox = sandbox();
    let refused = |rows: &str, expected: &[&str]| {
        sandbox.write("bad.jsonl", rows);
        for out in ["out.jsonl", "out.json", "out.parquet"] {
            let outcome = score(&sandbox, "bad.jsonl", &["--out", out]).exits(2);
            assert_eq!(outcome.stdout, "");
            outcome.complains(expected);
            assert!(!sandbox.path(out).exists() && !sandbox.path(&format!("{out}.partial")).exists());
        }
        score(&sandbox, "bad.jsonl", &[]).exits(2).complains(expected);
    };
    refused(
        "{\"answer\": \"x\", \"gold\": \"x\"}\n\n{\"answer\": \"x\", \"truth\": 1}\n{}\n",
        &[
            "bad.jsonl:3: the row has no field `gold`; it has `answer`, `truth`",
            "bad.jsonl:4: the row has no field `answer`; it has no fields at all",
        ],
    );
    refused(
        "{\"answer\": [\"x\"], \"gold\": \"x\"}\n{\"answer\": \"x\", \"gold\": [{\"text\": \"x\"}]}\n",
        &[
            "bad.jsonl:1: field `answer` must be one answer (a string, a number, a boolean or null), found a list",
            "bad.jsonl:2: field `gold` must be an answer or a list of answers, found an object in it",
        ],
    );
    refused(
        &"{\"answer\": 1}\n".repeat(30),
        &["bad.jsonl:3: the row has no field `gold`; it has `answer`\nerror: and 27 more faults like these"],
    );
    refused("\n", &["bad.jsonl: there are no rows in it"]);
}

#[test]
fn rows_that_cannot_be_read_are_left_out_or_refused() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "rows.jsonl",
        "{\"answer\": \"x\", \"gold\": \"x\"}\n{\"answer\": \n{\"answer\": \"y\", \"gold\": \"x\"}\n",
    );
    let outcome = score(&sandbox, "rows.jsonl", &["--out", "out.parquet"]).exits(0);
    assert_eq!(outcome.stderr.matches("warning: rows.jsonl:2: broken JSON").count(), 1, "{}", outcome.stderr);
    outcome.says(&["2 rows", "unreadable     1 (told above; left out)"]);
    score(&sandbox, "rows.jsonl", &["--strict", "--out", "strict.jsonl"])
        .exits(2)
        .complains(&["rows.jsonl:2: broken JSON"]);
    assert!(!sandbox.path("strict.jsonl").exists());
}

#[test]
fn mistakes_of_the_command_are_told_before_anything_is_read() {
    let sandbox = sandbox();
    sandbox.write("notes.md", "Paris is the capital.\n");
    sandbox.write("folder/x.jsonl", "{}\n");
    for (file, args, expected) in [
        ("nowhere.jsonl", &[][..], "nowhere.jsonl: does not exist"),
        ("notes.md", &[], "notes.md: holds no rows but markdown; give JSON, JSONL, CSV, TSV or Parquet"),
        (
            "rows.jsonl",
            &["--out", "out.csv"],
            "--out out.csv: the name must end in .jsonl, .json or .parquet",
        ),
        ("rows.jsonl", &["--out", "folder"], "--out folder: is a folder"),
        ("rows.jsonl", &["--out", "no/where/out.jsonl"], "there is no folder no/where; make it first"),
        ("rows.jsonl", &["--output-key", "EM"], "--output-key and --em-key are both `EM`"),
        ("rows.jsonl", &["--em-key", "record_id"], "--em-key: a field cannot be called `record_id`"),
    ] {
        score(&sandbox, file, args).exits(2).complains(&[expected]);
    }
    sandbox
        .ragstill(&["score", "rows.jsonl", "--truth", "gold"])
        .exits(2)
        .complains(&["--prediction <FIELD>"]);
}
