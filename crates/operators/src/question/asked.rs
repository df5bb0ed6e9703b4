//! What a question asks, as it is compared with others.

use ragstill_ingest::content_hash;
use ragstill_retrieve::Analyzer;
use ragstill_retrieve::analysis::{Language, Tokenizer};

use super::light_words::{self, LightWords};

/// What a question asks: its key words, which are its words without those that carry no meaning (articles, auxiliaries, the
/// commonest prepositions), each by its stem.
///
/// Two questions that differ in one key word are different questions: of 10,000 that people have asked about 2,000 passages,
/// those that share nearly all their words are *before* and *after*, *paintings* and *textiles*, *AFC* and *NFC*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// A hash of the key words in order, wherever in the circle they begin: a phrase that is moved from the end to the
    /// front (`In 1921, who …`) changes nothing, two that change places do.
    pub order: u128,
    /// The hash of each key word, in order.
    pub words: Vec<u64>,
    /// A hash of the key words that tell questions apart whatever else they share: numbers, names, and words that ask or
    /// deny.
    pub fixed: u64,
}

impl Asked {
    /// What a question in this language asks.
    pub(crate) fn of(question: &str, language: Language) -> Self {
        let mut key = KeyWords { all: Vec::new(), fixed: Vec::new() };
        match language {
            // Two characters are a term, and no word of it can be told from another.
            Language::Chinese | Language::Japanese | Language::Korean => {
                Analyzer::for_language(language).for_each_term(question, |term| {
                    let is_fixed = has_digit(term);
                    key.push(term.to_owned(), is_fixed);
                });
            }
            _ => key.spaced(question, language),
        }
        key.fixed.sort_unstable();
        let words: Vec<u64> = key.all.iter().map(|word| hash(word)).collect();
        let first = least_rotation(&key.all);
        key.all.rotate_left(first);
        Self {
            // Without any word, as it is written.
            order: content_hash(&if words.is_empty() { question.to_owned() } else { key.all.join(" ") }),
            words,
            fixed: hash(&key.fixed.join(" ")),
        }
    }
}

struct KeyWords {
    all: Vec<String>,
    fixed: Vec<String>,
}

impl KeyWords {
    fn push(&mut self, word: String, is_fixed: bool) {
        if is_fixed {
            self.fixed.push(word.clone());
        }
        self.all.push(word);
    }

    /// Takes the key words of a language with spaces between words.
    fn spaced(&mut self, question: &str, language: Language) {
        let analyzer = Analyzer::for_language(language);
        let light = light_words::of(language);
        let tokens: Vec<&str> = Tokenizer::new(question).collect();
        for (at, &token) in tokens.iter().enumerate() {
            let lower = token.to_lowercase().replace('\u{2019}', "'");
            if let Some(light) = &light {
                if let Some(telling) = telling(&lower, light) {
                    self.push(telling.to_owned(), true);
                    continue;
                }
                let is_heavy = at + 1 == tokens.len() && light.heavy_last.contains(&lower.as_str());
                if light.is_light(&lower) && !is_heavy {
                    continue;
                }
            }
            let mut word = String::new();
            analyzer.for_each_term(token, |term| word.push_str(term));
            if word.is_empty() {
                // A stop word of the analysis, which is not light here.
                word = lower;
            }
            let is_number = has_digit(token);
            if is_number && is_negative(question, token) {
                word.insert_str(0, "minus");
            }
            // The first word has a capital whatever it is.
            let is_name = at > 0 && token.starts_with(char::is_uppercase);
            self.push(word, is_number || is_name);
        }
    }
}

/// The word itself, or what stands for it, if it asks or denies.
fn telling<'a>(lower: &'a str, light: &LightWords) -> Option<&'a str> {
    if lower.ends_with("n't") || lower == "cannot" {
        return Some("not");
    }
    // `what's` asks what `what is` does.
    light.telling(lower.strip_suffix("'s").unwrap_or(lower))
}

