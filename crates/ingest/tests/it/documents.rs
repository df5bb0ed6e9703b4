//! Text and Markdown documents to records.

use std::collections::BTreeSet;

use ragstill_core::RecordId;
use ragstill_ingest::{ChunkOptions, Input, ReadOptions, markdown_document};

use crate::{folder, ids, lines, open_all};

#[test]
fn a_short_document_is_one_record_with_its_place() {
    let folder = folder(&[
        ("a.txt", "\u{feff}\r\n  Short.\r\nSecond line.\r\n"),
        ("b.md", "---\ntitle: On lakes\nyear: 2024\n---\n\n# Lakes\n\nDeep.\n"),
        ("c.txt", " \n\n"),
    ]);
    let text = "Short.\nSecond line.";
    assert_eq!(
        lines(&folder, open_all(&folder).records()),
        [
            format!(
                "a.txt:2 {{\"record_id\":\"{}\",\"text\":\"Short.\\nSecond line.\",\"source\":\"a.txt\",\"span\":[3,22]}}",
                RecordId::of("a.txt", text)
            ),
            format!(
                "b.md:6 {{\"record_id\":\"{}\",\"text\":\"# Lakes\\n\\nDeep.\",\"source\":\"b.md\",\"title\":\"On lakes\",\"span\":[0,14],\"metadata\":{{\"year\":2024}}}}",
                RecordId::of("b.md", "# Lakes\n\nDeep.")
            ),
            "! c.txt: has no text in it; leave it out".to_owned(),
        ]
    );
}

#[test]
fn long_documents_are_cut_at_sentences_and_chunks_know_their_line() {
    let text = "The first sentence is here.\nThe second sentence follows.\n\nA third one ends it all.\n\nOk.";
    let folder = folder(&[("a.txt", text)]);
    let chunk = ChunkOptions { size: Some(40), min: 5, ..ChunkOptions::default() };
    let options = ReadOptions { chunk, ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let mut records = input.records();
    let found: Vec<_> = records
        .by_ref()
        .map(|item| {
            let sourced = item.unwrap();
            (sourced.place.line.unwrap(), sourced.record.text("text").unwrap().to_owned())
        })
        .collect();
    let expected = [
        (1, "The first sentence is here."),
        (2, "The second sentence follows."),
        (4, "A third one ends it all.\n\nOk."),
    ];
    assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    assert_eq!(records.short_chunks(), 0);
}

#[test]
fn the_default_size_cuts_at_4000_characters_and_drops_short_tails() {
    let sentence = "Ärger über die Brücke — a sentence of seventy-nine characters, no more than it. ";
    assert_eq!(sentence.chars().count(), 80);
    let text = format!("{}A tail of few characters.", sentence.repeat(100));
    let folder = folder(&[("a.txt", &text)]);
    let mut records = open_all(&folder).records();
    let lengths: Vec<_> =
        records.by_ref().map(|item| item.unwrap().record.text("text").unwrap().chars().count()).collect();
    assert_eq!(lengths, [3999, 3999]);
    assert_eq!(records.short_chunks(), 1);
}

#[test]
fn equal_chunks_of_a_document_have_different_ids() {
    let folder = folder(&[("a.txt", &"Same words again. ".repeat(1000))]);
    let found = ids(&open_all(&folder));
    assert!(found.len() > 3);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
}

#[test]
fn documents_that_cannot_be_read_are_placed() {
    let folder = folder(&[("b.txt", "Good text.")]);
    std::fs::write(folder.path().join("a.txt"), b"fine\nna\xefve\n").unwrap();
    std::fs::write(folder.path().join("c.md"), b"\x7fELF\0\0\0\x01").unwrap();
    let read = lines(&folder, open_all(&folder).records());
    assert!(read[0].starts_with("a.txt:1 ") && read[0].contains("na\u{ef}ve"), "{read:?}");
    assert!(read[1].starts_with("b.txt:1 "), "{read:?}");
    assert_eq!(
        read[2],
        "! c.md: is not text in any encoding; leave it out, or give it the extension of what it is"
    );
    let options = ReadOptions { max_document_bytes: 9, ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let read = lines(&folder, input.records());
    assert_eq!(read[0], "! a.txt: is longer than 9 bytes (max_document_bytes); split it into several files");
    assert_eq!(read.len(), 3);
}

#[test]
fn documents_in_memory_are_read_as_files_are() {
    let folder = folder(&[("a.md", "# T\n\nBody of it."), ("b.md", "No title.")]);
    let documents =
        vec![markdown_document("a.md", "# T\n\nBody of it."), markdown_document("b.md", "No title.")];
    let built_in = Input::from_documents(documents, &ReadOptions::default()).unwrap();
    let from_files = open_all(&folder);
    assert_eq!(lines(&folder, built_in.records()), lines(&folder, from_files.records()));
    assert_eq!(lines(&folder, built_in.records()).len(), 2);
    assert_eq!(built_in.inventory(), from_files.inventory());
}
