//! What of an input is left out: documents and records that repeat earlier ones, and records that hold what a model is to
//! be tested on.
//!
//! `units` numbers the texts that are compared, and `excluded` says what came of it.

mod evaluation;
mod excluded;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ragstill_core::Record;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use serde_json::Value;

use self::units::{Unit, Units};
use crate::decontaminate::Contamination;
use crate::dedup::{Candidates, Dedup, Duplicate, Finder, Shingles, Signature, Verifier};
use crate::read::{Cut, Part, Sourced};

pub use self::evaluation::read_contamination;
pub use self::excluded::{
    CONTAMINATED, DUPLICATE, DUPLICATE_DOCUMENT, EvaluationMatch, Excluded, Exclusion, NEAR_DUPLICATE,
    NEAR_DUPLICATE_DOCUMENT, RepeatedDocument, RepeatedDocuments,
};

/// Texts that are looked at together, on all threads: so many at the most, or
const BATCH: usize = 256;
/// so many bytes of them and a text.
const WEIGHT: usize = 8 << 20;

/// The most characters of an overlap that are shown.
const SHOWN: usize = 300;

/// Finds what is to be left out.
///
/// Documents that are cut into several chunks are compared as wholes first: nothing is left of one that repeats an earlier
/// document, wherever that is cut. Then the chunks of the others are compared, and rows. A document of one chunk and a row
/// are a document and a record in one, so they are looked at once.
pub struct Screener {
    /// The field that holds the text of a record.
    field: String,
    dedup: Dedup,
    finder: Finder,
    contamination: Option<Contamination>,
    excluded: Excluded,
    units: Units,
    /// What was not looked at yet, and the bytes of its texts.
    waiting: Vec<Text>,
    weight: usize,
    /// The number of the first record among it.
    first: u64,
}

/// Texts to look at.
enum Text {
    /// That of a record, if it has one.
    Row(Option<String>),
    /// Those of a document and its chunks.
    Document(Arc<Cut>),
}

/// What was found in them.
enum Looked {
    Row(Signed),
    Document { is_one: bool, whole: Option<Signature>, chunks: Vec<Signed> },
}

/// A signature, and why the text is left out in any case.
type Signed = (Signature, Option<Exclusion>);

/// What is told of a text.
struct Name {
    /// The id of its record, or of its first.
    id: Arc<str>,
    /// What the document is called, or where the record stands.
    document: Arc<str>,
}

impl Screener {
    /// A screener without a contamination drops duplicates alone.
    pub fn new(text_field: &str, dedup: Dedup, contamination: Option<Contamination>) -> Self {
        Self {
            field: text_field.to_owned(),
            dedup,
            finder: Finder::new(dedup),
            contamination,
            excluded: Excluded::default(),
            units: Units::default(),
            waiting: Vec::new(),
            weight: 0,
            first: 0,
        }
    }

    /// Takes the next record of the input; none may be left out.
    pub fn push(&mut self, sourced: &Sourced) {
        if self.dedup == Dedup::Off && self.contamination.is_none() {
            return;
        }
        match &sourced.part {
            // The first of its chunks has brought the document.
            Some(Part { at: 1.., .. }) => return,
            Some(Part { cut, .. }) => {
                self.weight += cut.document.text.len();
                self.waiting.push(Text::Document(Arc::clone(cut)));
            }
            None => {
                let text = text_of(&sourced.record, &self.field);
                self.weight += text.map_or(0, str::len);
                self.waiting.push(Text::Row(text.map(str::to_owned)));
            }
        }
        if self.waiting.len() == BATCH || self.weight >= WEIGHT {
            self.look();
        }
    }

