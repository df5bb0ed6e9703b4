//! Any bytes as a book, and any pieces of XML as the parts of one: no panic, and text that is fit to be read.
#![no_main]

#[path = "../archive.rs"]
mod archive;

use libfuzzer_sys::fuzz_target;
use ragstill_extract::{Limits, epub};

const PARTS: [&str; 5] =
    ["book.opf", "a.xhtml", "b.xhtml", "META-INF/encryption.xml", "META-INF/container.xml"];

fuzz_target!(|bytes: &[u8]| {
    // No byte of UTF-8 parts the pieces.
    let pieces = bytes.split(|byte| *byte == 0xff);
    let members: Vec<(&str, &[u8])> = PARTS.into_iter().zip(pieces).collect();
    for book in [bytes, &archive::stored(&members)] {
        if let Ok(read) = epub::extract(book, &Limits { expanded_bytes: 1 << 20, deadline: None }) {
            assert!(!read.text.trim().is_empty());
            assert!(read.text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
        }
    }
});
