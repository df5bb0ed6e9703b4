//! What is written in pieces is what is built in memory and saved.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::{Limits, write};
use crate::storage::IndexFileError;
use crate::{Analyzer, Bm25Builder, Bm25Error, Bm25Params};

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    File(#[from] IndexFileError),
    #[error(transparent)]
    Bm25(#[from] Bm25Error),
    #[error("the texts end here")]
    Text,
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn assert_same(texts: &[String], params: Bm25Params, limits: &[Limits]) {
    let folder = tempfile::tempdir().unwrap();
    let (held, streamed) = (folder.path().join("held.idx"), folder.path().join("streamed.idx"));
    Bm25Builder::new().params(params).build(texts).unwrap().save(&held).unwrap();
    let held = fs::read(held).unwrap();
    for &limits in limits {
        let texts = texts.iter().map(Ok::<_, Fault>);
        let file = write(params, Analyzer::english(), &streamed, texts, limits).unwrap();
        let bytes = fs::read(&streamed).unwrap();
        assert!(bytes == held, "{} and {} bytes, {limits:?}", bytes.len(), held.len());
        assert_eq!(file.sum.bytes, bytes.len() as u64);
        assert_eq!(file.sum.xxh3, xxhash_rust::xxh3::xxh3_64(&bytes[24..]));
        assert_eq!(names(folder.path()).len(), 2, "nothing else is left behind");
    }
}

const LIMITS: [Limits; 4] = [
    Limits { terms: 1, runs: 1 },
    Limits { terms: 200_000, runs: 7 },
    Limits { terms: 400_000, runs: 1_000 },
    Limits { terms: 24 << 20, runs: 2 << 20 },
];

/// Words that are rare and common, in so many short texts, some empty, some with a word very often.
fn random_texts(seed: u64, count: usize, words: u32) -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let text = |n: usize| {
        let length = rng.next_u32() % 6;
        let mut text = String::new();
        for _ in 0..length {
            let (one, other) = (rng.next_u32() % words, rng.next_u32() % words);
            text.push_str(&format!("w{} ", one.min(other)));
        }
        if n % 20_011 == 5 {
            text.push_str(&"often ".repeat(200 + n % 400));
        }
        text
    };
    (0..count).map(text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_streamed_index_is_the_built_one(
        texts in proptest::collection::vec(proptest::collection::vec("[a-f]{1,2}", 0..12), 0..80),
        often in proptest::option::of((0_usize..80, 250_usize..700)),
        k1 in 0.0_f32..3.0,
        b in 0.0_f32..=1.0,
        lucene_lengths: bool,
    ) {
        let mut texts: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
        if let Some((at, times)) = often && let Some(text) = texts.get_mut(at) {
            text.push_str(&" xx".repeat(times));
        }
        assert_same(&texts, Bm25Params { k1, b, lucene_lengths }, &LIMITS);
    }
}

/// Three tiles and a part of one, of which some terms have no run.
#[test]
fn many_tiles_are_those_of_the_built_index() {
    let mut texts = random_texts(1, 200_000, 5_000);
    texts.extend(random_texts(2, 20_000, 9_000));
    assert_same(&texts, Bm25Params::default(), &LIMITS);
    // Just whole tiles.
    texts.truncate(1 << 17);
    assert_same(&texts, Bm25Params { k1: 1.2, b: 0.75, lucene_lengths: true }, &LIMITS[1..2]);
}

#[test]
fn real_passages_are_those_of_the_built_index() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/passages/corpus.jsonl");
    let Ok(file) = fs::File::open(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let text = |line: String| {
        let row: serde_json::Value = serde_json::from_str(&line).unwrap();
        row["text"].as_str().unwrap().to_owned()
    };
    let texts: Vec<String> = BufReader::new(file).lines().map(|line| text(line.unwrap())).collect();
    assert_same(&texts, Bm25Params::default(), &LIMITS[2..]);
}

#[test]
fn a_failure_leaves_nothing_but_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bm25.idx");
    fs::write(&path, "before").unwrap();
    let fails = |texts: Vec<Result<String, Fault>>| {
        let limits = Limits::default();
        let fault = write(Bm25Params::default(), Analyzer::english(), &path, texts.into_iter(), limits);
        assert_eq!(fs::read(&path).unwrap(), b"before");
        fault.unwrap_err()
    };
    // The texts fail after some were put aside.
    let mut texts: Vec<_> = random_texts(3, 40_000, 100).into_iter().map(Ok).collect();
    texts.push(Err(Fault::Text));
    assert!(matches!(fails(texts), Fault::Text));
    assert_eq!(names(folder.path()), ["bm25.idx"]);
    // The file cannot be written.
    fs::create_dir(folder.path().join("bm25.idx.partial")).unwrap();
    let fault = fails(vec![Ok("a text".to_owned())]);
    assert!(matches!(&fault, Fault::File(_)), "{fault}");
    assert!(fault.to_string().starts_with(&format!("{}: ", path.display())), "{fault}");
    // There is no folder to put anything aside.
    let texts = [Ok::<_, Fault>("a text")].into_iter();
    let nowhere = Path::new("/no/such/folder/bm25.idx");
    let fault = write(Bm25Params::default(), Analyzer::english(), nowhere, texts, Limits::default());
    assert!(fault.unwrap_err().to_string().starts_with("/no/such/folder/bm25.idx: "));
}
