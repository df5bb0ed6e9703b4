//! The questions that were kept so far, by their hashes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ragstill_core::RecordId;
use ragstill_ingest::{BANDS, Shingles, band_keys};

use crate::question::Asked;

/// Earlier questions of a band that one is compared with: the latest.
const COMPARISONS: usize = 16;

/// Stands for no question.
const NONE: u32 = u32::MAX;

/// A question, as it is compared.
pub(super) struct Compared {
    /// Equal in questions that are the same whatever their answers.
    order: u128,
    /// What is compared with questions that have the same answer, if the answer is known.
    shingles: Option<Shingles>,
}

impl Compared {
    /// A question that is the same as those with this hash alone.
    pub(super) fn exactly(order: u128) -> Self {
        Self { order, shingles: None }
    }

    /// A question that is the same as those with the same key words in order and, when the hash of its answer is known, as
    /// those that share most of them.
    ///
    /// The answer, and the words that may not differ, are made a part of every shingle. So questions that differ in one of
    /// them share none, never fall into one bucket, and need no comparison.
    pub(super) fn nearly(asked: &Asked, answer: Option<u128>) -> Self {
        let shingles = answer.map(|answer| {
            let apart = asked.fixed ^ (answer as u64).rotate_left(32);
            Shingles::of_hashes(
                asked.words.iter().map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ apart),
            )
        });
        Self { order: asked.order, shingles }
    }
}

/// The earlier question that one repeats.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Repeated<'a> {
    /// Its record.
    pub record: &'a RecordId,
    /// The Jaccard index of their key words; none if the questions are the same.
    pub similarity: Option<f64>,
}

/// The questions that were kept so far.
///
/// A question takes its record's id and some 50 bytes; with its answer known, eight more for each key word and 500 for the
/// buckets that it is in.
pub(super) struct Seen {
    threshold: f64,
    orders: HashMap<u128, u32>,
    records: Vec<RecordId>,
    /// Of those whose answers are known: their number among all, and what is compared.
    shingles: Vec<(u32, Shingles)>,
    /// The latest of them in each bucket, by band and key.
    latest: HashMap<u64, u32>,
    /// The one before each of them in each of its buckets.
    before: Vec<[u32; BANDS]>,
}

impl Seen {
    /// None yet.
    pub(super) fn new(threshold: f64) -> Self {
        Self {
            threshold,
            orders: HashMap::new(),
            records: Vec::new(),
            shingles: Vec::new(),
            latest: HashMap::new(),
            before: Vec::new(),
        }
    }

    /// The kept question that this one repeats. Without one it is kept itself, under its record's id.
    pub(super) fn push(&mut self, question: Compared, record: &RecordId) -> Option<Repeated<'_>> {
        let number = self.records.len() as u32;
        let Compared { order, shingles } = question;
        if let Some(&same) = self.orders.get(&order) {
            return Some(Repeated { record: &self.records[same as usize], similarity: None });
        }
        if let Some(shingles) = shingles
            && let Some(keys) = band_keys(&shingles)
        {
            if let Some((of, similarity)) = self.most_similar(&shingles, &keys) {
                return Some(Repeated { record: &self.records[of as usize], similarity: Some(similarity) });
            }
            self.keep(shingles, &keys, number);
        }
        self.orders.insert(order, number);
        self.records.push(record.clone());
        None
    }

    /// The most similar of the earlier ones in the same buckets, of equals the first, if it is similar enough.
    fn most_similar(&self, shingles: &Shingles, keys: &[u32; BANDS]) -> Option<(u32, f64)> {
        let mut others: Vec<u32> = Vec::new();
        for (band, &key) in keys.iter().enumerate() {
            let mut next = self.latest.get(&bucket(band, key)).copied().unwrap_or(NONE);
            for _ in 0..COMPARISONS {
                if next == NONE {
                    break;
                }
                others.push(next);
                next = self.before[next as usize][band];
            }
        }
        others.sort_unstable();
        others.dedup();
        let mut best: Option<(u32, f64)> = None;
        for other in others {
            let (number, kept) = &self.shingles[other as usize];
            let similarity = kept.jaccard(shingles);
            if similarity >= self.threshold && best.is_none_or(|(_, most)| similarity > most) {
                best = Some((*number, similarity));
            }
        }
        best
    }

    fn keep(&mut self, shingles: Shingles, keys: &[u32; BANDS], number: u32) {
        let own = self.shingles.len() as u32;
        let mut before = [NONE; BANDS];
        for (band, &key) in keys.iter().enumerate() {
            match self.latest.entry(bucket(band, key)) {
                Entry::Occupied(mut latest) => before[band] = latest.insert(own),
                Entry::Vacant(free) => {
                    free.insert(own);
                }
            }
        }
        self.before.push(before);
        self.shingles.push((number, shingles));
    }
}

/// A bucket's name.
fn bucket(band: usize, key: u32) -> u64 {
    (band as u64) << 32 | u64::from(key)
}

#[cfg(test)]
mod tests {
    use ragstill_core::RecordId;
    use ragstill_retrieve::analysis::Language;

    use super::{Compared, Seen};
    use crate::question::Asked;

    /// What each of these questions with their answers repeats.
    fn repeated(questions: &[(&str, u128)], threshold: f64) -> Vec<Option<(String, bool)>> {
        let mut seen = Seen::new(threshold);
        let push = |(at, (question, answer)): (usize, &(&str, u128))| {
            let compared = Compared::nearly(&Asked::of(question, Language::English), Some(*answer));
            let repeated = seen.push(compared, &RecordId::given(format!("r{at}")));
            repeated.map(|repeated| (repeated.record.to_string(), repeated.similarity.is_some()))
        };
        questions.iter().enumerate().map(push).collect()
    }

    #[test]
    fn most_similar_of_the_kept_is_named() {
        let found = repeated(
            &[
                ("How many lead authors does a chapter of the report have?", 1),
                ("How many coordinating lead authors does a chapter of the report have?", 1),
                ("How many lead authors does a chapter of the report have?", 2),
                ("How many coordinating lead authors does a chapter of the report have?", 2),
                ("How many coordinating lead authors does a chapter of an old report have?", 1),
            ],
            0.8,
        );
        let near = |of: &str| Some((of.to_owned(), true));
        // The fourth says what the second does, which was not kept, and its answer is another than the first's.
        assert_eq!(found, [None, near("r0"), Some(("r0".to_owned(), false)), None, None]);
    }

    #[test]
    fn many_in_one_bucket_stay_fast_and_distinct() {
        // The same answer and the same numbers, hundreds of times.
        let questions: Vec<String> = (0..3000)
            .map(|n| {
                format!(
                    "Is the thing called w{}x part of the set that everybody knows?",
                    "ab".repeat(n % 7 + 1) + &"c".repeat(n / 7)
                )
            })
            .collect();
        let questions: Vec<(&str, u128)> = questions.iter().map(|question| (question.as_str(), 1)).collect();
        let found = repeated(&questions, 1.0);
        assert!(found.iter().all(Option::is_none));
    }
}
