//! Files of every format, compressed or not, and files that are not what they say.

use std::fs;
use std::io::Write;
use std::path::Path;

use ragstill_ingest::{ChunkOptions, ErrorKind, Input, ReadOptions, TextColumn};
use serde_json::Value;
use tempfile::TempDir;

use crate::{folder, lines, open_all, write};

fn guessing() -> ReadOptions {
    ReadOptions { column: TextColumn::Guess, ..ReadOptions::default() }
}

fn texts(folder: &TempDir, options: &ReadOptions) -> Vec<(String, String)> {
    let input = Input::open(&[folder.path().to_owned()], options).unwrap();
    let records = input.records().map(|item| item.unwrap());
    let own = format!("{}/", folder.path().display());
    records
        .map(|item| (item.place.to_string().replace(&own, ""), item.record.text("text").unwrap().to_owned()))
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn put(folder: &TempDir, path: &str, bytes: &[u8]) {
    fs::write(folder.path().join(path), bytes).unwrap();
}

#[test]
fn every_format_gives_its_text() {
    let folder = folder(&[
        ("a.txt", "Plain text."),
        ("b.md", "# Marked\n\nText."),
        ("c.rst", "Title\n=====\n\nSome ``code``."),
        ("d.json", "[{\"text\":\"In a list.\"},\n {\"text\":\"Second.\"}]"),
        ("e.jsonl", "{\"text\":\"A line.\"}\n"),
        ("f.csv", "id,text\n1,\"A, cell.\"\n"),
        ("g.tsv", "id\ttext\n1\tA cell.\n"),
    ]);
    let expected = [
        ("a.txt:1", "Plain text."),
        ("b.md:1", "# Marked\n\nText."),
        ("c.rst", "# Title\n\nSome `code`."),
        ("d.json:1", "In a list."),
        ("d.json:2", "Second."),
        ("e.jsonl:1", "A line."),
        ("f.csv:2", "A, cell."),
        ("g.tsv:2", "A cell."),
    ];
    let expected = expected.map(|(place, text)| (place.to_owned(), text.to_owned()));
    assert_eq!(texts(&folder, &ReadOptions::default()), expected);
}

#[cfg(feature = "html")]
#[test]
fn pages_are_read_as_documents() {
    let folder = folder(&[(
        "a.html",
        "<html><head><title>Lakes</title></head><body><h1>Lakes</h1><p>A lake is water that is surrounded by land.</p></body></html>",
    )]);
    let [(place, text)] = &texts(&folder, &ReadOptions::default())[..] else { panic!("not one record") };
    assert_eq!(
        (place.as_str(), text.as_str()),
        ("a.html", "# Lakes\n\nA lake is water that is surrounded by land.")
    );
}

#[test]
fn compressed_files_are_read_as_what_they_hold() {
    let folder = folder(&[]);
    put(&folder, "a.jsonl.gz", &gzip(b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n"));
    put(&folder, "b.md.zst", &zstd::encode_all(&b"# Three\n"[..], 1).unwrap());
    put(&folder, "c.csv.GZ", &gzip(b"text\nfour\n"));
    let found: Vec<String> =
        texts(&folder, &ReadOptions::default()).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["one", "two", "# Three", "four"]);
}

#[test]
fn a_file_that_is_damaged_is_one_fault() {
    let folder = folder(&[("z.txt", "Still read.")]);
    put(&folder, "a.jsonl.gz", b"no gzip at all");
    let mut cut = gzip(&b"{\"text\":\"one\"}\n".repeat(100_000));
    cut.truncate(cut.len() / 2);
    put(&folder, "b.jsonl.gz", &cut);
    put(&folder, "c.md.zst", b"\x28\xb5\x2f\xfdnothing");
    let read = lines(&folder, open_all(&folder).records());
    assert!(read[0].starts_with("! a.jsonl.gz") && read[0].contains("is damaged"), "{}", read[0]);
    let of_b: Vec<&String> = read.iter().filter(|line| line.contains("b.jsonl.gz")).collect();
    let (last, rows) = of_b.split_last().unwrap();
    assert!(!rows.is_empty() && last.starts_with("! b.jsonl.gz:") && last.contains("is damaged"), "{last}");
    assert!(read[read.len() - 2].starts_with("! c.md.zst: is damaged"), "{read:?}");
    assert!(read[read.len() - 1].starts_with("z.txt:1 "));
}

#[test]
fn published_corpora_need_no_options() {
    let folder = folder(&[
        ("beir.jsonl", "{\"_id\":\"7\",\"title\":\"T\",\"text\":\"Of BEIR.\"}"),
        ("flashrag.jsonl", "{\"id\":\"0\",\"contents\":\"T\\nOf FlashRAG.\"}"),
        ("msmarco.tsv", "0\tOf MS MARCO.\n1\tThe \"second\".\n"),
    ]);
    let found: Vec<String> = texts(&folder, &guessing()).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["Of BEIR.", "T\nOf FlashRAG.", "Of MS MARCO.", "The \"second\"."]);
}

#[test]
fn a_column_that_cannot_be_guessed_is_asked_for() {
    let folder = folder(&[("a.csv", "left,right\nx,y\n")]);
    let input = Input::open(&[folder.path().to_owned()], &guessing()).unwrap();
    let error = input.records().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTextColumn);
    assert!(
        error
            .to_string()
            .contains("a.csv:2: which column holds the text is not clear; name it with --text-field")
    );
    let named = ReadOptions { column: TextColumn::Named("right".into()), ..ReadOptions::default() };
    assert_eq!(texts(&folder, &named), [("a.csv:2".to_owned(), "y".to_owned())]);
}

