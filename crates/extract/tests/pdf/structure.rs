//! The structure of files: tables, streams, damage that can be repaired.

use std::io::Write;

use ragstill_extract::Reason;
use serde_json::json;

use crate::builder::{Builder, line, pages, read, text};

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}

/// A file with its catalog, pages and font in an object stream, and a stream as its table.
fn modern() -> Vec<u8> {
    let members = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>"),
        (3, "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources<</Font<</F 4 0 R>>>>>>"),
        (4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
    ];
    let (mut header, mut body) = (String::new(), String::new());
    for (number, object) in members {
        header += &format!("{number} {} ", body.len());
        body += &format!("{object} ");
    }
    let packed = deflate(format!("{header}{body}").as_bytes());
    let content = deflate(line(50.0, 700.0, 10.0, "In a stream of objects").as_bytes());
    let objects = Builder::default()
        .stream(5, &format!("/Type/ObjStm/N 4/First {}/Filter/FlateDecode", header.len()), &packed)
        .stream(6, "/Filter/FlateDecode", &content)
        .objects();
    let find = |needle: &str| {
        objects.windows(needle.len()).position(|part| part == needle.as_bytes()).unwrap() as u16
    };
    let mut rows = Vec::new();
    for (kind, second, third) in [
        (0_u8, 0_u16, 0_u8),
        (2, 5, 0),
        (2, 5, 1),
        (2, 5, 2),
        (2, 5, 3),
        (1, find("5 0 obj"), 0),
        (1, find("6 0 obj"), 0),
    ] {
        rows.push(kind);
        rows.extend(second.to_be_bytes());
        rows.push(third);
    }
    let start = objects.len();
    let mut bytes = objects;
    let packed = deflate(&rows);
    bytes.extend(
        format!(
            "7 0 obj\n<</Type/XRef/W[1 2 1]/Size 7/Root 1 0 R/Filter/FlateDecode/Length {}>>\nstream\n",
            packed.len()
        )
        .bytes(),
    );
    bytes.extend(packed);
    bytes.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").bytes());
    bytes
}

#[test]
fn tables_and_objects_in_streams() {
    assert_eq!(text(&modern()), "In a stream of objects");
}

#[test]
fn what_is_damaged_is_searched_for_objects() {
    let whole = pages(&[&line(50.0, 700.0, 10.0, "Still here")]).finish();
    let end = whole.windows(4).rposition(|part| part == b"xref").unwrap();
    let table = whole.windows(4).position(|part| part == b"xref").unwrap();
    // Without its end, without its table, with wrong places in it, with a header before and a tail behind it.
    assert_eq!(text(&whole[..end]), "Still here");
    assert_eq!(text(&whole[..table]), "Still here");
    let wrong = String::from_utf8(whole.clone()).unwrap().replace("00000000", "00000007");
    assert_eq!(text(wrong.as_bytes()), "Still here");
    assert_eq!(text(&[b"HTTP/1.1 200 OK\r\n\r\n", &whole[..]].concat()), "Still here");
    assert_eq!(text(&[&whole[..], &[0; 2000], b"<!-- tail -->"].concat()), "Still here");
    let broken = modern();
    let table = broken.windows(7).position(|part| part == b"7 0 obj").unwrap();
    assert_eq!(text(&broken[..table]), "In a stream of objects");
}

#[test]
fn pages_are_found_without_their_tree() {
    let file = String::from_utf8(pages(&[&line(50.0, 700.0, 10.0, "An orphan")]).finish()).unwrap();
    let file = file.replace("/Kids[", "/Nope[").replace("/Parent 2 0 R", "/Resources<</Font<</F 3 0 R>>>>");
    assert_eq!(text(file.as_bytes()), "An orphan");
}

#[test]
fn a_streams_length_may_be_wrong() {
    let file = pages(&[&line(50.0, 700.0, 10.0, "Long enough")]).finish();
    let file = String::from_utf8(file).unwrap();
    for wrong in ["/Length 3", "/Length 99999", "/Length 77 0 R", "/Len 5"] {
        let start = file.find("/Length").unwrap();
        let end = start + file[start..].find(">>").unwrap();
        assert_eq!(
            text(format!("{}{wrong}{}", &file[..start], &file[end..]).as_bytes()),
            "Long enough",
            "{wrong}"
        );
    }
}

#[test]
fn a_changed_file_has_its_newest_text() {
    let old = pages(&[&line(50.0, 700.0, 10.0, "Old")]).finish();
    let place = old.len();
    let content = line(50.0, 700.0, 10.0, "New");
    let start = String::from_utf8_lossy(&old).rfind("startxref").unwrap();
    let previous: usize =
        String::from_utf8_lossy(&old[start + 9..]).trim().trim_end_matches("%%EOF").trim().parse().unwrap();
    let mut file = old;
    file.extend(
        format!("1000 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\n", content.len()).bytes(),
    );
    let table = file.len();
    file.extend(
        format!("xref\n1000 1\n{place:010} 00000 n \ntrailer\n<</Root 1 0 R/Prev {previous}>>\nstartxref\n{table}\n%%EOF")
            .bytes(),
    );
    assert_eq!(text(&file), "New");
    // The same by a search.
    let lost = String::from_utf8(file).unwrap().replace("startxref", "start");
    assert_eq!(text(lost.as_bytes()), "New");
}

#[test]
fn what_the_file_says_of_itself() {
    let mut file = pages(&[&line(50.0, 700.0, 10.0, "Text")]).object(
        7,
        "<</Title(Lakes)/Author<FEFF004D00E9>/CreationDate(D:20261120143000Z)/Subject( )/Keywords(a, b)>>",
    );
    file.trailer = "/Info 7 0 R".into();
    let extracted = read(&file.finish()).unwrap();
    assert_eq!(extracted.title.as_deref(), Some("Lakes"));
    assert_eq!(
        serde_json::Value::Object(extracted.metadata),
        json!({"author": "Mé", "date": "2026-11-20T14:30:00Z", "keywords": "a, b"})
    );
    assert_eq!(extracted.pages, [0]);
}

#[test]
fn what_holds_no_text_says_what_to_do() {
    let error = read(&pages(&["0 0 100 100 re f", ""]).finish()).unwrap_err();
    assert_eq!(error.reason, Reason::NoText);
    assert!(error.message.contains("ocrmypdf"), "{error}");
    for broken in
        [&b""[..], b"%PDF-1.7", b"%PDF-1.7\nrubbish \xff\xfe ( << [ stream", b"<html>no</html>", b"1 0 obj"]
    {
        assert_eq!(read(broken).unwrap_err().reason, Reason::Broken);
    }
}