fn has_digit(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// Whether a minus sign stands before this token, which is a part of the text.
fn is_negative(text: &str, token: &str) -> bool {
    let at = token.as_ptr() as usize - text.as_ptr() as usize;
    let before = text[..at].trim_end_matches(['-', '\u{2212}']);
    before.len() < at && !before.ends_with(char::is_alphanumeric)
}

fn hash(word: &str) -> u64 {
    content_hash(word) as u64
}

/// Where in the circle the order is least that begins there.
fn least_rotation<T: Ord>(items: &[T]) -> usize {
    let count = items.len();
    let (mut best, mut other, mut same) = (0, 1, 0);
    while best < count && other < count && same < count {
        let (a, b) = (&items[(best + same) % count], &items[(other + same) % count]);
        match a.cmp(b) {
            std::cmp::Ordering::Equal => {
                same += 1;
                continue;
            }
            // None of the places that were passed can begin a lesser one.
            std::cmp::Ordering::Greater => best += same + 1,
            std::cmp::Ordering::Less => other += same + 1,
        }
        if best == other {
            other += 1;
        }
        same = 0;
    }
    best.min(other)
}

#[cfg(test)]
mod tests {
    use ragstill_retrieve::analysis::Language;

    use super::{Asked, least_rotation};

    fn same(language: Language, a: &str, b: &str) -> bool {
        Asked::of(a, language).order == Asked::of(b, language).order
    }

    #[test]
    fn the_least_rotation_is_the_least() {
        // Every sequence of up to six of three letters.
        for length in 1..=6_u32 {
            for number in 0..3_usize.pow(length) {
                let items: Vec<usize> = (0..length).map(|place| number / 3_usize.pow(place) % 3).collect();
                let rotated = |at: usize| {
                    let mut items = items.clone();
                    items.rotate_left(at);
                    items
                };
                let least = (0..items.len()).map(rotated).min().unwrap();
                assert_eq!(rotated(least_rotation(&items)), least, "{items:?}");
            }
        }
        assert_eq!(least_rotation::<u8>(&[]), 0);
    }

    #[test]
    fn form_short_words_and_inflection_do_not_count() {
        for (a, b) in [
            ("What flows between Bingen and Bonn?", "What flows between the Bingen and Bonn?"),
            ("What is the largest city of Poland?", "Which is the largest city in Poland"),
            ("What year did Tesla die?", "In which year did Tesla die?"),
            ("When did the Forth Bridge open?", "When was the Forth Bridge opened?"),
            ("In 1921, who won the Nobel Prize?", "Who won the Nobel Prize in 1921?"),
            ("Who designed Mendota's bridge?", "who designed the Mendota bridge ?"),
            ("Why didn\u{2019}t the lake freeze?", "Why did not the lake freeze?"),
        ] {
            assert!(same(Language::English, a, b), "{a} / {b}");
        }
    }

    #[test]
    fn what_tells_questions_apart_does() {
        for (a, b) in [
            ("Who won the Nobel Prize in 1921?", "Who won the Nobel Prize in 1922?"),
            ("Which lakes do freeze in winter?", "Which lakes do not freeze in winter?"),
            ("Which lakes can freeze?", "Which lakes can't freeze?"),
            ("When was the church split?", "Why was the church split?"),
            ("What came before the Yuan?", "What came after the Yuan?"),
            ("Which team represented the AFC?", "Which team represented the NFC?"),
            ("Which company acquired Sirius?", "Which company was acquired by Sirius?"),
            ("What melts at -5 degrees?", "What melts at 5 degrees?"),
            ("What melts at −5 degrees?", "What melts at 5 degrees?"),
            (
                "What effect does trade with poorer countries have on workers in richer countries?",
                "What effect does trade with richer countries have on workers in poorer countries?",
            ),
            ("Who beat Denver?", "Who did Denver beat?"),
            ("What are auricles?", "What do auricles do?"),
        ] {
            assert!(!same(Language::English, a, b), "{a} / {b}");
        }
        assert!(same(Language::English, "1914-18?", "1914 18?"), "a hyphen in a word is no minus");
    }

    #[test]
    fn other_languages_and_scripts() {
        for (language, a, b) in [
            (
                Language::German,
                "In welchem Jahr wurde die Brücke eröffnet?",
                "Welches Jahr? Wurde die Brücke da eröffnet?",
            ),
            (Language::German, "Wie tief ist der Bodensee?", "Wie tief ist denn der Bodensee"),
            (Language::French, "Quelle est la profondeur du lac ?", "Quel est la profondeur d'un lac?"),
            (Language::Chinese, "貝加爾湖有多深？", "貝加爾湖有多深"),
            (Language::Polish, "Kiedy otwarto most?", "Kiedy, otwarto most!"),
        ] {
            assert!(same(language, a, b), "{a} / {b}");
        }
        for (language, a, b) in [
            (Language::German, "Wann wurde die Brücke eröffnet?", "Wo wurde die Brücke eröffnet?"),
            (Language::German, "Was ist der Bodensee?", "Wie ist der Bodensee?"),
            (Language::German, "Welcher See friert zu?", "Welcher See friert nicht zu?"),
            (Language::German, "Wer besiegte Rom?", "Wer wurde von Rom besiegt?"),
            (Language::Chinese, "貝加爾湖在1921年有多深？", "貝加爾湖在1922年有多深？"),
            (Language::Chinese, "什么湖会结冰？", "什么湖不会结冰？"),
            (Language::Russian, "Какое озеро замерзает?", "Какое озеро не замерзает?"),
            (Language::Polish, "Kiedy otwarto most?", "Gdzie otwarto most?"),
            (Language::English, "湖什么时候结冰？", "湖什么时候不结冰？"),
        ] {
            assert!(!same(language, a, b), "{a} / {b}");
        }
    }

    #[test]
    fn texts_without_words_are_told_apart_and_long_ones_are_read() {
        assert!(!same(Language::English, "?", "!"));
        assert!(same(Language::English, "?", " ? "));
        let long = "What is it of the lake ".repeat(20_000);
        assert!(Asked::of(&long, Language::English).words.len() == 60_000);
        assert!(same(Language::English, &long, &long));
    }

    #[test]
    fn numbers_names_and_what_asks_are_fixed() {
        let fixed = |question| Asked::of(question, Language::English).fixed;
        assert_eq!(
            fixed("How many games did Denver win in 2015?"),
            fixed("How many big games has 2015 brought Denver?")
        );
        assert_ne!(fixed("How many games did Denver win?"), fixed("How many games did Carolina win?"));
        assert_ne!(fixed("How many games?"), fixed("How many games in 2015?"));
        assert_eq!(fixed("What game was it?"), fixed("Which match is it?"));
    }
}
