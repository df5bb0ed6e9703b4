//! Evaluation sets, of which training data must hold nothing.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::decontaminate::Contamination;
use crate::error::Error;
use crate::input::Input;
use crate::options::ReadOptions;
use crate::read::Sourced;

/// Fields that hold the questions and passages of evaluation sets; where a row has none of them, all its texts count.
const EVALUATED: &[&str] =
    &["question", "query", "prompt", "problem", "text", "contents", "content", "passage", "document"];

/// Reads evaluation sets, to find out which records hold some of them: n-grams of `words` words.
///
/// # Errors
/// Everything that cannot be read: a set that is read in part would protect in part.
pub fn read_contamination(files: &[PathBuf], words: usize) -> Result<Contamination, Error> {
    let mut contamination = Contamination::new(words);
    for item in Input::open(files, &ReadOptions::default())?.records() {
        let Sourced { record, place, .. } = item?;
        for text in evaluated(&record.fields) {
            contamination.add(text, place.clone());
        }
    }
    Ok(contamination)
}

fn evaluated(fields: &Map<String, Value>) -> Vec<&str> {
    let known: Vec<&str> = EVALUATED.iter().filter_map(|field| fields.get(*field)?.as_str()).collect();
    if known.is_empty() { fields.values().filter_map(Value::as_str).collect() } else { known }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::evaluated;

    #[test]
    fn questions_and_passages_of_evaluation_rows_are_found() {
        let texts = |row: Value| match row {
            Value::Object(fields) => evaluated(&fields).join("|"),
            _ => String::new(),
        };
        assert_eq!(texts(json!({"id": "7", "question": "Q", "text": "T", "answer": "A"})), "Q|T");
        assert_eq!(texts(json!({"left": "L", "n": 3})), "L");
    }
}
