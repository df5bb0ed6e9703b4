//! Any text as a page: no panic, and text that is fit to be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ragstill_extract::{Limits, Reason, html};

fuzz_target!(|page: &str| {
    match html::extract(page, &Limits::default()) {
        Ok(read) => {
            assert!(!read.text.trim().is_empty());
            assert!(is_readable(&read.text));
            assert!(read.title.is_none_or(|title| !title.trim().is_empty() && is_readable(&title)));
        }
        Err(error) => assert_eq!(error.reason, Reason::NoText),
    }
    let _ = html::declared_encoding(page.as_bytes());
});

fn is_readable(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'))
}
