//! Inputs that cannot be used.

use super::refused;
use crate::support::Sandbox;

#[test]
fn a_path_that_is_not_there() {
    let sandbox = Sandbox::with_corpus(4);
    refused(&sandbox, &["--input", "docs", "nowhere.md", "else/where"]).complains(&[
        "nowhere.md: does not exist; check the path",
        "else/where: does not exist; check the path",
    ]);
}

#[test]
#[cfg(unix)]
fn links_that_lead_nowhere() {
    let sandbox = Sandbox::with_corpus(4);
    for link in ["lost.md", "docs/lost.jsonl"] {
        std::os::unix::fs::symlink("nothing-here", sandbox.path(link)).unwrap();
    }
    refused(&sandbox, &["--input", "docs", "lost.md"])
        .complains(&["lost.md: the link leads to nothing; restore its target or remove it"]);
    refused(&sandbox, &["--input", "docs", "--strict"])
        .complains(&["docs/lost.jsonl: the link leads to nothing"]);
}

#[test]
fn a_format_that_no_reader_knows() {
    let sandbox = Sandbox::new();
    sandbox.write("thesis.odt", "PK");
    refused(&sandbox, &["--input", "thesis.odt"])
        .complains(&["thesis.odt: files with the extension `.odt` cannot be read; convert it"]);
}

#[test]
fn rows_that_cannot_be_used_are_all_listed_when_it_must_be_strict() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs/rows.jsonl",
        concat!(
            "{\"text\": \"A dimictic lake mixes twice a year.\"}\n",
            "{\"text\": \"broken\n",
            "{\"title\": \"no text\"}\n",
            "\n",
            "{\"text\": 7}\n",
            "[\"a list\"]\n",
            "{\"text\": \"fine\"}\n",
        ),
    );
    let outcome = refused(&sandbox, &["--input", "docs", "--strict"]).complains(&[
        "docs/rows.jsonl:2: broken JSON at column",
        "docs/rows.jsonl:3: ",
        "docs/rows.jsonl:5: ",
        "docs/rows.jsonl:6: a row must be a JSON object, found a list",
    ]);
    insta::assert_snapshot!("broken_rows", outcome.stderr);
}

#[test]
fn many_faults_are_counted_after_the_first() {
    let sandbox = Sandbox::new();
    sandbox.write("docs/rows.jsonl", &"{\"title\": \"no text\"}\n".repeat(50));
    let outcome =
        refused(&sandbox, &["--input", "docs"]).complains(&["rows.jsonl:20:", "and 30 more faults"]);
    assert!(!outcome.stderr.contains("rows.jsonl:21:"), "{}", outcome.stderr);
}

#[test]
fn a_file_with_nothing_in_it() {
    let sandbox = Sandbox::new();
    sandbox.write("docs/rows.jsonl", "\n\n");
    sandbox.write("docs/empty.json", "[]");
    refused(&sandbox, &["--input", "docs"]).complains(&["the input has no records"]);
}

#[test]
fn a_folder_with_nothing_in_it() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("docs")).unwrap();
    refused(&sandbox, &["--input", "docs"]).complains(&["docs: the folder holds no file that can be read"]);
}

#[test]
fn nothing_on_standard_input() {
    let sandbox = Sandbox::new();
    refused(&sandbox, &["--input", "-"]).complains(&["<stdin>: standard input is empty; pipe"]);
}

#[test]
fn no_input_at_all() {
    refused(&Sandbox::new(), &[]).complains(&["there is no input", "--input PATH"]);
}

#[test]
fn a_field_that_would_be_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs/rows.jsonl",
        "{\"text\": \"fine\"}\n{\"text\": \"asked already\", \"question\": \"Why?\", \"reasoning\": \"Because.\"}\n",
    );
    refused(&sandbox, &["--input", "docs"]).complains(&[
        "docs/rows.jsonl:2: the record has a field `question` already, which step `doc2query` would overwrite; rename the field",
        "docs/rows.jsonl:2: the record has a field `reasoning` already, which step `reasondistill` would overwrite",
    ]);
}

#[test]
fn a_field_that_is_renamed_is_not_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.write("docs/rows.jsonl", "{\"text\": \"A dimictic lake mixes twice a year, in spring and in autumn, when its water is evenly dense.\", \"title\": \"Mixing\", \"question\": \"Why?\"}\n");
    let renamed = [
        "doc2query.output_question_key=hard_question",
        "bm25hardneg.input_question_key=hard_question",
        "reasondistill.input_question_key=hard_question",
        "export=[]",
    ];
    let mut args = vec!["run", "rare", "--input", "docs", "--out", "out"];
    for assignment in &renamed {
        args.extend(["--set", assignment]);
    }
    // The examples of the recipe use `question`, which the records have no more as the recipe knows it.
    sandbox
        .ragstill(&args)
        .exits(2)
        .complains(&["uses the field `question`", "there is `text`, `hard_question`"]);
}
