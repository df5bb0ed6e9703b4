//! Corpora made on the spot: small, different in every document, alike enough for hard negatives.

use std::fmt::Write as _;

use super::Sandbox;

/// A word that no question can be asked about: [`super::rejects_some`] answers nonsense to documents with it.
pub const UNANSWERABLE: &str = "unanswerable";

/// A stream of numbers from a seed (Steele, Lea and Flood 2014).
pub struct SplitMix(pub u64);

impl SplitMix {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ value >> 31
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

const SUBJECTS: [&str; 8] =
    ["lake", "bridge", "reactor", "glacier", "orchard", "turbine", "harbour", "vaccine"];
const PROPERTIES: [&str; 12] = [
    "temperature",
    "pressure",
    "salinity",
    "fatigue",
    "density",
    "turbidity",
    "resonance",
    "corrosion",
    "viscosity",
    "drift",
    "friction",
    "turnover",
];
const VERBS: [&str; 8] =
    ["limits", "delays", "doubles", "reveals", "stabilises", "masks", "precedes", "weakens"];
const SEASONS: [&str; 6] = ["spring", "summer", "autumn", "winter", "drought", "flood"];

/// A document about a subject: a heading and five sentences, drawn from a seed.
pub fn text_about(subject: &str, seed: u64) -> String {
    let mut draws = SplitMix(seed);
    let mut text = format!("# Notes on {subject} {seed}\n\n");
    for _ in 0..5 {
        let mut pick = |words: &[&'static str]| words[draws.below(words.len() as u64) as usize];
        let (cause, verb, effect, when) =
            (pick(&PROPERTIES), pick(&VERBS), pick(&PROPERTIES), pick(&SEASONS));
        let share = draws.below(90) + 5;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "In the {subject} of series {seed} the {cause} {verb} the {effect} during {when}, by {share} per cent. "
        );
    }
    text.trim_end().to_owned()
}

/// Writes `docs`: half of the documents as Markdown files, half as rows of a JSON Lines file. Every ninth is one that no
/// question can be asked about.
pub(super) fn write(sandbox: &Sandbox, documents: usize) {
    let mut rows = String::new();
    for number in 0..documents {
        let subject = SUBJECTS[number % SUBJECTS.len()];
        let mut text = text_about(subject, 1000 + number as u64);
        if number % 9 == 4 {
            let _ = write!(text, " The rest of this note is {UNANSWERABLE}.");
        }
        if number < documents / 2 {
            sandbox.write(&format!("docs/{number:03}.md"), &text);
        } else {
            let _ = writeln!(rows, "{}", serde_json::json!({ "text": text, "number": number }));
        }
    }
    sandbox.write("docs/rows.jsonl", &rows);
}
