//! Any bytes as a file of rows or text, of every format and compression, and any damage to a Parquet file: no panic, and
//! chunks that are spans of their texts.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use ragstill_core::{Example, RecordId, Task};
use ragstill_export::{ExportOptions, Target, find_format};
use ragstill_ingest::{ChunkBy, ChunkOptions, ErrorKind, Input, ReadOptions, TextColumn};

const NAMES: [&str; 12] = [
    "a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet", "a.md", "a.txt", "a.rst", "a.jsonl.gz", "a.csv.zst", "a.html",
    "a.parquet",
];

// The Parquet library panics on some damaged files; the reader catches that and tells the file. The fuzzer would end with
// every panic, caught or not: with a hook that does nothing it ends with those alone that nobody catches.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*choice) % NAMES.len()];
    let damaged;
    let bytes = if usize::from(*choice) % NAMES.len() == NAMES.len() - 1 {
        damaged = damage(parquet(), bytes);
        &damaged[..]
    } else {
        bytes
    };
    let folder = Path::new("/dev/shm");
    let folder = tempfile::tempdir_in(if folder.is_dir() { folder } else { Path::new("/tmp") }).unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let by = [ChunkBy::Characters, ChunkBy::Tokens, ChunkBy::Sentences, ChunkBy::Markdown]
        [usize::from(*choice) / NAMES.len() % 4];
    let chunk = ChunkOptions { by, size: Some(40), overlap: usize::from(*choice) % 3, min: 0, rows: true, ..ChunkOptions::default() };
    let options = ReadOptions {
        chunk,
        column: TextColumn::Guess,
        max_row_bytes: 1 << 16,
        max_document_bytes: 1 << 20,
        ..ReadOptions::default()
    };
    let Ok(input) = Input::open(&[path], &options) else { return };
    for item in input.records() {
        match item {
            Ok(sourced) => {
                if let Ok(text) = sourced.record.text("text") {
                    assert!(!text.is_empty() || sourced.record.get("span").is_none());
                }
            }
            // Only a file may be at fault, never a reader.
            Err(error) => {
                let is_ours = error.kind() == ErrorKind::Broken && error.to_string().contains("defect of ragstill");
                assert!(!is_ours || name == "a.parquet", "{error}");
            }
        }
    }
});

/// A small Parquet file with nested columns.
fn parquet() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let target = Target { path: folder.path().join("t.parquet"), splits: vec!["train".to_owned()] };
        let format = find_format("verl").unwrap();
        let mut writer = format.start(&target, &ExportOptions::default()).unwrap();
        for n in 0..20 {
            let task = Task {
                id: RecordId::given(n.to_string()),
                question: format!("What is {n}?"),
                answers: vec![n.to_string(), format!("number {n}")],
                metadata: serde_json::Map::new(),
            };
            writer.write(Example::Task(task), 0).unwrap();
        }
        let written = writer.finish().unwrap();
        std::fs::read(&written.files[0].0).unwrap()
    })
}

/// The file with bytes changed: each three say where and to what.
fn damage(file: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % file.len();
        file[at] = edit[2];
    }
    file
}