    fn look(&mut self) {
        let (dedup, contamination) = (self.dedup, self.contamination.as_ref());
        let looked: Vec<_> =
            self.waiting.par_iter().map(|text| look_at(text, dedup, contamination)).collect();
        for looked in looked {
            match looked {
                Looked::Row(signed) => self.add(signed),
                Looked::Document { is_one, whole, chunks } => {
                    if let Some(whole) = whole
                        && dedup != Dedup::Off
                    {
                        self.units.add_whole(self.first, chunks.len());
                        self.finder.push(&whole);
                    }
                    if is_one {
                        self.units.add_one(self.first);
                    }
                    chunks.into_iter().for_each(|signed| self.add(signed));
                }
            }
        }
        self.waiting.clear();
        self.weight = 0;
    }

    /// Adds the next record.
    fn add(&mut self, (signature, exclusion): Signed) {
        if self.dedup != Dedup::Off {
            self.finder.push(&signature);
        }
        if let Some(exclusion) = exclusion {
            self.excluded.add(self.first, exclusion);
        }
        self.first += 1;
    }

    /// What is left out. Where documents or records may be duplicates, the input is read `again`, from its beginning, up to
    /// twice.
    pub fn finish<I: Iterator<Item = Sourced>>(mut self, again: impl Fn() -> I) -> Excluded {
        self.look();
        let documents = self.repeated_documents(&again);
        for duplicate in &documents {
            self.units.numbers_of(duplicate.record).for_each(|number| self.finder.forget(number));
        }
        self.units.wholes().for_each(|number| self.finder.forget(number));

        let candidates = std::mem::replace(&mut self.finder, Finder::new(Dedup::Off)).candidates();
        if documents.is_empty() && candidates.is_empty() {
            return self.excluded;
        }
        let mut named: HashSet<u32> = documents.iter().flat_map(|found| [found.record, found.of]).collect();
        named.extend(self.units.ones().filter(|number| candidates.is_copy(*number)));
        let is_named = |unit: &Unit| {
            let number = unit.number;
            named.contains(&number)
                || candidates.may_be_repeated(number)
                || (candidates.contains(number) && self.units.is_one(unit.record))
        };
        let (records, names) = self.verify(&candidates, again(), is_named);
        for duplicate in documents.iter().chain(&records) {
            self.exclude(duplicate, &names);
        }
        self.excluded
    }

    /// The documents of several chunks that repeat others, and the others that repeat such.
    fn repeated_documents<I: Iterator<Item = Sourced>>(&self, again: &impl Fn() -> I) -> Vec<Duplicate> {
        let wholes: Vec<u32> = self.units.wholes().collect();
        if wholes.is_empty() {
            return Vec::new();
        }
        let candidates = self.finder.candidates_with(&wholes, |number| self.units.is_chunk(number));
        if candidates.numbers().is_empty() {
            // What there is of copies is known already.
            return Verifier::new(&candidates).finish();
        }
        self.verify(&candidates, again(), |_| false).0
    }

    /// Compares the candidates among the texts of an input, and notes the names of some.
    fn verify(
        &self,
        candidates: &Candidates,
        again: impl Iterator<Item = Sourced>,
        is_named: impl Fn(&Unit) -> bool,
    ) -> (Vec<Duplicate>, HashMap<u32, Name>) {
        let mut verifier = Verifier::new(candidates);
        let mut names = HashMap::new();
        let (mut texts, mut weight) = (Vec::new(), 0);
        let mut compare = |texts: &mut Vec<(u32, Text)>| {
            let shingles =
                std::mem::take(texts).into_par_iter().map(|(number, text)| (number, text.shingles()));
            shingles
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|(number, shingles)| verifier.push(number, shingles));
        };
        let mut units = self.units.walk();
        for mut sourced in again {
            for unit in units.next_record() {
                if is_named(&unit) {
                    names.insert(unit.number, Name::of(&sourced));
                }
                if !candidates.contains(unit.number) {
                    continue;
                }
                let text = match &sourced.part {
                    Some(part) if unit.is_whole => Text::Document(Arc::clone(&part.cut)),
                    _ => Text::Row(take_text(&mut sourced.record, &self.field)),
                };
                weight += text.len();
                texts.push((unit.number, text));
            }
            if texts.len() >= BATCH || weight >= WEIGHT {
                compare(&mut texts);
                weight = 0;
            }
        }
        compare(&mut texts);
        (verifier.finish(), names)
    }

    /// Leaves out what a duplicate consists of.
    fn exclude(&mut self, duplicate: &Duplicate, names: &HashMap<u32, Name>) {
        let Duplicate { record, of, kind, similarity } = *duplicate;
        // What is not there any more was not read the second time: the input has changed, which a run tells.
        let Some(original) = names.get(&of) else { return };
        let is_document = self.units.is_whole(record) || self.units.is_whole(of);
        let document = is_document.then(|| Arc::clone(&original.document));
        for number in self.units.records_of(record) {
            let (of, document) = (Arc::clone(&original.id), document.clone());
            self.excluded.add(number, Exclusion::Repeats { of, document, kind, similarity });
        }
        let is_file =
            self.units.is_whole(record) || self.units.records_of(record).any(|one| self.units.is_one(one));
        if is_file && let Some(name) = names.get(&record) {
            self.excluded.add_document(&name.document, &original.document, kind, similarity);
        }
    }
}

