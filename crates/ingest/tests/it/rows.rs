//! JSON rows to records.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ragstill_core::RecordId;
use ragstill_ingest::{ErrorKind, Input, ReadOptions};

use crate::{folder, ids, lines, open_all};

#[test]
fn rows_pass_through_with_their_place_and_id() {
    let long = "A sentence to be left whole. ".repeat(400);
    let folder = folder(&[
        (
            "a.jsonl",
            &format!(
                "{{\"n\":1.50,\"text\":\"x\",\"deep\":{{\"b\":[{{}}],\"a\":null}}}}\n\n{{\"text\":\"{long}\"}}\n"
            ),
        ),
        ("b.json", "[\n  {\"title\": \"T\"},\n  {\"record_id\": \"r/0\", \"text\": \"y\"}\n]"),
    ]);
    let id = |source, content: &str| RecordId::of(source, content);
    assert_eq!(
        lines(&folder, open_all(&folder).records()),
        [
            format!(
                "a.jsonl:1 {{\"record_id\":\"{}\",\"n\":1.5,\"text\":\"x\",\"deep\":{{\"b\":[{{}}],\"a\":null}}}}",
                id("a.jsonl", "x")
            ),
            format!("a.jsonl:3 {{\"record_id\":\"{}\",\"text\":\"{long}\"}}", id("a.jsonl", &long)),
            format!("b.json:2 {{\"record_id\":\"{}\",\"title\":\"T\"}}", id("b.json", "{\"title\":\"T\"}")),
            "b.json:3 {\"record_id\":\"r/0\",\"text\":\"y\"}".to_owned(),
        ]
    );
}

#[test]
fn the_text_field_can_have_another_name() {
    let folder = folder(&[("a.jsonl", "{\"text\":\"x\",\"contents\":\"c\"}\n"), ("b.txt", "Plain text.")]);
    let options = ReadOptions { text_field: "contents".into(), ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let records: Vec<_> = input.records().map(|item| item.unwrap().record).collect();
    assert_eq!(records[0].id, RecordId::of("a.jsonl", "c"));
    assert_eq!(records[1].text("contents"), Ok("Plain text."));
}

#[test]
fn repeated_rows_and_ids_are_numbered_the_same_every_time() {
    let folder = folder(&[
        ("a.jsonl", "{\"text\":\"x\"}\n{\"text\":\"x\",\"k\":1}\n{\"text\":\"x\"}\n"),
        (
            "b.jsonl",
            "{\"record_id\":\"r\"}\n{\"record_id\":\"r-2\"}\n{\"record_id\":\"r\"}\n{\"record_id\":7}\n{\"record_id\":\"r\"}\n{\"record_id\":\"r-2\"}\n",
        ),
    ]);
    let input = open_all(&folder);
    let first = ids(&input);
    let x = RecordId::of("a.jsonl", "x").to_string();
    assert_eq!(first[..3], [x.clone(), format!("{x}-2"), format!("{x}-3")]);
    assert_eq!(first[3..5], ["r", "r-2"]);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len(), "{first:?}");
    assert_eq!(first[6], "7");
    assert_eq!(ids(&input), first);
    assert_eq!(ids(&open_all(&folder)), first);
}

#[test]
fn ids_that_name_nothing_are_faults() {
    let folder = folder(&[(
        "a.jsonl",
        "{\"record_id\":null}\n{\"record_id\":\"\"}\n{\"record_id\":1.5}\n{\"text\":\"x\"}\n",
    )]);
    let lines = lines(&folder, open_all(&folder).records());
    assert_eq!(
        lines[0],
        "! a.jsonl:1: `record_id` must be a string that names the row, found null; correct it or remove the field"
    );
    assert!(lines[1].contains("a.jsonl:2: ") && lines[1].contains("found an empty one"), "{lines:?}");
    assert!(lines[2].contains("found a number"), "{lines:?}");
    assert!(lines[3].starts_with("a.jsonl:4 "), "{lines:?}");
}

#[test]
fn broken_rows_are_placed_and_the_next_are_read() {
    let folder = folder(&[
        ("a.jsonl", "{\"text\":\"x\"}\r\n{\"text\": \"y\" \"z\": 1}\r\n[]\r\n{\"text\":\"w\"}\r\n"),
        ("b.json", "{\"text\":\"one object\"}"),
        ("c.json", "{\"text\": \"cut o"),
    ]);
    let input = open_all(&folder);
    let lines = lines(&folder, input.records());
    assert_eq!(
        lines[1],
        "! a.jsonl:2: broken JSON at column 14: expected `,` or `}`, near `{\"text\": \"y\" \"z\": 1}`; correct the row or remove it"
    );
    assert!(lines[2].starts_with("! a.jsonl:3: a row must be a JSON object, found a list"), "{lines:?}");
    assert!(lines[3].starts_with("a.jsonl:4 "), "{lines:?}");
    assert!(lines[4].starts_with("b.json:1 "), "{lines:?}");
    assert!(
        lines[5].starts_with("! c.json:1: broken JSON at column 15: EOF while parsing a string"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 6);
    let kinds: Vec<_> = input.records().filter_map(|item| item.err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [ErrorKind::BrokenRow; 3]);
}

#[test]
fn limits_are_the_options() {
    let folder = folder(&[
        ("a.jsonl", "{\"text\":\"0123456789\"}\n{}\n"),
        ("b.json", "[{\"text\":\"0123456789\"},{}]"),
    ]);
    let options = ReadOptions { max_row_bytes: 15, ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let kinds: Vec<_> = input.records().map(|item| item.map_err(|error| error.kind()).map(drop)).collect();
    assert_eq!(kinds, [Err(ErrorKind::TooLong), Ok(()), Err(ErrorKind::TooLong), Ok(())]);
}

#[test]
fn readings_are_independent_and_can_be_sent_to_threads() {
    let mut rows = String::new();
    for n in 0..5000 {
        writeln!(rows, "{{\"text\":\"row {n}\"}}").unwrap();
    }
    let folder = folder(&[("a.jsonl", &rows)]);
    let input = open_all(&folder);
    let mut first = input.records();
    let half: Vec<_> = first.by_ref().take(2500).map(|item| item.unwrap()).collect();
    let records = input.records();
    let whole: Vec<_> =
        std::thread::spawn(move || records.map(|item| item.unwrap()).collect()).join().unwrap();
    let rest: Vec<_> = first.map(|item| item.unwrap()).collect();
    assert_eq!([half, rest].concat(), whole);
    assert_eq!(whole[4999].place.line, Some(5000));
}
