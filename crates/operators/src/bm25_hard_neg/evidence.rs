//! How much of the positive's evidence a candidate has: the cosine of their words, weighted by rarity.
//!
//! A passage that answers the same question as the positive mostly says the same things, so it shares its rare words.
//! Scores for the question cannot tell that: a question has few words.

use std::sync::atomic::{AtomicU32, Ordering};

use ragstill_ingest::for_each_word;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

/// The heaviest words of a text that are kept. 48 of the some 85 different ones of a passage tell nearly as much as all.
const KEPT: usize = 48;

/// A word is known by this many bits of its hash.
const WORD_BITS: u32 = 20;

/// The other bits hold its weight.
const WEIGHT: u32 = (1 << (u32::BITS - WORD_BITS)) - 1;

/// Texts that one thread takes at a time.
const CHUNK: usize = 256;

/// The heaviest words of one text: each word's bits above its weight's, ascending.
#[derive(Debug, Clone, Default)]
pub(super) struct Words(Vec<u32>);

/// The heaviest words of each text of a corpus.
#[derive(Debug)]
pub(super) struct Evidence {
    /// How much a word counts, by its bits.
    idf: Vec<f32>,
    words: Vec<u32>,
    ends: Vec<usize>,
}

impl Evidence {
    /// Reads the texts twice: the rarity of words must be known before the heaviest can be.
    pub(super) fn of(texts: &[String]) -> Self {
        let idf = idf(texts);
        let parts: Vec<(Vec<u32>, Vec<usize>)> = texts
            .par_chunks(CHUNK)
            .map(|texts| {
                let (mut words, mut ends, mut room) = (Vec::new(), Vec::new(), Vec::new());
                for text in texts {
                    heaviest(text, &idf, &mut room, &mut words);
                    ends.push(words.len());
                }
                (words, ends)
            })
            .collect();
        let mut all = Self { idf, words: Vec::new(), ends: Vec::with_capacity(texts.len()) };
        all.words.reserve_exact(parts.iter().map(|(words, _)| words.len()).sum());
        for (words, ends) in parts {
            let before = all.words.len();
            all.words.extend(words);
            all.ends.extend(ends.iter().map(|end| before + end));
        }
        all
    }

    /// The words of a text that is not of the corpus.
    pub(super) fn words_of(&self, text: &str) -> Words {
        let mut words = Words::default();
        heaviest(text, &self.idf, &mut Vec::new(), &mut words.0);
        words
    }

    /// The words of the text at this place of the corpus.
    pub(super) fn get(&self, at: usize) -> &[u32] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.words[start..self.ends[at]]
    }
}

impl Words {
    pub(super) fn as_slice(&self) -> &[u32] {
        &self.0
    }
}

/// The cosine of two texts' words, in 0..=1.
pub(super) fn overlap(a: &[u32], b: &[u32]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i] & !WEIGHT, b[j] & !WEIGHT);
        if x == y {
            sum += (a[i] & WEIGHT) * (b[j] & WEIGHT);
        }
        // Without a branch that the processor would have to guess.
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    sum as f32 / (WEIGHT * WEIGHT) as f32
}

/// How rare each word is: BM25's weight.
fn idf(texts: &[String]) -> Vec<f32> {
    let counts: Vec<AtomicU32> = (0..1 << WORD_BITS).map(|_| AtomicU32::new(0)).collect();
    texts.par_chunks(CHUNK).for_each(|texts| {
        let mut words = Vec::new();
        for text in texts {
            words.clear();
            for_each_word(text, |word| words.push(bits(word)));
            words.sort_unstable();
            words.dedup();
            for word in &words {
                counts[*word as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let all = texts.len() as f64;
    let weight = |count: &AtomicU32| {
        let count = f64::from(count.load(Ordering::Relaxed));
        (1.0 + (all - count + 0.5) / (count + 0.5)).ln() as f32
    };
    counts.par_iter().map(weight).collect()
}

/// Appends the heaviest words of a text. `words` is room to work in.
fn heaviest(text: &str, idf: &[f32], words: &mut Vec<u32>, out: &mut Vec<u32>) {
    words.clear();
    for_each_word(text, |word| words.push(bits(word)));
    words.sort_unstable();
    let weigh = |same: &[u32]| (idf[same[0] as usize] * (1.0 + (same.len() as f32).ln()), same[0]);
    let mut weighed: Vec<(f32, u32)> = words.chunk_by(|a, b| a == b).map(weigh).collect();
    let length = weighed.iter().map(|(weight, _)| weight * weight).sum::<f32>().sqrt();
    if weighed.len() > KEPT {
        weighed.select_nth_unstable_by(KEPT, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        weighed.truncate(KEPT);
    }
    let start = out.len();
    let scale = WEIGHT as f32 / length;
    out.extend(weighed.iter().map(|(weight, word)| {
        let weight = (weight * scale).round() as u32;
        word << (u32::BITS - WORD_BITS) | weight.min(WEIGHT)
    }));
    out[start..].sort_unstable();
}

fn bits(word: u64) -> u32 {
    (word >> (u64::BITS - WORD_BITS)) as u32
}

#[cfg(test)]
mod tests {
    use super::{Evidence, overlap};

    #[test]
    fn rare_words_count_and_common_ones_hardly() {
        let texts: Vec<String> = [
            "the lake is dimictic and mixes twice a year",
            "a dimictic lake mixes twice",
            "the year is a leap year and the day is extra",
            "the bridge is long and the river is wide",
            "",
        ]
        .map(str::to_owned)
        .into();
        let evidence = Evidence::of(&texts);
        let with_first = |at| overlap(evidence.get(0), evidence.get(at));
        assert!((with_first(0) - 1.0).abs() < 0.02, "{}", with_first(0));
        assert!(with_first(1) > 0.5 && with_first(1) > 2.0 * with_first(2), "{}", with_first(1));
        assert!(with_first(2) > with_first(3) && with_first(3) < 0.2, "{}", with_first(3));
        assert_eq!(with_first(4), 0.0);
        let outside = evidence.words_of("The LAKE is dimictic, and mixes twice a year!");
        assert_eq!(outside.as_slice(), evidence.get(0));
        assert_eq!(evidence.words_of("words that nobody knows").as_slice().len(), 4);
    }

    #[test]
    fn long_texts_keep_their_heaviest_words() {
        let words = |from: usize| (from..from + 100).map(|n| format!("w{n} ")).collect::<String>();
        let texts: Vec<String> = (0..20).map(|n| words(10 * n)).collect();
        let evidence = Evidence::of(&texts);
        assert_eq!(evidence.get(0).len(), 48);
        assert!(evidence.get(0).is_sorted());
        // What is left out is missing in the product, so a text is less than wholly like itself.
        let own = overlap(evidence.get(3), evidence.get(3));
        assert!((0.4..1.0).contains(&own), "{own}");
    }
}
