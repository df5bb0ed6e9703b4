//! The first pass: which texts have to be looked at again.

use std::collections::HashSet;
use std::num::NonZeroU128;

use super::signature::{BANDS, Dedup, NO_KEY, Signature};

/// More texts than this are not compared: 20 GB of signatures, and numbers that 32 bits hold.
const MOST: usize = 200_000_000;

/// Takes the signatures of a corpus, text by text, and tells which texts have to be looked at again.
///
/// Texts are numbered from 0 in the order in which they are pushed. A signature takes 96 bytes, 20 where all texts are
/// short, 16 when only exact duplicates are wanted; [`candidates`](Self::candidates) takes another 8 for each text while it works, and up to 12
/// for every band that a candidate shares with others.
///
/// ```
/// use ragstill_ingest::{Dedup, Finder, Shingles, Signature, Verifier};
///
/// let texts = ["One text.", "a b c d e f g h i j k l", "Another.", "A, B, c d e f g h i j k l (m)", "ONE text"];
/// let mut finder = Finder::new(Dedup::Near);
/// for text in texts {
///     finder.push(&Signature::of(text, Dedup::Near));
/// }
/// let candidates = finder.candidates();
/// let mut verifier = Verifier::new(&candidates);
/// for &number in candidates.numbers() {
///     verifier.push(number, Shingles::of(texts[number as usize]));
/// }
/// let found: Vec<(u32, u32)> = verifier.finish().iter().map(|found| (found.record, found.of)).collect();
/// assert_eq!(found, [(3, 1), (4, 0)]);
/// ```
#[derive(Debug)]
pub struct Finder {
    what: Dedup,
    /// How many texts there were.
    texts: usize,
    /// The hash of each text's words.
    words: Vec<Option<NonZeroU128>>,
    /// The keys of all texts, band by band; a band in which no text has a key is empty.
    bands: [Vec<u32>; BANDS],
}

impl Finder {
    /// A finder without texts, for signatures that were made with the same `what`.
    pub fn new(what: Dedup) -> Self {
        Self { what, texts: 0, words: Vec::new(), bands: [const { Vec::new() }; BANDS] }
    }

    /// Takes the signature of the next text. Texts after the first 200 million are never duplicates.
    pub fn push(&mut self, signature: &Signature) {
        self.texts += 1;
        if self.what == Dedup::Off || self.texts > MOST {
            return;
        }
        self.words.push(signature.words);
        if self.what == Dedup::Near {
            let before = self.words.len() - 1;
            for (band, key) in self.bands.iter_mut().zip(signature.bands) {
                // Short texts have a key in the first band alone: where all are short, the others take no room.
                if key != NO_KEY || !band.is_empty() {
                    band.resize(before, NO_KEY);
                    band.push(key);
                }
            }
        }
    }

    /// How many texts were pushed.
    pub fn len(&self) -> usize {
        self.texts
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.texts == 0
    }

    /// The bytes that the signatures take.
    pub fn bytes(&self) -> usize {
        size_of::<Option<NonZeroU128>>() * self.words.len()
            + size_of::<u32>() * self.bands.iter().map(Vec::len).sum::<usize>()
    }

    /// Takes no more notice of a text.
    pub fn forget(&mut self, number: u32) {
        if let Some(words) = self.words.get_mut(number as usize) {
            *words = None;
        }
    }

    /// Sorts out who has something in common with whom.
    pub fn candidates(mut self) -> Candidates {
        // A band that was sorted out is dropped: what is found takes its room.
        sort_out(&mut self.words, self.bands, None)
    }

    /// Sorts out who has something in common with one of the texts that are `sought`, ascending numbers. Texts that
    /// `is_left_out` says are not looked at.
    pub fn candidates_with(&self, sought: &[u32], is_left_out: impl Fn(u32) -> bool) -> Candidates {
        let left = (0..).zip(&self.words).map(|(number, words)| words.filter(|_| !is_left_out(number)));
        sort_out(&mut left.collect::<Vec<_>>(), &self.bands, Some(sought))
    }
}

