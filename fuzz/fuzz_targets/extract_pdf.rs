//! The PDF reader keeps its limits whatever the bytes are: no panic, no deep recursion, time and memory bounded, and what
//! it gives is text. Start it with small PDF files in `corpus/extract_pdf`, and with `-timeout=10`: the deadline is 2 s.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use ragstill_extract::{Limits, pdf};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { expanded_bytes: 4 << 20, deadline: None }.within(Duration::from_secs(2));
    if let Ok(extracted) = pdf::extract(bytes, &limits) {
        let text = &extracted.text;
        assert!(!text.trim().is_empty());
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        assert!(extracted.pages.first() == Some(&0) && extracted.pages.is_sorted());
        assert!(extracted.pages.iter().all(|at| text.is_char_boundary(*at)));
    }
});
