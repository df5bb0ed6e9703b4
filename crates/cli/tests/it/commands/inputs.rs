//! What runs read: files, folders, standard input.

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

#[test]
fn folders_of_all_formats() {
    let sandbox = Sandbox::new();
    let row = |number: u64| serde_json::json!({"text": text_about("harbour", number), "kept": number});
    sandbox.write("docs/a/one.txt", &text_about("lake", 1));
    sandbox.write("docs/b/two.md", &text_about("bridge", 2));
    sandbox.write("docs/c.json", &format!("[{},\n{}]", row(3), row(4)));
    sandbox.write("docs/d.jsonl", &format!("{}\n{}\n", row(5), row(6)));
    sandbox.write("docs/picture.png", "not a document");
    sandbox.write("docs/.hidden.md", "not a document either");
    let teacher = fake_teacher(|config| config);
    sandbox.run_rare(&teacher, "out", &[]).exits(0).says(&["input       4 documents, 6 rows"]);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let sources: Vec<_> = records.iter().map(|record| record["source"].as_str()).collect();
    assert_eq!(sources, [Some("a/one.txt"), Some("b/two.md"), None, None, None, None]);
    // Rows keep their own fields.
    let kept: Vec<_> = records.iter().filter_map(|record| record["kept"].as_u64()).collect();
    assert_eq!(kept, [3, 4, 5, 6]);
    // Files that are named one by one are read in the order in which they are named.
    let named = ["run", "rare", "--out", "named", "--input", "docs/d.jsonl", "docs/a/one.txt"];
    sandbox.ragstill(&named).exits(0);
    let records = json_lines(&sandbox.path("named/records.jsonl"));
    assert_eq!((records.len(), records[0]["kept"].as_u64()), (3, Some(5)));
}

#[test]
fn long_texts_are_cut_at_sentences_and_rows_are_not() {
    let sandbox = Sandbox::new();
    let long: String = (0..8).map(|number| text_about("glacier", number) + "\n\n").collect();
    sandbox.write("docs/long.txt", &long);
    let long_row: String = (8..16).map(|number| text_about("glacier", number) + "\n\n").collect();
    sandbox.write("docs/row.jsonl", &format!("{}\n", serde_json::json!({"text": long_row})));
    let teacher = fake_teacher(|config| config);
    let args = ["--set", "input.chunk.size=900"];
    sandbox.run_rare(&teacher, "out", &args).exits(0);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let (row, chunks) = records.split_last().unwrap();
    assert_eq!(row["text"].as_str().unwrap(), long_row, "a row with a text passes through as it is");
    assert!(chunks.len() >= 4, "{} chunks", chunks.len());
    let mut end = 0;
    for chunk in chunks {
        let text = chunk["text"].as_str().unwrap();
        assert!(text.chars().count() <= 900 && text.ends_with('.'), "{text}");
        let span: Vec<usize> = serde_json::from_value(chunk["span"].clone()).unwrap();
        assert_eq!(&long[span[0]..span[1]], text, "the span is where the chunk stands");
        assert!(span[0] >= end, "chunks do not overlap");
        end = span[1];
    }
}