/// The candidates among the texts of which the words are known.
fn sort_out(
    words: &mut [Option<NonZeroU128>],
    bands: impl IntoIterator<Item = impl AsRef<[u32]>>,
    sought: Option<&[u32]>,
) -> Candidates {
    let copies = take_copies(words, sought);
    let mut copied: Vec<u32> = copies.iter().map(|(_, first)| *first).collect();
    copied.sort_unstable();
    copied.dedup();
    let mut candidates = Candidates { copies, copied, ..Candidates::default() };
    // Pairs of a text and a bucket that it is in with others.
    let mut shared: Vec<(u32, u32)> = Vec::new();
    // A key and the number of its text, in one integer because that is sorted faster.
    let mut entries: Vec<u64> = Vec::new();
    for band in bands {
        let band = band.as_ref();
        let wanted: Option<HashSet<u32>> = sought
            .map(|sought| sought.iter().filter_map(|&number| band.get(number as usize)).copied().collect());
        let is_wanted =
            |key: &u32| *key != NO_KEY && wanted.as_ref().is_none_or(|wanted| wanted.contains(key));
        entries.clear();
        let texts =
            (0..).zip(band).zip(&*words).filter(|((_, key), words)| words.is_some() && is_wanted(key));
        entries.extend(texts.map(|((number, key), _)| (u64::from(*key) << 32) | number));
        entries.sort_unstable();
        for bucket in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
            let is_sought = sought.is_none_or(|sought| {
                bucket.iter().any(|entry| sought.binary_search(&(*entry as u32)).is_ok())
            });
            if let [_, .., last] = bucket
                && is_sought
            {
                let name = candidates.last.len() as u32;
                candidates.last.push(*last as u32);
                shared.extend(bucket.iter().map(|entry| (*entry as u32, name)));
            }
        }
    }
    shared.sort_unstable();
    for buckets in shared.chunk_by(|a, b| a.0 == b.0) {
        candidates.numbers.push(buckets[0].0);
        candidates.buckets.extend(buckets.iter().map(|(_, bucket)| bucket));
        candidates.ends.push(candidates.buckets.len());
    }
    candidates
}

/// The texts with the same words as an earlier one, each with the first such, ascending. They are not compared with
/// anything else.
fn take_copies(words: &mut [Option<NonZeroU128>], sought: Option<&[u32]>) -> Vec<(u32, u32)> {
    let mut order: Vec<u32> =
        (0..).zip(words.iter()).filter(|(_, words)| words.is_some()).map(|(number, _)| number).collect();
    order.sort_unstable_by_key(|&number| (words[number as usize], number));
    let mut copies = Vec::new();
    for same in order.chunk_by(|&a, &b| words[a as usize] == words[b as usize]) {
        let is_sought =
            sought.is_none_or(|sought| same.iter().any(|number| sought.binary_search(number).is_ok()));
        if is_sought {
            copies.extend(same[1..].iter().map(|&copy| (copy, same[0])));
        }
    }
    copies.sort_unstable();
    for &(copy, _) in &copies {
        words[copy as usize] = None;
    }
    copies
}

/// The texts that have to be looked at again, and why.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Texts with the same words as an earlier one, and the first such. Their hashes say all.
    pub(super) copies: Vec<(u32, u32)>,
    /// Those first ones, ascending.
    copied: Vec<u32>,
    /// The other texts that share a bucket, which is a band with the same key, ascending.
    numbers: Vec<u32>,
    /// The buckets of each of these texts one after the other, and where each text's end.
    buckets: Vec<u32>,
    ends: Vec<usize>,
    /// The last text in each bucket.
    pub(super) last: Vec<u32>,
}

