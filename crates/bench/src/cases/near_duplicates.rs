//! Near duplicates in a stream, against comparing everything with everything: passages with edited copies among them.
//!
//! The yardstick shares no code with what it measures: it keeps words as strings, counts their 3-grams in an inverted
//! index and applies the rule in the order of the texts.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::Instant;

use anyhow::Result;
use ragstill_ingest::{
    DEDUP_JACCARD, Dedup, Duplicate, DuplicateKind, Finder, Shingles, Signature, Verifier,
};
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::negatives_duplicates::Passage;
use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "near-duplicates";

/// Edited copies among the passages.
const COPIES: usize = 12_000;

/// How often signatures are taken; the least time counts, because others can only add to it.
const ROUNDS: usize = 3;

/// Both passes on one thread, and what they find.
pub fn run(lab: &mut Lab<'_>) -> Result<Vec<Check>> {
    let Some(paths) = reference::find(NAME, &["passages/corpus.jsonl"]) else { return Ok(Vec::new()) };
    let passages: Vec<Passage> = reference::rows(&paths[0])?;
    let texts = corpus(passages, &mut ChaCha8Rng::seed_from_u64(lab.seed));
    let count = texts.len() as u64;

    let mut signing = f64::INFINITY;
    let mut signatures = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        signatures = texts.iter().map(|text| Signature::of(text, Dedup::Near)).collect();
        signing = signing.min(start.elapsed().as_secs_f64());
    }
    let start = Instant::now();
    let found = deduplicate(&texts, &signatures);
    let comparing = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let yardstick = Yardstick::new(&texts);
    let brute = start.elapsed().as_secs_f64();
    let judged = yardstick.judge(&found, &signatures);

    let share = |what, (part, all): (usize, usize), target| {
        let share = part as f64 / all.max(1) as f64;
        let check =
            Check::number(NAME, what, (all as u64, signing + comparing), (share, Unit::Share), target);
        check.note(format!("{what}: {part} of {all}"))
    };
    let number =
        |what, number, target| Check::number(NAME, what, (count, signing), (number, Unit::Count), target);
    Ok(vec![
        number("signatures a second", count as f64 / signing, Target::AtLeast(20_000.0)),
        number("both passes, texts a second", count as f64 / (signing + comparing), Target::None).note(
            format!("comparing everything takes {brute:.1} s, both passes {:.1} s", signing + comparing),
        ),
        share("recall, pairs", judged.pairs, Target::AtLeast(0.95)).note(judged.by_similarity),
        share("recall, dropped texts", judged.recall, Target::AtLeast(0.95)),
        share("precision", judged.precision, Target::AtLeast(1.0)),
        share("looked at again in vain", judged.in_vain, Target::None)
            .note(format!("{} of {count} texts are looked at again", found.again.len())),
        number("bytes a text", found.bytes as f64 / count as f64, Target::AtMost(100.0)),
    ])
}

/// What came of both passes.
struct Found {
    bytes: usize,
    again: Vec<u32>,
    duplicates: Vec<Duplicate>,
}

fn deduplicate(texts: &[String], signatures: &[Signature]) -> Found {
    let mut finder = Finder::new(Dedup::Near);
    signatures.iter().for_each(|signature| finder.push(signature));
    let bytes = finder.bytes();
    let candidates = finder.candidates();
    let mut verifier = Verifier::new(&candidates);
    for &number in candidates.numbers() {
        verifier.push(number, Shingles::of(&texts[number as usize]));
    }
    Found { bytes, again: candidates.numbers().to_vec(), duplicates: verifier.finish() }
}

/// The passages and edited copies of some of them, shuffled. Passages in scripts without spaces are left out, so that the
/// yardstick's words are what stands between spaces and punctuation.
fn corpus(passages: Vec<Passage>, rng: &mut ChaCha8Rng) -> Vec<String> {
    let spaced = |text: &String| !text.chars().any(|c| c >= '\u{e00}' && c.is_alphanumeric());
    let mut texts: Vec<String> = passages.into_iter().map(|passage| passage.text).filter(spaced).collect();
    let originals = texts.len();
    for _ in 0..COPIES {
        let original = texts[rng.random_range(0..originals)].clone();
        texts.push(edited(&original, rng));
    }
    texts.shuffle(rng);
    texts
}

/// A copy whose similarity may be anything from little to all.
fn edited(text: &str, rng: &mut ChaCha8Rng) -> String {
    let mut sentences: Vec<&str> = text.split_inclusive(". ").collect();
    match rng.random_range(0..6) {
        0 => sentences.shuffle(rng),
        1 if sentences.len() > 1 => drop(sentences.remove(rng.random_range(0..sentences.len()))),
        _ => {}
    }
    let mut words: Vec<&str> = sentences.iter().flat_map(|sentence| sentence.split_whitespace()).collect();
    let vocabulary = words.clone();
    let edits = (rng.random_range(0.0..0.08) * words.len() as f64) as usize;
    for _ in 0..edits {
        let (Some(word), at) = (vocabulary.choose(rng), rng.random_range(0..words.len().max(1))) else {
            break;
        };
        match rng.random_range(0..3) {
            0 => words.insert(at, word),
            1 if words.len() > 1 => drop(words.remove(at)),
            _ => words[at] = word,
        }
    }
    words.join(" ")
}

/// All pairs that are similar enough, and what the rule makes of them.
struct Yardstick {
    /// The similarity of each pair, the earlier text first.
    pairs: HashMap<(u32, u32), f64>,
    dropped: HashSet<u32>,
}

