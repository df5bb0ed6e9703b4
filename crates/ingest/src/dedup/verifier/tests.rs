//! Both passes together, against comparing everything with everything.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{DEDUP_JACCARD, Duplicate, DuplicateKind, Verifier};
use crate::dedup::signature::NO_KEY;
use crate::dedup::{Dedup, Finder, Shingles, Signature, content_hash};

fn duplicates<T: AsRef<str>>(texts: &[T]) -> Vec<Duplicate> {
    let mut finder = Finder::new(Dedup::Near);
    texts.iter().for_each(|text| finder.push(&Signature::of(text.as_ref(), Dedup::Near)));
    let candidates = finder.candidates();
    let mut verifier = Verifier::new(&candidates);
    for &number in candidates.numbers() {
        verifier.push(number, Shingles::of(texts[number as usize].as_ref()));
        assert!(verifier.shared.iter().all(|shared| *shared == 0) || texts.len() > 1000);
    }
    verifier.finish()
}

/// The rule, said plainly.
fn compare_all(texts: &[String]) -> Vec<Duplicate> {
    let shingles: Vec<Shingles> = texts.iter().map(|text| Shingles::of(text)).collect();
    let mut first_with = HashMap::new();
    let mut kept: Vec<usize> = Vec::new();
    let mut dropped: Vec<Duplicate> = Vec::new();
    for (at, text) in texts.iter().enumerate().filter(|(at, _)| !shingles[*at].is_empty()) {
        let record = at as u32;
        let first = *first_with.entry(content_hash(text)).or_insert(at);
        if first < at {
            let fate = dropped.iter().find(|duplicate| duplicate.record as usize == first);
            let exact = Duplicate { record, of: first as u32, kind: DuplicateKind::Exact, similarity: 1.0 };
            dropped.push(fate.map_or(exact, |fate| Duplicate { record, ..*fate }));
            continue;
        }
        let mut best = (at, 0.0);
        for &other in &kept {
            let similarity = shingles[at].jaccard(&shingles[other]);
            if similarity > best.1 {
                best = (other, similarity);
            }
        }
        if best.1 >= DEDUP_JACCARD {
            let (of, kind) = (best.0 as u32, DuplicateKind::Near);
            dropped.push(Duplicate { record, of, kind, similarity: best.1 });
        } else {
            kept.push(at);
        }
    }
    dropped
}

/// Whether every pair that the rule may compare has a band in common.
fn all_are_candidates(texts: &[String]) -> bool {
    let known: Vec<(Shingles, Signature)> =
        texts.iter().map(|text| (Shingles::of(text), Signature::of(text, Dedup::Near))).collect();
    known.iter().enumerate().all(|(at, (shingles, signature))| {
        known[..at].iter().all(|(other, theirs)| {
            shingles.jaccard(other) < DEDUP_JACCARD
                || signature.bands.iter().zip(&theirs.bands).any(|(a, b)| a == b && *a != NO_KEY)
        })
    })
}

/// Words of these numbers.
fn text(words: impl IntoIterator<Item = u32>) -> String {
    words.into_iter().map(|word| format!("w{word} ")).collect()
}

/// This many words of a text that no other seed has.
fn words(seed: u32, count: u32) -> impl Iterator<Item = u32> + Clone {
    (0..count).map(move |at| seed * 100_000 + at)
}

#[test]
fn nothing_blank_texts_and_single_words() {
    assert_eq!(duplicates::<&str>(&[]), []);
    assert_eq!(duplicates(&["", " ", "!", "", "!"]), []);
    let exact = |record, of| Duplicate { record, of, kind: DuplicateKind::Exact, similarity: 1.0 };
    assert_eq!(duplicates(&["one", "two", "One!", "two", "one"]), [exact(2, 0), exact(3, 1), exact(4, 0)]);
    // The same shingles in another order of the words.
    let near = Duplicate { kind: DuplicateKind::Near, ..exact(1, 0) };
    assert_eq!(duplicates(&["one two", "two one"]), [near]);
    assert_eq!(duplicates(&["湖は深い、冷たい。", "湖は 深い 冷たい", "湖は広い"]), [exact(1, 0)]);
}