impl Candidates {
    /// The numbers of the texts that [`Verifier::push`](super::Verifier::push) needs, ascending: those that may be near
    /// duplicates, and those that they may be near duplicates of. Exact copies are not among them.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Whether the text of this number is one of them.
    pub fn contains(&self, number: u32) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }

    /// Whether the text of this number has the same words as an earlier one.
    pub fn is_copy(&self, number: u32) -> bool {
        self.copies.binary_search_by_key(&number, |(copy, _)| *copy).is_ok()
    }

    /// Whether a duplicate may name the text of this number as the one that it repeats: a candidate, or a text with
    /// copies.
    pub fn may_be_repeated(&self, number: u32) -> bool {
        self.copied.binary_search(&number).is_ok() || self.contains(number)
    }

    /// Whether there can be no duplicate at all. Without [`numbers`](Self::numbers) there may still be copies, which
    /// [`Verifier::finish`](super::Verifier::finish) tells.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.copies.is_empty()
    }

    /// The buckets of the candidate at this place in [`numbers`](Self::numbers).
    pub(super) fn buckets_of(&self, at: usize) -> &[u32] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.buckets[start..self.ends[at]]
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidates, Finder};
    use crate::dedup::{Dedup, Signature};

    fn finder(texts: &[&str], what: Dedup) -> Finder {
        let mut finder = Finder::new(what);
        texts.iter().for_each(|text| finder.push(&Signature::of(text, what)));
        finder
    }

    #[test]
    fn short_texts_take_room_for_all_bands_once_a_longer_one_is_there() {
        let long = "one text of more than a few words, and so of more than three";
        for texts in [[long, "a b", "b a", long], ["a b", "b a", long, long], ["a b", long, "b a", long]] {
            let near = finder(&texts, Dedup::Near);
            assert_eq!(near.bytes(), 4 * 96);
            let candidates = near.candidates();
            let place = |text| texts.iter().position(|other| *other == text).map(|at| at as u32);
            let last = texts.iter().rposition(|text| *text == long).map(|at| at as u32);
            assert_eq!(
                candidates.copies.first().map(|(copy, of)| (Some(*copy), Some(*of))),
                Some((last, place(long)))
            );
            let mut short = [place("a b"), place("b a")];
            short.sort_unstable();
            assert_eq!(candidates.numbers().iter().map(|number| Some(*number)).collect::<Vec<_>>(), short);
        }
    }

    #[test]
    fn copies_are_known_by_their_hashes_and_the_rest_by_bands() {
        let texts = ["b a", "", "one thing", "a b", "!", "ONE thing", "B, a", "another thing altogether", ""];
        let near = finder(&texts, Dedup::Near);
        assert_eq!((near.len(), near.bytes()), (9, 9 * (16 + 4)), "of short texts one key is kept");
        let candidates = near.candidates();
        assert_eq!(candidates.copies, [(5, 2), (6, 0)]);
        assert_eq!(candidates.numbers(), [0, 3]);
        assert!(candidates.contains(3) && !candidates.contains(6));
        assert_eq!(candidates.buckets_of(0), candidates.buckets_of(1));
        assert!(candidates.last.iter().all(|last| *last == 3));

        let exact = finder(&texts, Dedup::Exact);
        assert_eq!((exact.len(), exact.bytes()), (9, 9 * 16));
        let exact = exact.candidates();
        assert!(exact.copies == candidates.copies && exact.numbers().is_empty() && !exact.is_empty());
        let repeated =
            |candidates: &Candidates| (0..9).filter(|n| candidates.may_be_repeated(*n)).collect::<Vec<_>>();
        assert_eq!((repeated(&exact), repeated(&candidates)), (vec![0, 2], vec![0, 2, 3]));

        let off = finder(&texts, Dedup::Off);
        assert_eq!((off.len(), off.bytes(), off.is_empty()), (9, 0, false));
        assert!(off.candidates().is_empty());
    }

    #[test]
    fn those_like_the_sought_ones_are_found_alone() {
        let all = "one two three four five six seven eight nine ten";
        let texts = ["x y", "x y", all, "x y", &format!("{all} eleven"), "one two three", all];
        let mut finder = finder(&texts, Dedup::Near);
        let found = finder.candidates_with(&[4], |_| false);
        assert_eq!((found.copies.as_slice(), found.numbers()), (&[][..], &[2, 4, 6][..]));
        let found = finder.candidates_with(&[4, 6], |number| number == 4);
        assert_eq!((found.copies.as_slice(), found.numbers()), (&[(6, 2)][..], &[][..]));
        finder.forget(1);
        assert_eq!(finder.candidates().copies, [(3, 0), (6, 2)]);
    }
}
