//! What tokenizers do, with small ones written here.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{chunks, document, options};
use crate::chunk::tokens::TokenWindow;
use crate::chunk::{ChunkBy, ChunkOptions, Chunker, TokenCounter};

/// A tokenizer of bytes whose words begin with their space, with a few merges; it cuts and fills up its input.
fn byte_level() -> Value {
    let mut alphabet: Vec<char> = ('!'..='~').chain('¡'..='¬').chain('®'..='ÿ').collect();
    let others = 256 - alphabet.len() as u32;
    alphabet.extend((0..others).filter_map(|code| char::from_u32(256 + code)));
    let merges = [["t", "h"], ["th", "e"], ["Ġ", "the"], ["Ġ", "a"], ["k", "e"], ["l", "a"], ["la", "ke"]];
    let tokens = alphabet.iter().map(char::to_string).chain(merges.iter().map(|pair| pair.concat()));
    let vocab: serde_json::Map<String, Value> =
        tokens.enumerate().map(|(id, token)| (token, Value::from(id))).collect();
    json!({
        "version": "1.0",
        "truncation": {"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                    "pad_type_id": 0, "pad_token": "!"},
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true},
        "post_processor": null,
        "decoder": null,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    })
}

/// A tokenizer of whole words in small letters, which knows three and calls the others unknown.
fn word_level() -> Value {
    json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "the": 1, "lake": 2}, "unk_token": "[UNK]"},
    })
}

/// A tokenizer of letters and a few merges over the text as a whole, spaces and all: words are not parted, so that a merge
/// may cross them, and the text gets a space before it.
fn unparted() -> Value {
    let merges =
        [["▁", "a"], ["l", "a"], ["e", "▁"], ["▁", "l"], ["▁l", "a"], ["a", "."], ["e▁", "l"], ["t", "h"]];
    let letters = ('a'..='z').chain(['▁', '.', '\n']).map(|c| c.to_string());
    let tokens =
        ["<unk>".to_owned()].into_iter().chain(letters).chain(merges.iter().map(|pair| pair.concat()));
    let vocab: serde_json::Map<String, Value> =
        tokens.enumerate().map(|(id, token)| (token, Value::from(id))).collect();
    json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        ]},
        "pre_tokenizer": null,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": "<unk>", "fuse_unk": true},
    })
}

/// A tokenizer of the likeliest pieces, some of them of more than a word.
fn likeliest() -> Value {
    let pieces = [
        "▁the", "the", "▁lake", "la", "ke", "▁", "e▁l", "a", "b", "c", "th", "e", "▁a", ".", "l", "k", "t",
        "h",
    ];
    let vocab: Vec<Value> = [json!(["<unk>", 0.0])]
        .into_iter()
        .chain(pieces.iter().enumerate().map(|(at, piece)| json!([piece, -1.0 - at as f64 * 0.37])))
        .collect();
    json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        "pre_tokenizer": null,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": false},
    })
}

/// A tokenizer of words that knows four of them and has no token for others; of other than plain letters it takes no
/// notice.
fn ignorant() -> Value {
    json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Replace", "pattern": {"Regex": "[^A-Za-z ]"}, "content": ""},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": {"A": 0, "first": 1, "text": 2, "lake": 3}, "unk_token": "[UNK]"},
    })
}

/// A file with this content, and the folder that it goes away with.
fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn counter(tokenizer: &Value) -> TokenCounter {
    let (_folder, path) = file(&tokenizer.to_string());
    TokenCounter::load(&path).unwrap()
}

#[test]
fn tokens_are_counted_without_the_cuts_and_fillings_of_a_model() {
    let bytes = counter(&byte_level());
    assert_eq!(bytes.count("the lake"), "the| |lake".split('|').count());
    assert_eq!((bytes.count(""), bytes.count("湖"), bytes.count("abcdef")), (0, 3, 6));
    let words = counter(&word_level());
    assert_eq!(words.count("The lake, THE unknown"), 5);
    let long = "the lake ".repeat(20_000);
    assert_eq!(words.count(&long), 40_000, "in pieces");
}

#[test]
fn a_file_that_is_no_tokenizer_is_a_fault_that_names_it() {
    // On the second the library panics.
    let texts =
        [r#"{"model": 1}"#, r#"{"version": "1.0", "decoder": {"type": "WordPiece", "prefix": "\ud800"}}"#];
    for text in texts {
        let (_folder, path) = file(text);
        let message = TokenCounter::load(&path).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("chunk.tokenizer: {} is no tokenizer (", path.display())),
            "{message}"
        );
    }
    let (_folder, path) = file("{}");
    let missing = path.with_file_name("none.json");
    let options = ChunkOptions { by: ChunkBy::Tokens, tokenizer: Some(missing), ..ChunkOptions::default() };
    let message = Chunker::new(&options).unwrap_err().to_string();
    assert!(message.contains("none.json cannot be read (") && message.contains("leave it out"), "{message}");
}

