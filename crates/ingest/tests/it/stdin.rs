//! Standard input.

use std::io::{self, Read};
use std::path::PathBuf;

use ragstill_ingest::{Error, ErrorKind, Input, ReadOptions};

use crate::{folder, ids};

fn read(text: &str) -> Result<Input, Error> {
    Input::open_with(&[PathBuf::from("-")], &ReadOptions::default(), text.as_bytes())
}

/// What must not be read.
struct Unread;

impl Read for Unread {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("standard input was read");
    }
}

#[test]
fn json_lines_and_text_are_told_apart_and_read_twice() {
    for (text, shown, count) in [
        ("\n {\"text\":\"a\"}\n{\"text\":\"b\"}\n", "1 file (1 jsonl)", 2),
        ("Plain text, not cut.\n\nTwo paragraphs.", "1 file (1 text)", 1),
    ] {
        let input = read(text).unwrap();
        assert_eq!(input.inventory().to_string(), shown);
        assert_eq!(ids(&input).len(), count);
        assert_eq!(ids(&input), ids(&input));
    }
}

#[test]
fn places_and_sources_name_it() {
    let record = read("Plain text.").unwrap().records().next().unwrap().unwrap();
    assert_eq!((record.place.to_string().as_str(), record.record.text("source")), ("<stdin>:1", Ok("-")));
    let fault = read("{\"text\":\"a\"}\n{\n").unwrap().records().nth(1).unwrap().unwrap_err();
    assert!(fault.to_string().starts_with("<stdin>:2: broken JSON"), "{fault}");
}

#[test]
fn it_stands_where_it_was_named_and_is_read_once() {
    let folder = folder(&[("a.txt", "File a."), ("b.txt", "File b.")]);
    let paths = [folder.path().join("a.txt"), "-".into(), folder.path().join("b.txt"), "-".into()];
    let input = Input::open_with(&paths, &ReadOptions::default(), "Piped.".as_bytes()).unwrap();
    let texts: Vec<_> =
        input.records().map(|item| item.unwrap().record.text("text").unwrap().to_owned()).collect();
    assert_eq!(texts, ["File a.", "Piped.", "File b."]);
    assert_eq!(input.inventory().repeated, 1);
}

#[test]
fn an_empty_one_is_an_error() {
    for blank in ["", " \n\n"] {
        let error = read(blank).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Empty);
        assert_eq!(error.to_string(), "<stdin>: standard input is empty; pipe text or JSON Lines into it");
    }
}

#[test]
fn it_is_left_alone_unless_named_and_while_other_paths_are_wrong() {
    let folder = folder(&[("a.txt", "File a.")]);
    Input::open_with(&[folder.path().to_owned()], &ReadOptions::default(), Unread).unwrap();
    let error =
        Input::open_with(&["-".into(), "no/such.txt".into()], &ReadOptions::default(), Unread).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_document_beyond_the_limit_is_told_before_it_is_read() {
    let options = ReadOptions { max_document_bytes: 4, ..ReadOptions::default() };
    let error = Input::open_with(&["-".into()], &options, "12345".as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLong);
    assert!(Input::open_with(&["-".into()], &options, "{\"text\":\"12345\"}".as_bytes()).is_ok());
}