#[test]
fn texts_of_rows_are_cut_when_asked() {
    let text = "The first sentence is here. The second sentence follows. The third one ends it.";
    let folder = folder(&[("a.jsonl", &format!("{{\"n\":1,\"text\":\"{text}\"}}\n{{\"text\":\"Short.\"}}"))]);
    let chunk = ChunkOptions { size: Some(60), min: 5, rows: true, ..ChunkOptions::default() };
    let options = ReadOptions { chunk, ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let fields: Vec<String> =
        input.records().map(|item| Value::Object(item.unwrap().record.fields).to_string()).collect();
    assert_eq!(
        fields,
        [
            r#"{"n":1,"text":"The first sentence is here. The second sentence follows.","span":[0,56]}"#,
            r#"{"n":1,"text":"The third one ends it.","span":[57,79]}"#,
            r#"{"text":"Short.","span":[0,6]}"#,
        ]
    );
}

#[test]
fn other_encodings_are_read() {
    let folder = folder(&[]);
    let (latin, ..) = encoding_rs::WINDOWS_1252.encode("Die Größe der Städte in Österreich.");
    put(&folder, "a.txt", &latin);
    let wide: Vec<u8> = "\u{feff}{\"text\":\"Größe\"}\r\n{\"text\":\"€\"}\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    put(&folder, "b.jsonl", &wide);
    let (table, ..) = encoding_rs::WINDOWS_1252.encode("id;text\n1;Über die Brücke nach Köln\n");
    put(&folder, "c.csv", &table);
    let found: Vec<String> = texts(&folder, &guessing()).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["Die Größe der Städte in Österreich.", "Größe", "€", "Über die Brücke nach Köln"]);
}

#[test]
fn a_bomb_of_a_row_is_not_held() {
    let folder = folder(&[("b.jsonl", "{\"text\":\"after\"}")]);
    // A line of 64 megabytes in some kilobytes.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b'x'; 1 << 20];
    (0..64).for_each(|_| encoder.write_all(&block).unwrap());
    put(&folder, "a.jsonl.gz", &encoder.finish().unwrap());
    let options = ReadOptions { max_row_bytes: 1 << 20, ..ReadOptions::default() };
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    let read = lines(&folder, input.records());
    assert!(read[0].starts_with("! a.jsonl.gz:1: the row is longer than 1048576 bytes"), "{}", read[0]);
    assert_eq!(read.len(), 2);
    let options = ReadOptions { max_document_bytes: 1 << 20, ..ReadOptions::default() };
    fs::rename(folder.path().join("a.jsonl.gz"), folder.path().join("a.txt.gz")).unwrap();
    let input = Input::open(&[folder.path().to_owned()], &options).unwrap();
    assert!(lines(&folder, input.records())[0].starts_with("! a.txt.gz: is longer than 1048576 bytes"));
}