#[test]
fn a_tokenizer_that_does_not_know_all_texts_is_refused_or_told_of() {
    let mut without = word_level();
    without["model"]["vocab"].as_object_mut().unwrap().remove("[UNK]");
    let (_folder, path) = file(&without.to_string());
    let message = TokenCounter::load(&path).unwrap_err().to_string();
    assert!(message.contains("has no token for what it does not know ("), "{message}");

    let (_folder, path) = file(&ignorant().to_string());
    let options = ChunkOptions { tokenizer: Some(path), ..options(ChunkBy::Tokens, 3, 0) };
    let chunker = Chunker::new(&options).unwrap();
    let known = chunker.chunk(&document("A first lake text A lake", false));
    assert_eq!((known.chunks.len(), known.is_estimated), (2, false));
    let unknown = chunker.chunk(&document("A first lake and others", false));
    assert!(unknown.chunks.len() > 1 && unknown.is_estimated);
}

#[test]
fn chunks_are_full_and_end_with_sentences() {
    let (_folder, path) = file(&word_level().to_string());
    let text = "The lake is deep. It is clear. The water of the lake is cold. Nobody swims there.";
    let options = ChunkOptions { tokenizer: Some(path), ..options(ChunkBy::Tokens, 10, 0) };
    let found: Vec<&str> = chunks(text, false, &options).into_iter().map(|chunk| &text[chunk.span]).collect();
    assert_eq!(
        found,
        ["The lake is deep. It is clear.", "The water of the lake is cold.", "Nobody swims there."]
    );
    let options = ChunkOptions { overlap: 4, ..options };
    let found: Vec<&str> = chunks(text, false, &options).into_iter().map(|chunk| &text[chunk.span]).collect();
    assert_eq!(
        found[1], "The water of the lake is cold.",
        "a sentence that fits is not split to repeat another"
    );
}

#[test]
fn a_space_before_the_text_does_not_end_where_a_merge_goes_on() {
    // `▁e▁` is `▁` and `e▁`: the place of the first is that of `e`, which it is not.
    let counter = counter(&unparted());
    let mut window = TokenWindow::new("e lake", &counter, 9);
    window.limit(0);
    for end in 1..=6 {
        assert_eq!(window.alone(0, end), counter.count(&"e lake"[..end]), "{end}");
    }
}

proptest! {
    #[test]
    fn no_chunk_has_too_many_tokens(
        text in prop::collection::vec(
            prop_oneof!["[a-z ]{1,12}", "[abc]{1,3} ", "the lake ", "\\PC{1,3}", "[.\n]"],
            0..60,
        ),
        size in 1_usize..30,
        overlapping: bool,
    ) {
        let text = text.concat();
        let overlap = if overlapping { (size.div_ceil(2) - 1) / 2 } else { 0 };
        for tokenizer in [byte_level(), word_level(), unparted(), likeliest()] {
            let (_folder, path) = file(&tokenizer.to_string());
            let counter = TokenCounter::load(&path).unwrap();
            let options = ChunkOptions { tokenizer: Some(path), ..options(ChunkBy::Tokens, size, overlap) };
            let mut end = 0;
            for chunk in chunks(&text, false, &options) {
                let covered = &text[chunk.span.clone()];
                prop_assert!(counter.count(covered) <= size || covered.chars().count() == 1, "{covered:?}");
                prop_assert!(chunk.span.end > end);
                prop_assert!(chunk.span.start <= end || text[end..chunk.span.start].trim().is_empty());
                end = chunk.span.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tokens_are_counted_as_if_the_chunk_stood_alone(
        text in prop::collection::vec(prop_oneof!["[a-e]{1,4}", "[ .\n]", " ", "the", "lake", "é"], 0..50),
        starts in prop::collection::vec(0.0..1.0, 1..4),
    ) {
        let text = text.concat();
        let mut starts: Vec<usize> =
            starts.into_iter().map(|at: f64| text.floor_char_boundary((at * text.len() as f64) as usize)).collect();
        starts.sort_unstable();
        for tokenizer in [byte_level(), word_level(), unparted(), likeliest()] {
            let counter = counter(&tokenizer);
            let mut window = TokenWindow::new(&text, &counter, text.len());
            for &start in &starts {
                window.limit(start);
                for end in (start + 1..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                    prop_assert_eq!(
                        window.alone(start, end),
                        counter.count(&text[start..end]),
                        "{:?} of {:?}", &text[start..end], text
                    );
                }
            }
        }
    }
}