#[test]
fn the_most_similar_kept_text_is_named_and_dropped_ones_are_compared_with_no_more() {
    let with = |changed: &[usize]| {
        let mut all: Vec<u32> = words(1, 162).collect();
        changed.iter().for_each(|&at| all[at] = 7);
        text(all)
    };
    // 160 shingles, each change takes three: 4, 5 and 9 changes leave 0.86, 0.83 and 0.71.
    let texts = [
        with(&[]),
        with(&[10, 20, 30, 40, 50, 60, 70, 80, 90]),
        with(&[10, 20, 30, 40, 50]),
        with(&[10, 20, 30, 40, 50, 60, 70, 80]),
        with(&[100, 110, 120, 130]),
        with(&[10, 20, 30, 40, 50]),
    ];
    let found: Vec<(u32, u32)> = duplicates(&texts).iter().map(|found| (found.record, found.of)).collect();
    assert_eq!(found, [(2, 1), (3, 1), (4, 0), (5, 1)]);
    assert_eq!(duplicates(&texts), compare_all(&texts));
}

#[test]
fn a_text_again_and_again_is_not_compared_with_all_of_them() {
    let mut texts = vec![text(words(0, 150)); 100_000];
    for (seed, text) in (0_u32..).zip(&mut texts).skip(1).step_by(2) {
        text.push_str(&format!("end{seed}"));
    }
    let found = duplicates(&texts);
    assert_eq!(found.len(), texts.len() - 1);
    assert!(found.iter().all(|duplicate| duplicate.of == 0));
}

#[test]
fn boilerplate_is_not_compared_with_all_of_it() {
    // A form of which a quarter is filled in: an index of 0.6 between any two, so that most share a band.
    let form = |seed: u32| text(words(0, 90).chain(words(seed, 32)));
    let mut texts: Vec<String> = (1..=6000).map(form).collect();
    texts.push(form(5000) + " appendix");
    let found = duplicates(&texts);
    let pairs: Vec<(u32, u32)> = found.iter().map(|found| (found.record, found.of)).collect();
    assert_eq!(pairs, [(6000, 4999)]);
}

#[test]
fn shingles_are_held_no_longer_than_needed() {
    let mut finder = Finder::new(Dedup::Near);
    let texts: Vec<String> = (0..200).map(|at| text(words(at / 2, 100).chain(words(at, 1)))).collect();
    texts.iter().for_each(|text| finder.push(&Signature::of(text, Dedup::Near)));
    let candidates = finder.candidates();
    let mut verifier = Verifier::new(&candidates);
    for (number, text) in (0..).zip(&texts) {
        verifier.push(number, Shingles::of(text));
        let held =
            (0..candidates.numbers().len()).filter(|place| verifier.shingles.len(*place).is_some()).count();
        assert!(held == verifier.needed.len() && held <= 2, "{number}: {held}");
    }
    assert_eq!(verifier.finish().len(), 100);
}

#[test]
fn a_candidate_that_is_not_there_any_more_drops_nothing() {
    let texts = [text(words(0, 50)), text(words(0, 50)) + "more", text(words(0, 50)) + "again"];
    let mut finder = Finder::new(Dedup::Near);
    texts.iter().for_each(|text| finder.push(&Signature::of(text, Dedup::Near)));
    let candidates = finder.candidates();
    let mut verifier = Verifier::new(&candidates);
    verifier.push(1, Shingles::of(&texts[1]));
    verifier.push(2, Shingles::of("something else"));
    verifier.push(3, Shingles::of(&texts[0]));
    assert_eq!(verifier.finish(), []);
}

proptest! {
    /// Texts that come of each other by edits.
    #[test]
    fn both_passes_do_what_comparing_all_does(
        lengths in prop::collection::vec(0_u32..120, 1..4),
        copies in prop::collection::vec((0_usize..40, prop::collection::vec((0_usize..120, 0_u32..9), 0..5)), 0..40),
    ) {
        let mut texts: Vec<Vec<u32>> =
            (1..).zip(&lengths).map(|(seed, &length)| words(seed, length).collect()).collect();
        for (of, edits) in copies {
            let mut copy = texts[of % texts.len()].clone();
            for (at, word) in edits {
                match copy.get_mut(at) {
                    Some(place) => *place = word,
                    None => copy.truncate(at / 2),
                }
            }
            texts.push(copy);
        }
        let texts: Vec<String> = texts.into_iter().map(text).collect();
        prop_assume!(all_are_candidates(&texts));
        prop_assert_eq!(duplicates(&texts), compare_all(&texts));
    }

    #[test]
    fn short_texts_too(texts in prop::collection::vec("[ab ]{0,6}", 0..60)) {
        prop_assume!(all_are_candidates(&texts));
        prop_assert_eq!(duplicates(&texts), compare_all(&texts));
    }
}
