//! What of an input is left out: records that repeat earlier ones, and records that hold what a model is to be tested on.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use ragstill_core::Record;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::{Map, Value, json};

use crate::decontaminate::Contamination;
use crate::dedup::{Dedup, DuplicateKind, Finder, Shingles, Signature, Verifier};
use crate::error::Error;
use crate::input::Input;
use crate::options::ReadOptions;
use crate::read::Sourced;

/// Texts that are looked at together, on all threads.
const BATCH: usize = 256;

/// The most characters of an overlap that are shown.
const SHOWN: usize = 300;

/// Fields that hold the questions and passages of evaluation sets; where a row has none of them, all its texts count.
const EVALUATED: &[&str] =
    &["question", "query", "prompt", "problem", "text", "contents", "content", "passage", "document"];

/// Why a record is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusion {
    /// In a few words, the same for all records that are left out for this.
    pub reason: &'static str,
    /// The details, as a record shows them: of which record it is a duplicate, what it shares with which evaluation text.
    pub details: Value,
}

/// The records of an input that are left out, by their number from 0.
pub type Excluded = BTreeMap<u64, Exclusion>;

/// Finds what is to be left out.
pub struct Screener {
    /// The field that holds the text of a record.
    field: String,
    dedup: Dedup,
    finder: Finder,
    contamination: Option<Contamination>,
    excluded: Excluded,
    /// Texts that were not looked at yet; `None` for records without one.
    waiting: Vec<Option<String>>,
    /// The number of the first of them.
    first: u64,
}

impl Screener {
    /// A screener without a contamination drops duplicates alone.
    pub fn new(text_field: &str, dedup: Dedup, contamination: Option<Contamination>) -> Self {
        Self {
            field: text_field.to_owned(),
            dedup,
            finder: Finder::new(dedup),
            contamination,
            excluded: Excluded::new(),
            waiting: Vec::new(),
            first: 0,
        }
    }

    /// Takes the next record.
    pub fn push(&mut self, record: &Record) {
        if self.dedup == Dedup::Off && self.contamination.is_none() {
            return;
        }
        self.waiting.push(text_of(record, &self.field).map(str::to_owned));
        if self.waiting.len() == BATCH {
            self.look();
        }
    }

    fn look(&mut self) {
        let (dedup, contamination) = (self.dedup, self.contamination.as_ref());
        let look = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            let signature = Signature::of(text, dedup);
            let overlap = contamination.and_then(|contamination| contamination.find(text)).map(|overlap| {
                let shown: String = text[overlap.range.clone()].chars().take(SHOWN).collect();
                let by = overlap.of.to_string();
                Exclusion {
                    reason: CONTAMINATED,
                    details: json!({"by": by, "words": overlap.words, "match": shown}),
                }
            });
            // What is left out for this is not kept, so nothing can be a duplicate of it.
            let signature = if overlap.is_some() { Signature::of("", dedup) } else { signature };
            (signature, overlap)
        };
        let looked: Vec<_> = self.waiting.par_iter().map(look).collect();
        for (number, (signature, overlap)) in (self.first..).zip(looked) {
            if self.dedup != Dedup::Off {
                self.finder.push(&signature);
            }
            self.excluded.extend(overlap.map(|overlap| (number, overlap)));
        }
        self.first += self.waiting.len() as u64;
        self.waiting.clear();
    }

    /// What is left out. Where records may be duplicates, the input is read `again`, from its beginning.
    pub fn finish(mut self, again: impl Iterator<Item = Record>) -> Excluded {
        self.look();
        let candidates = self.finder.candidates();
        if candidates.is_empty() {
            return self.excluded;
        }
        let mut verifier = Verifier::new(&candidates);
        let mut ids = HashMap::new();
        for (number, record) in (0..).zip(again) {
            if candidates.contains(number) {
                verifier.push(number, Shingles::of(text_of(&record, &self.field).unwrap_or_default()));
            }
            if candidates.may_be_repeated(number) {
                ids.insert(number, record.id);
            }
        }
        for duplicate in verifier.finish() {
            let of = ids.get(&duplicate.of).map(ToString::to_string);
            let (reason, details) = match duplicate.kind {
                DuplicateKind::Exact => (DUPLICATE, json!({"of": of})),
                DuplicateKind::Near => {
                    let similarity = (duplicate.similarity * 1000.0).round() / 1000.0;
                    (NEAR_DUPLICATE, json!({"of": of, "similarity": similarity}))
                }
            };
            self.excluded.insert(u64::from(duplicate.record), Exclusion { reason, details });
        }
        self.excluded
    }
}

fn text_of<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

/// The same words in the same order as an earlier record.
pub const DUPLICATE: &str = "duplicate";
/// Nearly the same words as an earlier record.
pub const NEAR_DUPLICATE: &str = "near duplicate";
/// Words of an evaluation text.
pub const CONTAMINATED: &str = "contaminated";

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
    use ragstill_core::{Record, RecordId};
    use serde_json::{Map, Value, json};

    use super::{CONTAMINATED, DUPLICATE, Excluded, NEAR_DUPLICATE, Screener, evaluated};
    use crate::{Contamination, Dedup, Place};

    fn excluded(texts: &[&str], dedup: Dedup, contamination: Option<Contamination>) -> Excluded {
        let records = || {
            texts.iter().enumerate().map(|(at, text)| {
                let fields = Map::from_iter([("text".to_owned(), json!(text))]);
                Record::new(RecordId::given(format!("r{at}")), fields)
            })
        };
        let mut screener = Screener::new("text", dedup, contamination);
        records().for_each(|record| screener.push(&record));
        screener.finish(records())
    }

    const LAKE: &str = "Lake Baikal in southern Siberia is the deepest lake on Earth and holds about a fifth of all fresh \
        water that is not frozen; its basin formed some twenty five million years ago, and hundreds of rivers run into it \
        while only the Angara leaves it on its way to the Yenisei and the Arctic Ocean.";

    #[test]
    fn copies_are_left_out_and_name_what_they_repeat() {
        let shouted = LAKE.to_uppercase();
        let edited = LAKE.replace("hundreds", "scores");
        let texts = ["Something else.", LAKE, &shouted, &edited, ""];
        let reasons = |dedup| {
            let excluded = excluded(&texts, dedup, None).into_iter();
            excluded
                .map(|(at, exclusion)| (at, exclusion.reason, exclusion.details["of"].clone()))
                .collect::<Vec<_>>()
        };
        let of = json!("r1");
        assert_eq!(reasons(Dedup::Off), []);
        assert_eq!(reasons(Dedup::Exact), [(2, DUPLICATE, of.clone())]);
        assert_eq!(reasons(Dedup::Near), [(2, DUPLICATE, of.clone()), (3, NEAR_DUPLICATE, of)]);
    }

    #[test]
    fn what_holds_an_evaluation_text_is_left_out_and_repeats_nothing() {
        let mut contamination = Contamination::new(13);
        contamination.add(LAKE, Place::line("eval.jsonl", 3));
        let longer = format!(
            "A preface. {LAKE} And more of it, which the other does not have at all, so that it is no copy."
        );
        let texts = [
            longer.as_str(),
            "Nothing of the kind stands in this text, and it has more than thirteen words in all.",
        ];
        let excluded = excluded(&texts, Dedup::Near, Some(contamination));
        assert_eq!(excluded.len(), 1);
        assert_eq!(
            (excluded[&0].reason, &excluded[&0].details["by"]),
            (CONTAMINATED, &json!("eval.jsonl:3"))
        );
        assert!(excluded[&0].details["match"].as_str().unwrap().starts_with("Lake Baikal in southern"));
    }

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
