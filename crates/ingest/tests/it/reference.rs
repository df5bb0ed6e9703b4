//! Real corpora, where the reference data is at hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ragstill_ingest::{Input, ReadOptions};

fn corpus(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"))
        .join(name)
        .join("corpus.jsonl");
    if !path.exists() {
        eprintln!("skipped: no reference data at {}", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn every_row_of_the_reference_corpora_is_read() {
    for (name, rows) in [("cranfield", 1400), ("passages", 20_000)] {
        let Some(path) = corpus(name) else { continue };
        let input = Input::open(std::slice::from_ref(&path), &ReadOptions::default()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut ids = BTreeSet::new();
        let mut lines = bytes.split(|byte| *byte == b'\n');
        for item in input.records() {
            let sourced = item.unwrap();
            let expected: serde_json::Value = serde_json::from_slice(lines.next().unwrap()).unwrap();
            assert_eq!(expected, serde_json::Value::Object(sourced.record.fields));
            ids.insert(sourced.record.id);
        }
        assert_eq!(ids.len(), rows, "{name}");
    }
}
