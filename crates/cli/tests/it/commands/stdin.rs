//! Standard input as input.

use crate::support::{MODEL, Sandbox, fake_teacher, json_lines, requests, text_about};

#[test]
fn rows_and_text_from_a_pipe() {
    let sandbox = Sandbox::new();
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let run = |out: &str, stdin: &str| {
        let args = ["run", "rare", "--input", "-", "--out", out, "--teacher", &url, "--model", MODEL];
        sandbox.ragstill_with_stdin(&args, stdin).exits(0)
    };
    let rows: String = (0..5)
        .map(|number| {
            format!("{}\n", serde_json::json!({"text": text_about("lake", number), "number": number}))
        })
        .collect();
    run("rows", &rows);
    let records = json_lines(&sandbox.path("rows/records.jsonl"));
    assert_eq!(
        records.iter().map(|record| record["number"].as_u64().unwrap()).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
    // The same pipe again goes on where it stopped: everything is stored.
    teacher.reset();
    run("rows", &rows);
    assert_eq!(requests(&teacher), 0);

    run(
        "text",
        "A dimictic lake mixes twice a year. It does so in spring and in autumn, when its water is evenly dense.",
    );
    let records = json_lines(&sandbox.path("text/records.jsonl"));
    assert_eq!((records.len(), records[0]["source"].as_str()), (1, Some("-")));
}

#[test]
fn a_fault_in_a_pipe_has_its_line() {
    let sandbox = Sandbox::new();
    let args = ["run", "rare", "--input", "-", "--out", "out"];
    sandbox
        .ragstill_with_stdin(&args, "{\"text\": \"fine\"}\n{\"text\": 5}\n")
        .exits(2)
        .complains(&["<stdin>:2: field `text` must be a string, found a number"]);
}
