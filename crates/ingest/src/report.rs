//! What is in a corpus: the look that one takes before spending anything on it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::chunk::TokenCounter;
use crate::dedup::{Dedup, DuplicateKind};
use crate::formats::Format;
use crate::input::Input;
use crate::inventory::Inventory;
use crate::origin::STDIN_PLACE;
use crate::screen::{Exclusion, RepeatedDocuments, Screener};

/// Characters from which a text belongs to the next class of lengths; the last class has no end.
const LENGTHS: &[usize] = &[0, 100, 250, 500, 1000, 2000, 4000, 8000];

/// Characters from which the likeliest language is taken, however close the next one is.
const SURE: usize = 200;

/// Failures that are listed one by one.
const LISTED: usize = 100;

/// The language of so many records is looked for, and then that of one in [`SAMPLED`].
const LOOKED_AT: u64 = 2000;
const SAMPLED: u64 = 50;

/// What is in a corpus.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CorpusReport {
    /// Files, by format and what was passed over.
    pub inventory: Inventory,
    /// Records, by the format of the file that they came from.
    pub formats: BTreeMap<String, TextCount>,
    /// All together.
    pub total: TextCount,
    /// How tokens were counted: `estimated`, or the file of the tokenizer.
    pub tokens_by: String,
    /// Records without any text.
    pub blank: u64,
    /// Chunks that were dropped because they were too short.
    pub short_chunks: u64,
    /// Records with the same words in the same order as an earlier one, or of a document with the same as an earlier one.
    pub duplicates: u64,
    /// Records with nearly the same words as an earlier one, or of a document with nearly the same as an earlier one.
    pub near_duplicates: u64,
    /// Documents that repeat others as wholes; their records are among the duplicates.
    pub duplicate_documents: RepeatedDocuments,
    /// Languages by their ISO 639-3 codes, the most frequent first, with their shares of the records that were looked at.
    pub languages: Vec<(String, f64)>,
    /// Records by the length of their text.
    pub lengths: Vec<LengthCount>,
    /// What could not be read, each in a line with its place and what to do: the first hundred.
    pub failures: Vec<String>,
    /// How many there are.
    pub failed: u64,
}

/// Records and their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TextCount {
    /// Records: rows, and chunks of documents.
    pub records: u64,
    /// Characters (Unicode scalar values).
    pub characters: u64,
    /// Tokens.
    pub tokens: u64,
}

/// Records of some length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LengthCount {
    /// The least characters.
    pub from: usize,
    /// One more than the most characters; unset for the last class.
    pub to: Option<usize>,
    /// How many there are.
    pub records: u64,
}

impl CorpusReport {
    /// Reads an input whole. The text of a record is its field `text_field`; tokens are counted by `counter`, which goes by
    /// the name `tokens_by`.
    pub fn of(input: &Input, text_field: &str, counter: &TokenCounter, tokens_by: &str) -> Self {
        let mut report = Self {
            inventory: input.inventory().clone(),
            formats: BTreeMap::new(),
            total: TextCount::default(),
            tokens_by: tokens_by.to_owned(),
            blank: 0,
            short_chunks: 0,
            duplicates: 0,
            near_duplicates: 0,
            duplicate_documents: RepeatedDocuments::default(),
            languages: Vec::new(),
            lengths: lengths(),
            failures: Vec::new(),
            failed: 0,
        };
        let mut screener = Screener::new(text_field, Dedup::Near, None);
        let mut languages = BTreeMap::new();
        let stdin = input.stdin_format();
        let mut records = input.records();
        for item in records.by_ref() {
            match item {
                Ok(sourced) => {
                    let text = sourced.record.get(text_field).and_then(Value::as_str);
                    screener.push(&sourced);
                    let format = if &*sourced.place.file == STDIN_PLACE { stdin } else { None };
                    let format = format.or_else(|| Format::of_path(Path::new(&*sourced.place.file)));
                    report.add(format, text.unwrap_or_default(), counter, &mut languages);
                }
                Err(error) => report.fail(error.to_string()),
            }
        }
        report.short_chunks = records.short_chunks();
        let excluded = screener.finish(|| input.records().filter_map(Result::ok));
        for (_, exclusion) in excluded.iter() {
            let is_exact = matches!(exclusion, Exclusion::Repeats { kind: DuplicateKind::Exact, .. });
            *(if is_exact { &mut report.duplicates } else { &mut report.near_duplicates }) += 1;
        }
        report.duplicate_documents = excluded.documents().clone();
        report.languages = shares(languages);
        report
    }

    fn add(
        &mut self,
        format: Option<Format>,
        text: &str,
        counter: &TokenCounter,
        languages: &mut BTreeMap<&'static str, u64>,
    ) {
        let characters = text.chars().count();
        if text.trim().is_empty() {
            self.blank += 1;
        } else if self.total.records < LOOKED_AT || self.total.records.is_multiple_of(SAMPLED) {
            let sure = |language: &whatlang::Info| language.is_reliable() || characters >= SURE;
            let language = whatlang::detect(text).filter(sure);
            let code = language.map_or("unclear", |language| language.lang().code());
            *languages.entry(code).or_insert(0) += 1;
        }
        let tokens = counter.count(text) as u64;
        let format = format.map_or("", Format::as_str);
        let of_format = self.formats.entry(format.to_owned()).or_default();
        for count in [of_format, &mut self.total] {
            count.records += 1;
            count.characters += characters as u64;
            count.tokens += tokens;
        }
        let class = LENGTHS.partition_point(|from| *from <= characters) - 1;
        self.lengths[class].records += 1;
    }

    fn fail(&mut self, failure: String) {
        if self.failures.len() < LISTED {
            self.failures.push(failure);
        }
        self.failed += 1;
    }
}

fn lengths() -> Vec<LengthCount> {
    let ends = LENGTHS.iter().skip(1).copied().map(Some).chain([None]);
    LENGTHS.iter().zip(ends).map(|(from, to)| LengthCount { from: *from, to, records: 0 }).collect()
}

fn shares(languages: BTreeMap<&'static str, u64>) -> Vec<(String, f64)> {
    let total: u64 = languages.values().sum();
    let mut languages: Vec<_> = languages.into_iter().collect();
    languages.sort_by_key(|(code, count)| (u64::MAX - count, *code));
    let share = |count: u64| (count as f64 / total as f64 * 1000.0).round() / 1000.0;
    languages.into_iter().map(|(code, count)| (code.to_owned(), share(count))).collect()
}