impl Text {
    /// The text as a whole.
    fn as_str(&self) -> &str {
        match self {
            Self::Row(text) => text.as_deref().unwrap_or_default(),
            Self::Document(cut) => &cut.document.text,
        }
    }

    fn len(&self) -> usize {
        self.as_str().len()
    }

    fn shingles(&self) -> Shingles {
        Shingles::of(self.as_str())
    }
}

impl Name {
    fn of(sourced: &Sourced) -> Self {
        let document = match &sourced.part {
            Some(part) => part.cut.name(),
            None => sourced.place.to_string(),
        };
        Self { id: sourced.record.id.as_str().into(), document: document.into() }
    }
}

fn look_at(text: &Text, dedup: Dedup, contamination: Option<&Contamination>) -> Looked {
    let found = |text: &str| contamination.and_then(|contamination| contaminated(text, contamination));
    // What is left out for this is not kept, so nothing can be a duplicate of it.
    let signed = |signature: Signature, found: Option<Exclusion>| match found {
        Some(found) => (Signature::of("", dedup), Some(found)),
        None => (signature, None),
    };
    match text {
        Text::Row(_) => {
            let text = text.as_str();
            Looked::Row(signed(Signature::of(text, dedup), found(text)))
        }
        Text::Document(cut) => {
            let text = cut.document.text.as_str();
            let spans: Vec<_> = cut.chunked.chunks.iter().map(|chunk| chunk.span.clone()).collect();
            let is_one = cut.is_one_chunk();
            let (whole, signatures) = if is_one {
                (None, spans.iter().map(|span| Signature::of(&text[span.clone()], dedup)).collect())
            } else {
                let (whole, parts) = Signature::of_whole_and_parts(text, &spans, dedup);
                (Some(whole), parts)
            };
            let chunks: Vec<Signed> = spans
                .iter()
                .zip(signatures)
                .map(|(span, signature)| signed(signature, found(&text[span.clone()])))
                .collect();
            // Of a document that is kept in part only, another may hold the rest.
            let whole = whole.filter(|_| chunks.iter().all(|(_, exclusion)| exclusion.is_none()));
            Looked::Document { is_one: is_one && !cut.is_row, whole, chunks }
        }
    }
}

fn contaminated(text: &str, contamination: &Contamination) -> Option<Exclusion> {
    let overlap = contamination.find(text)?;
    let shown = text[overlap.range].chars().take(SHOWN).collect();
    let found = EvaluationMatch { by: overlap.of.clone(), words: overlap.words, shown };
    Some(Exclusion::Contaminated(Box::new(found)))
}

fn text_of<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

fn take_text(record: &mut Record, field: &str) -> Option<String> {
    match record.fields.get_mut(field) {
        Some(Value::String(text)) => Some(std::mem::take(text)),
        _ => None,
    }
}