#[test]
fn deep_nesting_is_a_fault_of_its_row() {
    let deep = format!("{{\"text\":{}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let folder = folder(&[("a.jsonl", &format!("{deep}{{\"text\":\"after\"}}\n")), ("b.json", &deep)]);
    let read = lines(&folder, open_all(&folder).records());
    assert!(
        read[0].starts_with("! a.jsonl:1: broken JSON") && read[0].contains("recursion limit"),
        "{}",
        read[0]
    );
    assert!(read[1].starts_with("a.jsonl:2 "));
    assert!(read[2].starts_with("! b.json:1: broken JSON"), "{}", read[2]);
}

#[test]
fn what_is_of_another_format_than_its_name_says_is_told() {
    let folder = folder(&[]);
    for name in ["a.pdf", "b.docx", "c.epub", "d.parquet"] {
        write(folder.path(), name, "Just some text, whatever the name says.");
    }
    let read = lines(&folder, open_all(&folder).records());
    assert_eq!(read.len(), 4);
    for (line, name) in read.iter().zip(["a.pdf", "b.docx", "c.epub", "d.parquet"]) {
        assert!(line.starts_with(&format!("! {name}: ")), "{line}");
    }
}

/// A Parquet file with two columns.
#[cfg(feature = "parquet")]
fn write_parquet(path: &Path, rows: &[(i64, &str)]) {
    use std::sync::Arc;

    use parquet::basic::{Compression, ConvertedType, Type as PhysicalType};
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type;

    let id = Type::primitive_type_builder("id", PhysicalType::INT64).build().unwrap();
    let text = Type::primitive_type_builder("contents", PhysicalType::BYTE_ARRAY)
        .with_converted_type(ConvertedType::UTF8)
        .build()
        .unwrap();
    let schema =
        Type::group_type_builder("row").with_fields(vec![Arc::new(id), Arc::new(text)]).build().unwrap();
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let file = fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).unwrap();
    for rows in rows.chunks(2) {
        let mut group = writer.next_row_group().unwrap();
        let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&ids, Some(&vec![1; ids.len()]), None).unwrap();
        column.close().unwrap();
        let texts: Vec<ByteArray> = rows.iter().map(|(_, text)| ByteArray::from(*text)).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&texts, Some(&vec![1; texts.len()]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_files_are_tables() {
    let folder = folder(&[]);
    let rows = [(1, "one"), (2, "zwö"), (3, "three")];
    write_parquet(&folder.path().join("a.parquet"), &rows);
    let bytes = fs::read(folder.path().join("a.parquet")).unwrap();
    put(&folder, "b.parquet.gz", &gzip(&bytes));
    put(&folder, "c.parquet", &bytes[..bytes.len() / 2]);
    let input = Input::open(&[folder.path().to_owned()], &guessing()).unwrap();
    let read = lines(&folder, input.records());
    assert_eq!(read.len(), 7);
    assert!(
        read[0].starts_with("a.parquet:1 ") && read[0].ends_with("\"id\":1,\"text\":\"one\"}"),
        "{}",
        read[0]
    );
    assert!(read[4].starts_with("b.parquet.gz:2 ") && read[4].contains("zwö"), "{}", read[4]);
    assert!(read[6].starts_with("! c.parquet: is not a Parquet file"), "{}", read[6]);
    // Damage anywhere is a fault or another value, never a crash.
    for at in (0..bytes.len()).step_by(5) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        put(&folder, "c.parquet", &damaged);
        let _ = Input::open(&[folder.path().join("c.parquet")], &guessing()).unwrap().records().count();
    }
}