/// What was found, each as a part of a whole.
struct Judged {
    /// Pairs that are similar enough: those that are found when there is nothing else.
    pairs: (usize, usize),
    by_similarity: String,
    /// Texts that the rule drops: those that were dropped.
    recall: (usize, usize),
    /// Texts that were dropped: those for which a kept text is named whose similarity is as said.
    precision: (usize, usize),
    /// Texts that were looked at again: those that are similar to no other.
    in_vain: (usize, usize),
}

impl Yardstick {
    fn new(texts: &[String]) -> Self {
        let mut names = (Names::default(), Names::default());
        let mut first_with: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut holders: Vec<Vec<u32>> = Vec::new();
        let mut sizes = Vec::new();
        let mut all = Self { pairs: HashMap::new(), dropped: HashSet::new() };
        for (number, text) in (0..).zip(texts) {
            let words: Vec<u32> = words(text).into_iter().map(|word| names.0.of(word)).collect();
            let grams: HashSet<u32> = words.windows(3).map(|gram| names.1.of(gram.to_vec())).collect();
            let mut shared: HashMap<u32, usize> = HashMap::new();
            holders.resize(names.1.0.len(), Vec::new());
            for gram in &grams {
                holders[*gram as usize].iter().for_each(|other| *shared.entry(*other).or_default() += 1);
                holders[*gram as usize].push(number);
            }
            sizes.push(grams.len());
            for (other, shared) in shared {
                let jaccard = shared as f64 / (grams.len() + sizes[other as usize] - shared) as f64;
                if jaccard >= DEDUP_JACCARD {
                    all.pairs.insert((other, number), jaccard);
                }
            }
            // Texts without words are not copies of each other.
            let first = if words.is_empty() { number } else { *first_with.entry(words).or_insert(number) };
            let repeats = |other| all.pairs.contains_key(&(other, number)) && !all.dropped.contains(&other);
            let drops = if first < number { all.dropped.contains(&first) } else { (0..number).any(repeats) };
            if drops || first < number {
                all.dropped.insert(number);
            }
        }
        all
    }

    fn judge(&self, found: &Found, signatures: &[Signature]) -> Judged {
        let mut ranges = [(0.8, 0, 0), (0.85, 0, 0), (0.9, 0, 0), (0.95, 0, 0)];
        let (mut seen, mut similar) = (0, HashSet::new());
        for (&(one, two), &jaccard) in &self.pairs {
            similar.extend([one, two]);
            let mut finder = Finder::new(Dedup::Near);
            [one, two].iter().for_each(|&number| finder.push(&signatures[number as usize]));
            let candidates = finder.candidates();
            // Copies are found without being looked at.
            let is_seen = candidates.contains(1) || !Verifier::new(&candidates).finish().is_empty();
            seen += usize::from(is_seen);
            if let Some(range) = ranges.iter_mut().rfind(|(from, ..)| jaccard >= *from) {
                range.1 += usize::from(is_seen);
                range.2 += 1;
            }
        }
        let by_similarity =
            ranges.map(|(from, part, all)| format!("from {from}: {part} of {all}")).join(", ");
        let dropped: HashSet<u32> = found.duplicates.iter().map(|duplicate| duplicate.record).collect();
        let is_right = |duplicate: &&Duplicate| {
            let Duplicate { record, of, kind, similarity } = **duplicate;
            let is_said = self.pairs.get(&(of, record)).is_some_and(|jaccard| *jaccard == similarity);
            is_said && !dropped.contains(&of) && (kind == DuplicateKind::Near || similarity == 1.0)
        };
        let in_vain = found.again.iter().filter(|number| !similar.contains(number)).count();
        Judged {
            pairs: (seen, self.pairs.len()),
            by_similarity: format!("recall by Jaccard index: {by_similarity}"),
            recall: (self.dropped.intersection(&dropped).count(), self.dropped.len()),
            precision: (found.duplicates.iter().filter(is_right).count(), found.duplicates.len()),
            in_vain: (in_vain, found.again.len()),
        }
    }
}

/// Numbers for things, in the order in which they come.
struct Names<T>(HashMap<T, u32>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Names<T> {
    fn of(&mut self, name: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name).or_insert(next)
    }
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    let lower: String = text.chars().flat_map(char::to_lowercase).collect();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ragstill_ingest::{Dedup, Signature};

    use super::{Yardstick, deduplicate};

    #[test]
    fn the_yardstick_drops_what_repeats_a_kept_text() {
        let words = |from: u32, to: u32| (from..to).map(|word| format!("w{word} ")).collect::<String>();
        let texts = [
            words(0, 102),
            words(300, 400),
            words(10, 112),
            words(20, 122),
            words(0, 102).to_uppercase(),
            words(10, 112),
            "blank — not quite".to_owned(),
            String::new(),
            String::new(),
        ];
        let yardstick = Yardstick::new(&texts);
        // Of 100 shingles, neighbours share 90 of 110 and those two apart 80 of 120.
        let pairs: HashSet<(u32, u32)> = yardstick.pairs.keys().copied().collect();
        assert_eq!(pairs, HashSet::from([(0, 2), (2, 3), (0, 4), (2, 4), (0, 5), (2, 5), (3, 5), (4, 5)]));
        assert_eq!(yardstick.dropped, HashSet::from([2, 4, 5]));
        let signatures: Vec<Signature> = texts.iter().map(|text| Signature::of(text, Dedup::Near)).collect();
        let judged = yardstick.judge(&deduplicate(&texts, &signatures), &signatures);
        assert_eq!((judged.pairs, judged.recall, judged.precision), ((8, 8), (3, 3), (3, 3)));
    }
}
