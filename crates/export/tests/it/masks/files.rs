//! What is written.

use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use ragstill_core::Example;
use ragstill_export::{Encoder, ExportOptions, IGNORED, Target, Written, find_format};
use serde_json::{Value, json};

use super::{conversation, kinds};

fn options(folder: &Path) -> ExportOptions {
    let path = folder.join("tokenizer.json");
    kinds::write_byte_level(&path);
    ExportOptions { tokenizer: Some(path), ..ExportOptions::default() }
}

fn write(
    format: &str,
    path: &Path,
    splits: &[&str],
    options: &ExportOptions,
    examples: &[(Example, usize)],
) -> Written {
    let target =
        Target { path: path.to_owned(), splits: splits.iter().map(|split| (*split).to_owned()).collect() };
    let mut writer = find_format(format).unwrap().start(&target, options).unwrap();
    for (example, split) in examples {
        writer.write(example.clone(), *split).unwrap();
    }
    writer.finish().unwrap()
}

fn example(question: &str, answer: &str) -> Example {
    Example::Conversation(conversation(&[("user", question), ("assistant!", answer)]))
}

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn axolotl_segments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let options = ExportOptions { eos: "</s>".to_owned(), ..ExportOptions::default() };
    let examples = [(example("q", "a"), 0), (example("x <|im_end|> y", "b"), 0)];
    let written = write("axolotl-segments", &path, &["train"], &options, &examples);
    assert_eq!(written.files, [(path.clone(), 2)]);
    let wanted = json!({"segments": [
        {"label": false, "text": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n"},
        {"label": true, "text": "a<|im_end|>\n</s>"},
    ]});
    assert_eq!(lines(&path)[0], wanted);
    let hint = written.hint.unwrap();
    assert!(hint.contains("    type: input_output\ntrain_on_inputs: false"), "{hint}");
    assert!(hint.contains("Warning: in 1 rows") && hint.contains("(<|im_end|>)"), "{hint}");
}

#[test]
fn tokens_as_lines_and_as_parquet_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let examples: Vec<_> =
        (0..5000).map(|at| (example(&format!("q {at} </s>"), &format!("a {at}")), 0)).collect();
    let path = folder.path().join("a.jsonl");
    let written = write("tokens", &path, &["train"], &options, &examples);
    assert_eq!(written.files, [(path.clone(), 5000)]);
    assert!(
        written.hint.unwrap().contains("In 5000 rows a text holds what reads like a special token (</s>)")
    );
    let rows = lines(&path);
    let encoder = Encoder::load(options.tokenizer.as_ref().unwrap()).unwrap();
    for (at, row) in rows.iter().enumerate() {
        let numbers = |name: &str| {
            row[name].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect::<Vec<_>>()
        };
        let (ids, mask, labels) = (numbers("input_ids"), numbers("attention_mask"), numbers("labels"));
        assert!(ids.len() == mask.len() && ids.len() == labels.len() && mask.iter().all(|one| *one == 1));
        let trained: Vec<i64> = labels.iter().copied().filter(|label| *label != IGNORED).collect();
        assert!(ids.ends_with(&trained));
        assert_eq!(encoder.count(&format!("a {at}<|im_end|>\n")).unwrap(), trained.len());
    }
    let path = folder.path().join("a.parquet");
    assert_eq!(write("tokens-parquet", &path, &["train"], &options, &examples).files, [(path.clone(), 5000)]);
    let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    let table: Vec<Value> =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_json_value()).collect();
    assert_eq!(table, rows);
}

#[test]
fn splits_and_shards_are_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let options = ExportOptions { shard_rows: Some(2), ..options(folder.path()) };
    let examples: Vec<_> = (0..6).map(|at| (example("q", &at.to_string()), usize::from(at == 3))).collect();
    let written = write("tokens", &folder.path().join("a.jsonl"), &["train", "test"], &options, &examples);
    let names: Vec<_> = written
        .files
        .iter()
        .map(|(path, rows)| (path.file_name().unwrap().to_str().unwrap(), *rows))
        .collect();
    assert_eq!(
        names,
        [
            ("a-train-00000-of-00003.jsonl", 2),
            ("a-train-00001-of-00003.jsonl", 2),
            ("a-train-00002-of-00003.jsonl", 1),
            ("a-test.jsonl", 1)
        ]
    );
    for (path, rows) in &written.files {
        assert_eq!(lines(path).len() as u64, *rows);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5);
}

#[test]
fn what_cannot_be_written_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let options = ExportOptions { max_tokens: Some(30), ..options(folder.path()) };
    let untrained = Example::Conversation(conversation(&[("user", "q"), ("assistant", "a")]));
    let examples = [(example("q", &"long ".repeat(50)), 0), (example("q", "a"), 0), (untrained, 0)];
    let path = folder.path().join("a.jsonl");
    let written = write("tokens", &path, &["train"], &options, &examples);
    assert_eq!(written.files, [(path, 1)]);
    let reasons = [("longer than max_tokens".to_owned(), 1), ("nothing of it is trained".to_owned(), 1)];
    assert_eq!(written.left_out, reasons);
    let target = Target { path: folder.path().join("b.jsonl"), splits: vec!["train".to_owned()] };
    let Err(error) = find_format("tokens").unwrap().start(&target, &ExportOptions::default()) else {
        panic!()
    };
    assert!(error.to_string().starts_with("tokenizer: is needed"));
}
