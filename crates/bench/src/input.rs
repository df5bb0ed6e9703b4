//! Short synthetic documents, and the recipes that are run over them.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

/// Words of a document; with the spaces about 600 bytes.
const WORDS: usize = 90;
/// Words that documents are made of.
const VOCABULARY: usize = 2000;

/// One step, one request a document.
pub const ONE_STEP: &str = "\
recipe: one-step
steps:
  - operator: Doc2Query
";

/// Three requests a document, one after the other, with the search for negatives between the first two: RARE, and a
/// second question from the reasoning that RARE ends with.
pub const THREE_STEPS: &str = "\
recipe: three-steps
steps:
  - operator: Doc2Query
  - operator: BM25HardNeg
  - operator: ReasonDistill
  - operator: Doc2Query
    name: followup
    options:
      input_key: reasoning
      output_question_key: followup_question
      output_scenario_key: followup_scenario
";

/// Question tasks: two requests a document at once, then chains of them.
pub const AGENTIC: &str = "\
recipe: agentic
steps:
  - operator: AtomicTaskGenerator
    options: {input_key: text, data_num: null}
";

/// Writes `count` documents as JSON Lines; the same for the same seed.
///
/// # Errors
/// When the file cannot be written.
pub fn write_documents(path: &Path, seed: u64, count: usize) -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let words: Vec<String> = (0..VOCABULARY).map(|_| word(&mut rng)).collect();
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    for number in 1..=count {
        writeln!(file, "{}", json!({ "text": document(number, &words, &mut rng) }))?;
    }
    file.flush().with_context(|| path.display().to_string())
}

fn document(number: usize, words: &[String], rng: &mut ChaCha8Rng) -> String {
    // The number makes every document, and so every request, different.
    let mut text = format!("Report {number}.");
    for place in 0..WORDS {
        let word = &words[rng.random_range(0..words.len())];
        text.push(' ');
        text.push_str(word);
        if place % 15 == 14 {
            text.push('.');
        }
    }
    text
}

/// A word of two to four syllables.
fn word(rng: &mut ChaCha8Rng) -> String {
    const CONSONANTS: &[u8] = b"bcdfglmnprstv";
    const VOWELS: &[u8] = b"aeiou";
    let syllables = rng.random_range(2..=4);
    let mut word = String::with_capacity(2 * syllables);
    for _ in 0..syllables {
        word.push(char::from(CONSONANTS[rng.random_range(0..CONSONANTS.len())]));
        word.push(char::from(VOWELS[rng.random_range(0..VOWELS.len())]));
    }
    word
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{ONE_STEP, THREE_STEPS, write_documents};

    #[test]
    fn documents_are_seeded_different_and_longer_than_a_chunks_least() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, seed| {
            let path = folder.path().join(name);
            write_documents(&path, seed, 200).unwrap();
            std::fs::read_to_string(path).unwrap()
        };
        let text = read("a", 1);
        assert_eq!(text, read("b", 1));
        assert_ne!(text, read("c", 2));
        let different: HashSet<&str> = text.lines().collect();
        assert_eq!(different.len(), 200);
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(row["text"].as_str().unwrap().len() > 300, "{line}");
        }
    }

    #[test]
    fn the_recipes_ask_as_often_as_they_say() {
        let asks =
            |recipe: &str| recipe.matches("Doc2Query").count() + recipe.matches("ReasonDistill").count();
        assert_eq!((asks(ONE_STEP), asks(THREE_STEPS)), (1, 3));
    }
}
