//! Decontamination: which texts hold a stretch of an evaluation text, so that a model would be tested on what it was
//! trained on.
//!
//! A stretch is a run of words, 13 by default (Brown et al.: Language models are few-shot learners, 2020, appendix C),
//! with words as [`for_each_word`](crate::for_each_word) has them. Hashes name the place where a stretch may stand, and
//! there it is compared word by word.

use std::collections::HashMap;
use std::ops::Range;

use crate::Place;
use crate::dedup::{word_hashes, word_ranges};

/// The evaluation texts that training data must not hold.
///
/// A text is contaminated when it shares *n* consecutive words with an evaluation text, or when the whole of an
/// evaluation text of fewer words stands in it, if that has at least [`MIN_WORDS`](Self::MIN_WORDS): shorter ones, such
/// as the answer "New York", stand in many texts that have nothing to do with the evaluation. In scripts without spaces
/// each character is a word, so *n* should be larger for them.
///
/// A stretch that many evaluation texts share, such as an instruction, is not left out: nothing tells it from a question
/// that is asked in many variants. [`Overlap`] says which words it was, and of which text.
///
/// It takes some 30 to 50 bytes for each word of the evaluation texts.
///
/// ```
/// use ragstill_ingest::{Contamination, Place};
///
/// let mut contamination = Contamination::new(Contamination::WORDS);
/// contamination.add("Who was the first to row across the lake?", Place::line("test.jsonl", 7));
/// let text = "Nobody knows who was the first to row across the Lake.";
/// let overlap = contamination.find(text).unwrap();
/// assert_eq!(&text[overlap.range], "who was the first to row across the Lake");
/// assert_eq!((overlap.words, overlap.of.to_string()), (9, "test.jsonl:7".to_owned()));
/// ```
#[derive(Debug)]
pub struct Contamination {
    n: usize,
    /// The words of all evaluation texts one after the other, and where each text's end.
    words: Vec<u64>,
    ends: Vec<usize>,
    places: Vec<Place>,
    /// Where each *n* consecutive words stand first, and each whole text of fewer.
    stretches: HashMap<u64, usize>,
    /// The stretches of half as many words and a little more that those of *n* are made of.
    seeds: Filter,
    /// The first [`MIN_WORDS`](Self::MIN_WORDS) words of texts of fewer than *n*.
    openings: Filter,
    too_short: usize,
}

/// A stretch of an evaluation text that stands in another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap<'a> {
    /// Where it stands in the text, in bytes, from the start of its first word to the end of its last.
    pub range: Range<usize>,
    /// How many words it has.
    pub words: usize,
    /// Where the evaluation text came from.
    pub of: &'a Place,
}

impl Contamination {
    /// The number of words in common that is usual.
    pub const WORDS: usize = 13;

    /// The fewest words of an evaluation text that is looked for as a whole.
    pub const MIN_WORDS: usize = 5;

    /// No evaluation texts yet; texts are contaminated from `n` words in common on, at least 1.
    pub fn new(n: usize) -> Self {
        Self {
            n: n.max(1),
            words: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
            stretches: HashMap::new(),
            seeds: Filter::new(1),
            openings: Filter::new(1),
            too_short: 0,
        }
    }

    /// Takes an evaluation text, a question or a passage, and where it came from.
    pub fn add(&mut self, text: &str, place: Place) {
        let words = word_hashes(text);
        if words.len() < self.n.min(Self::MIN_WORDS) {
            self.too_short += 1;
            return;
        }
        let start = self.words.len();
        self.words.extend(&words);
        self.ends.push(self.words.len());
        self.places.push(place);
        if words.len() < self.n {
            self.stretches.entry(whole(&words)).or_insert(start);
        } else {
            for (at, stretch) in words.windows(self.n).enumerate() {
                self.stretches.entry(hash(stretch)).or_insert(start + at);
            }
        }
        self.filter(&words);
        if self.seeds.is_full() || self.openings.is_full() {
            self.filter_again();
        }
    }

    /// Lets the filters know of an evaluation text.
    fn filter(&mut self, words: &[u64]) {
        if words.len() < self.n {
            self.openings.add(hash(&words[..Self::MIN_WORDS]));
        } else {
            words.windows(self.seed()).for_each(|seed| self.seeds.add(hash(seed)));
        }
    }

    /// Makes filters with twice the room, which takes as long again as all that was added.
    fn filter_again(&mut self) {
        self.seeds = Filter::new(2 * self.seeds.added);
        self.openings = Filter::new(2 * self.openings.added);
        let words = std::mem::take(&mut self.words);
        let mut start = 0;
        for at in 0..self.ends.len() {
            self.filter(&words[start..self.ends[at]]);
            start = self.ends[at];
        }
        self.words = words;
    }

    /// How many words a seed has.
    fn seed(&self) -> usize {
        self.n / 2 + 1
    }

