//! Any text as one step of a reasoning chain: no panic, a short reason, and what was read is read again from what is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ragstill_teacher::parse::{Step, action, step};

fuzz_target!(|text: &str| {
    match step(text) {
        Ok(found) => {
            let number = found.number.unwrap_or(1);
            let written = found.render(number);
            assert_eq!(step(&written), Ok(Step { number: Some(number), ..found }), "{written}");
        }
        Err(why) => assert!(!why.is_empty() && why.chars().count() < 300, "{why}"),
    }
    if let Ok(found) = action(text) {
        assert!(!found.text().trim().is_empty());
        assert!(text.contains('\\') || text.contains(found.text()), "{found}");
        assert_eq!(action(&found.to_string()).as_ref(), Ok(&found));
    }
});
