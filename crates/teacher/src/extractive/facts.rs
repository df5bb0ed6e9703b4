//! What can be found in a text without understanding it: sentences, key words, sentences that state something.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

/// English words too common to say what a text is about.
const COMMON: &[&str] = &[
    "about", "above", "after", "again", "against", "also", "among", "and", "another", "any", "are",
    "because", "been", "before", "being", "below", "between", "both", "but", "can", "cannot", "could", "did",
    "does", "down", "during", "each", "either", "even", "every", "few", "first", "for", "from", "further",
    "had", "has", "have", "having", "her", "here", "him", "his", "how", "however", "into", "its", "itself",
    "just", "less", "many", "may", "might", "more", "most", "much", "must", "near", "neither", "nor", "not",
    "now", "off", "often", "once", "one", "only", "onto", "other", "our", "out", "over", "own", "per",
    "rather", "same", "second", "several", "shall", "she", "should", "since", "some", "still", "such",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "though",
    "three", "through", "thus", "too", "two", "under", "until", "upon", "used", "uses", "using", "usually",
    "very", "was", "well", "were", "what", "when", "where", "whether", "which", "while", "who", "whose",
    "why", "will", "with", "within", "without", "would", "yet", "you", "your",
];

/// Words that mark a sentence as saying why or under what condition.
const REASONS: &[&str] = &[
    "allows",
    "because",
    "causes",
    "decides",
    "decreases",
    "depends",
    "hence",
    "if",
    "increases",
    "leads",
    "prevents",
    "reduces",
    "requires",
    "therefore",
    "thus",
    "unless",
    "whereas",
];

/// The sentences of a text (UAX #29), line breaks inside them made spaces, heading marks dropped.
pub fn sentences(text: &str) -> Vec<String> {
    text.split("\n\n")
        .flat_map(|paragraph| {
            let flat = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            flat.trim_start_matches(['#', ' '])
                .unicode_sentences()
                .map(|s| s.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// The lower-cased words of a text that are not among the most common ones of English and have at least three
/// characters, in order.
pub fn content_words(text: &str) -> Vec<String> {
    text.unicode_words()
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= 3 && COMMON.binary_search(&word.as_str()).is_err())
        .collect()
}

/// What a text states and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Its sentences, in order.
    pub sentences: Vec<String>,
    /// Its key words: the most frequent content words first, those that occur earlier first among equals.
    pub key_words: Vec<String>,
}

impl Facts {
    /// Finds the facts of a text.
    pub fn of(text: &str) -> Self {
        let words = content_words(text);
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        for (position, word) in words.iter().enumerate() {
            counts.entry(word).or_insert((0, position)).0 += 1;
        }
        let mut ranked: Vec<_> = counts
            .into_iter()
            .filter(|(word, _)| word.chars().any(char::is_alphabetic))
            .map(|(word, (count, position))| (usize::MAX - count, position, word.to_owned()))
            .collect();
        ranked.sort();
        let key_words = ranked.into_iter().map(|(_, _, word)| word).collect();
        Self { sentences: sentences(text), key_words }
    }

    /// The sentence that says most: one with a reason or a condition, numbers and key words. `None` for a text without
    /// sentences.
    pub fn telling_sentence(&self) -> Option<&str> {
        let score = |sentence: &str| {
            let words = content_words(sentence);
            let all: Vec<_> = sentence.unicode_words().map(str::to_lowercase).collect();
            let reasons = all.iter().filter(|word| REASONS.contains(&word.as_str())).count();
            let numbers = all.iter().filter(|word| is_measure(word)).count();
            let key = words.iter().filter(|word| self.key_words.iter().take(8).any(|k| k == *word)).count();
            6 * reasons.min(2) + numbers.min(2) + key.min(6)
        };
        best(&self.sentences, score)
    }

    /// The sentence that shares most content words with `words`.
    pub fn sentence_about(&self, words: &[String]) -> Option<&str> {
        best(&self.sentences, |sentence| {
            let mut own = content_words(sentence);
            own.sort();
            own.dedup();
            own.iter().filter(|word| words.contains(word)).count()
        })
    }
}

/// Whether a word is a number that measures something, as against a year.
fn is_measure(word: &str) -> bool {
    let digits = word.starts_with(|c: char| c.is_ascii_digit());
    digits && !word.parse::<u32>().is_ok_and(|number| (1500..2100).contains(&number))
}

/// The first of the sentences with the highest score.
fn best(sentences: &[String], score: impl Fn(&str) -> usize) -> Option<&str> {
    let mut best: Option<(usize, &str)> = None;
    for sentence in sentences {
        let points = score(sentence);
        if best.is_none_or(|(most, _)| points > most) {
            best = Some((points, sentence));
        }
    }
    best.map(|(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Facts, content_words, sentences};

    #[test]
    fn the_list_can_be_searched() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn finds_sentences_and_what_a_text_is_about() {
        let text = "# Lakes\n\nA lake turns over\nin spring. The lake mixes because water at 4 degrees is densest! Fish like it.";
        assert_eq!(
            sentences(text),
            [
                "Lakes",
                "A lake turns over in spring.",
                "The lake mixes because water at 4 degrees is densest!",
                "Fish like it."
            ]
        );
        let facts = Facts::of(text);
        assert_eq!(facts.key_words[0], "lake");
        assert!(facts.telling_sentence().unwrap().contains("because"));
        assert_eq!(facts.sentence_about(&["fish".to_owned()]), Some("Fish like it."));
    }

    #[test]
    fn empty_and_other_scripts_are_fine() {
        assert_eq!(Facts::of("").telling_sentence(), None);
        assert_eq!(Facts::of("湖水在春天混合。").sentences.len(), 1);
        assert_eq!(content_words("The  of 12"), Vec::<String>::new());
    }
}