    /// How many evaluation texts are looked for.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many evaluation texts were too short to be looked for.
    pub fn too_short(&self) -> usize {
        self.too_short
    }

    /// The first stretch of *n* words of an evaluation text, and as many words after it as still agree with that text;
    /// or else the first short evaluation text. Of several texts with these words, the one that was added first is
    /// named. `None` when the text is clean.
    pub fn find(&self, text: &str) -> Option<Overlap<'_>> {
        let words = word_hashes(text);
        let found = self.find_stretch(&words).or_else(|| self.find_short(&words))?;
        let mut ranges = word_ranges(text).skip(found.at).take(found.words);
        let first = ranges.next()?;
        let end = ranges.last().map_or(first.end, |last| last.end);
        let of = &self.places[self.text_at(found.from)];
        Some(Overlap { range: first.start..end, words: found.words, of })
    }

    fn find_stretch(&self, words: &[u64]) -> Option<Found> {
        // One seed in every so many words lies within any stretch: no others are looked up.
        let (n, step) = (self.n, self.n - self.seed() + 1);
        let seeds = words.windows(self.seed()).enumerate().step_by(step);
        let known = seeds.filter(|(_, seed)| self.seeds.may_hold(hash(seed)));
        // The stretches that this seed lies within and none before it did.
        let starts = known.flat_map(|(at, _)| (at + 1).saturating_sub(step)..=at);
        starts.filter_map(|at| Some((at, words.get(at..at + n)?))).find_map(|(at, stretch)| {
            let from = *self.stretches.get(&hash(stretch))?;
            let agreeing = words[at..].iter().zip(self.rest(from)).take_while(|(a, b)| a == b).count();
            (agreeing >= n).then_some(Found { at, words: agreeing, from })
        })
    }

    fn find_short(&self, words: &[u64]) -> Option<Found> {
        if self.openings.added == 0 {
            return None;
        }
        let openings = words.windows(Self::MIN_WORDS).enumerate();
        let known = openings.filter(|(_, opening)| self.openings.may_hold(hash(opening)));
        known.map(|(at, _)| (at, &words[at..])).find_map(|(at, words)| {
            (Self::MIN_WORDS..self.n.min(words.len() + 1)).rev().find_map(|length| {
                let stretch = &words[..length];
                let from = *self.stretches.get(&whole(stretch))?;
                (self.rest(from) == stretch).then_some(Found { at, words: length, from })
            })
        })
    }

    /// The words of an evaluation text from this one on.
    fn rest(&self, from: usize) -> &[u64] {
        &self.words[from..self.ends[self.text_at(from)]]
    }

    /// The number of the evaluation text that this word is of.
    fn text_at(&self, word: usize) -> usize {
        self.ends.partition_point(|end| *end <= word)
    }
}

/// Words of a text that are those of an evaluation text.
struct Found {
    /// The first of them in the text.
    at: usize,
    words: usize,
    /// The first of them in the evaluation texts.
    from: usize,
}

/// The hash of these words in order: a polynomial, because they are mixed already. The factor is that of Steele and
/// Vigna's generator (Computationally easy, spectrally good multipliers, 2021).
fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0, |hash: u64, word| hash.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(*word))
}

/// The hash of a whole text, which is not that of the same words within a text.
fn whole(words: &[u64]) -> u64 {
    !hash(words)
}

/// Hashes, nearly: what is not there is said to be in one case of 16 at most, and a cache holds the answer.
#[derive(Debug)]
struct Filter {
    /// A bit for each hash, at the place that its upper bits name.
    bits: Vec<u64>,
    /// How far these are shifted.
    shift: u32,
    added: usize,
}

impl Filter {
    const BITS_PER_HASH: usize = 16;

    /// A filter for this many hashes, at least one.
    fn new(hashes: usize) -> Self {
        let words = (hashes * Self::BITS_PER_HASH).next_power_of_two().max(64) / 64;
        Self { bits: vec![0; words], shift: 64 - 6 - words.ilog2(), added: 0 }
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        self.bits[word] |= bit;
        self.added += 1;
    }

    fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits[word] & bit != 0
    }

    /// Whether so many were added that the filter lets too much through.
    fn is_full(&self) -> bool {
        self.added * Self::BITS_PER_HASH > self.bits.len() * 64
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let at = hash >> self.shift;
        ((at / 64) as usize, 1 << (at % 64))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Contamination, Overlap};
    use crate::Place;
    use crate::dedup::{word_hashes, word_ranges};

    const QUESTION: &str =
        "In which year did the lake that lies highest in the Alps freeze over for the first time?";

    fn of(n: usize, texts: &[&str]) -> Contamination {
        let mut contamination = Contamination::new(n);
        for (line, text) in (1..).zip(texts) {
            contamination.add(text, Place::line("test.jsonl", line));
        }
        contamination
    }

    /// The words of the overlap as they stand in the text, how many, and the line of the evaluation text.
    fn found<'t>(contamination: &Contamination, text: &'t str) -> Option<(&'t str, usize, u64)> {
        let Overlap { range, words, of } = contamination.find(text)?;
        Some((&text[range], words, of.line.unwrap()))
    }

    #[test]
    fn thirteen_words_are_found_in_any_form_and_as_many_as_follow() {
        let contamination = of(13, &["Name the capital of the country with most lakes.", QUESTION]);
        assert_eq!((contamination.len(), contamination.too_short()), (2, 0));
        let text =
            "Quiz: “the LAKE that lies\nhighest in the Alps — freeze over for the first time”, he said.";
        let whole = "the LAKE that lies\nhighest in the Alps — freeze over for the first time";
        assert_eq!(found(&contamination, text), Some((whole, 14, 2)));
        // One word of 14 is another: twelve at most are left.
        assert_eq!(found(&contamination, &text.replace("lies", "lay")), None);
        assert_eq!(found(&contamination, &text.replace("LAKE", "pond")), None);
        assert_eq!(
            found(&contamination, &format!("é {QUESTION} é")),
            Some((QUESTION.trim_end_matches('?'), 18, 2))
        );
    }

    #[test]
    fn short_texts_count_as_a_whole_and_very_short_ones_not_at_all() {
        let contamination = of(
            13,
            &[
                "Who wrote the Odyssey, and when?",
                "New York",
                "",
                "who wrote the odyssey and when was it",
                "!",
            ],
        );
        assert_eq!((contamination.len(), contamination.too_short()), (2, 3));
        let ask = |text| found(&contamination, text);
        assert_eq!(
            ask("Nobody knows who wrote the Odyssey and when."),
            Some(("who wrote the Odyssey and when", 6, 1))
        );
        assert_eq!(
            ask("Who wrote the Odyssey and when was it?"),
            Some(("Who wrote the Odyssey and when was it", 8, 4))
        );
        assert_eq!(ask("Who wrote the Odyssey and why? New York."), None);
        assert_eq!(ask("who wrote the odyssey"), None);
        assert_eq!(ask(""), None);
    }

    #[test]
    fn nothing_is_found_across_two_evaluation_texts_or_in_none() {
        let contamination = of(6, &["one two three four five six", "seven eight nine ten eleven twelve"]);
        assert_eq!(found(&contamination, "four five six seven eight nine"), None);
        let both = "one two three four five six seven eight nine ten eleven twelve";
        assert_eq!(found(&contamination, both), Some(("one two three four five six", 6, 1)));
        assert!(of(13, &[]).is_empty() && of(13, &[]).find(QUESTION).is_none());
        // Every word is a stretch of one.
        assert_eq!(found(&of(0, &["deep lake"]), "The lake."), Some(("lake", 1, 1)));
    }

    #[test]
    fn the_table_grows() {
        let mut contamination = Contamination::new(13);
        let text = |seed: u64| (0..40).map(|at| format!("{} ", seed * 40 + at)).collect::<String>();
        (0..2000).for_each(|seed| contamination.add(&text(seed), Place::line("test.jsonl", seed)));
        for seed in 0..2000 {
            assert_eq!(
                found(&contamination, &text(seed)).map(|(_, words, line)| (words, line)),
                Some((40, seed))
            );
            assert_eq!(found(&contamination, &text(seed + 2000)), None);
        }
    }

    proptest! {
        #[test]
        fn as_a_search_in_all_texts_finds_it(
            n in 1_usize..9,
            texts in prop::collection::vec("([ab][ ,.]){0,12}", 0..6),
            text in "([abc][ ,.]){0,40}",
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let all: Vec<Vec<u64>> = texts.iter().map(|text| word_hashes(text)).collect();
            let words = word_hashes(&text);
            let holds = |stretch: &[u64]| words.windows(stretch.len()).any(|window| window == stretch);
            let expected = all.iter().any(|other| {
                let short = other.len() < n && other.len() >= Contamination::MIN_WORDS && holds(other);
                short || other.windows(n).any(holds)
            });
            let contamination = of(n, &texts);
            let overlap = contamination.find(&text);
            prop_assert_eq!(overlap.is_some(), expected);
            if let Some(Overlap { range, words, of }) = overlap {
                let stretch = word_hashes(&text[range.clone()]);
                let other = &all[of.line.unwrap() as usize - 1];
                prop_assert!(stretch.len() == words && words >= n.min(other.len()));
                prop_assert!(other.windows(words).any(|window| window == stretch));
                prop_assert!(word_ranges(&text).any(|word| word.start == range.start));
                prop_assert!(word_ranges(&text).any(|word| word.end == range.end));
            }
        }
    }
}
