//! What tokenizers do, with small ones written here.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{chunks, options};
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
    let (_folder, path) = file("{\"model\": 1}");
    let message = TokenCounter::load(&path).unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("chunk.tokenizer: {} is no tokenizer (", path.display())),
        "{message}"
    );
    let missing = path.with_file_name("none.json");
    let options = ChunkOptions { by: ChunkBy::Tokens, tokenizer: Some(missing), ..ChunkOptions::default() };
    let message = Chunker::new(&options).unwrap_err().to_string();
    assert!(message.contains("none.json cannot be read (") && message.contains("leave it out"), "{message}");
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

proptest! {
    #[test]
    fn no_chunk_has_too_many_tokens(
        text in prop::collection::vec(prop_oneof!["[a-z ]{1,12}", "the lake ", "\\PC{1,3}", "[.\n]"], 0..60),
        size in 1_usize..30,
        overlapping: bool,
    ) {
        let text = text.concat();
        let overlap = if overlapping { (size.div_ceil(2) - 1) / 2 } else { 0 };
        for tokenizer in [byte_level(), word_level()] {
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
