//! What kind of answer a question wants, and where a sentence holds it.

use crate::preview_facts::MONTHS;

/// Units of amounts.
const UNITS: &[&str] = &[
    "m",
    "km",
    "cm",
    "mm",
    "µm",
    "nm",
    "km²",
    "m²",
    "km³",
    "m³",
    "kg",
    "mg",
    "g",
    "µg",
    "t",
    "l",
    "ml",
    "s",
    "h",
    "%",
    "°C",
    "mol",
    "mmol",
    "MPa",
    "kN",
    "MN",
    "daltons",
    "hours",
    "hour",
    "days",
    "day",
    "weeks",
    "weeks",
    "months",
    "years",
    "year",
    "minutes",
    "seconds",
    "metres",
    "meters",
    "kilometres",
    "miles",
    "feet",
    "units",
    "cycles",
    "million",
    "billion",
];

/// `how …` with what it measures as a noun.
const MEASURES: &[(&str, &str)] = &[
    ("deep", "depth"),
    ("long", "length"),
    ("wide", "width"),
    ("high", "height"),
    ("tall", "height"),
    ("old", "age"),
];

/// How many words may stand between a noun and its amount.
const BEFORE: usize = 5;

/// Nouns that are measured: `What is the length of …`.
const MEASURED: &[&str] = &[
    "depth",
    "length",
    "width",
    "height",
    "span",
    "half-life",
    "dose",
    "area",
    "volume",
    "temperature",
    "weight",
    "mean",
    "share",
];

/// Capitalised words that begin no person's name.
const NO_PERSONS: &[&str] = &[
    "The",
    "A",
    "An",
    "In",
    "On",
    "At",
    "It",
    "Its",
    "He",
    "She",
    "They",
    "This",
    "That",
    "After",
    "Before",
    "From",
    "By",
    "When",
    "Lake",
    "Bridge",
    "River",
    "University",
    "Upper",
    "Royal",
    "British",
    "American",
    "Great",
    "United",
    "World",
    "North",
    "South",
    "East",
    "West",
    "Black",
    "Caspian",
    "Experimental",
    "Johns",
    "National",
    "New",
    "First",
    "No",
];

/// What kind of answer a question wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What something is called: `What is the lake that …?`.
    Name,
    /// An amount with its unit; of this, if it is known: `depth`, `half-life`.
    Amount(Option<&'static str>),
    /// How many of these there are.
    Count(String),
    /// A year.
    Year,
    /// A day, a month or a year.
    Date,
    /// Somebody.
    Person,
    /// Anything that the sentence says.
    Anything,
}

impl Wanted {
    /// What a question wants.
    pub(super) fn of(question: &str) -> Self {
        let words: Vec<String> = question.split_whitespace().map(|word| bare(word).to_lowercase()).collect();
        let at = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
        let has = |pair: [&str; 2]| words.windows(2).any(|words| words == pair);
        let is_measured =
            || words.iter().take(5).find_map(|word| MEASURED.iter().find(|known| *known == word));
        match (at(0), at(1), at(2)) {
            ("how", "many", what) => Self::Count(what.to_owned()),
            ("how", measure, _) if MEASURES.iter().any(|(known, _)| *known == measure) => {
                Self::Amount(MEASURES.iter().find(|(known, _)| *known == measure).map(|(_, noun)| *noun))
            }
            ("how", "far" | "much" | "large" | "big" | "heavy", _) => Self::Amount(None),
            _ if has(["which", "year"]) || has(["what", "year"]) => Self::Year,
            ("when", ..) => Self::Date,
            _ if has(["which", "day"]) || has(["what", "day"]) => Self::Date,
            ("who", ..) | ("whom", ..) => Self::Person,
            ("what" | "which", "is" | "was", "the") if is_measured().is_some() => {
                Self::Amount(is_measured().copied())
            }
            ("what" | "which", "is" | "was", "the")
                if words
                    .iter()
                    .any(|word| matches!(word.as_str(), "that" | "which" | "whose" | "where" | "who")) =>
            {
                Self::Name
            }
            _ => Self::Anything,
        }
    }

    /// Whether a sentence holds something of that kind.
    pub(super) fn is_in(&self, sentence: &str) -> bool {
        matches!(self, Self::Name | Self::Anything) || self.in_sentence(sentence).is_some()
    }

    /// What a sentence holds of that kind.
    pub(super) fn in_sentence(&self, sentence: &str) -> Option<String> {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        match self {
            Self::Name | Self::Anything => None,
            Self::Amount(measure) => amount(&words, *measure),
            Self::Count(what) => count(&words, what),
            Self::Year => (0..words.len()).find_map(|at| year(&words, at)),
            Self::Date => date(&words),
            Self::Person => person(&words),
        }
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '%' | '°' | '²' | '³'))
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}

fn amount(words: &[&str], noun: Option<&'static str>) -> Option<String> {
    let adjective = MEASURES.iter().find(|(_, known)| Some(*known) == noun).map(|(adjective, _)| *adjective);
    (0..words.len()).find_map(|at| {
        let (number, unit) = (bare(words[at]), words.get(at + 1).map(|word| bare(word))?);
        if !is_number(number) || !UNITS.contains(&unit) {
            return None;
        }
        // `251 m deep`, or `a depth of 1,642 m`.
        let behind = adjective.is_some() && words.get(at + 2).map(|word| bare(word)) == adjective;
        let before = words[at.saturating_sub(BEFORE)..at].iter().any(|word| Some(bare(word)) == noun);
        (noun.is_none() || behind || before).then(|| format!("{number} {unit}"))
    })
}

fn count(words: &[&str], what: &str) -> Option<String> {
    let is_same = |word: &str| {
        let word = bare(word).to_lowercase();
        word == what || word.trim_end_matches('s') == what.trim_end_matches('s')
    };
    (0..words.len()).find_map(|at| {
        let number = bare(words[at]);
        let counted = words.iter().skip(at + 1).take(2).any(|word| is_same(word));
        (is_number(number) && counted).then(|| number.to_owned())
    })
}

fn year(words: &[&str], at: usize) -> Option<String> {
    let word = bare(words[at]);
    let is_year = word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1500..2100).contains(&year));
    let unit = words.get(at + 1).is_some_and(|next| UNITS.contains(&bare(next)))
        && !words[at].ends_with([',', '.', ';']);
    (is_year && !unit).then(|| word.to_owned())
}

fn date(words: &[&str]) -> Option<String> {
    let month = |at: usize| MONTHS.contains(&bare(words.get(at).copied().unwrap_or_default()));
    let full = (0..words.len()).filter(|&at| month(at)).find_map(|at| {
        let year = words.get(at + 1).and_then(|_| year(words, at + 1))?;
        let day = at
            .checked_sub(1)
            .map(|before| bare(words[before]))
            .filter(|day| day.len() <= 2 && is_number(day));
        Some(match day {
            Some(day) => format!("{day} {} {year}", bare(words[at])),
            None => format!("{} {year}", bare(words[at])),
        })
    });
    full.or_else(|| (0..words.len()).find_map(|at| year(words, at)))
}

/// Two or more capitalised words in a row of which the first begins no other kind of name.
fn person(words: &[&str]) -> Option<String> {
    let is_part = |word: &str| {
        let mut letters = bare(word).chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    };
    (0..words.len()).find_map(|at| {
        let run = words[at..].iter().take_while(|word| is_part(word));
        let mut parts: Vec<&str> = Vec::new();
        for word in run {
            parts.push(bare(word));
            if word.ends_with([',', ';', '.', ')']) {
                break;
            }
        }
        let begins_run = at == 0
            || !is_part(words[at - 1])
            || words[at - 1].ends_with([',', ';', '.'])
            || NO_PERSONS.contains(&bare(words[at - 1]));
        let is_place =
            at > 0 && matches!(words[at - 1], "at" | "in" | "near" | "from" | "to" | "over" | "into");
        let is_person = !is_place
            && (2..=4).contains(&parts.len())
            && begins_run
            && !parts.iter().any(|part| NO_PERSONS.contains(part));
        is_person.then(|| parts.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn questions_and_what_sentences_hold() {
        for (question, sentence, value) in [
            ("How deep is Lake Nyos?", "Lake Nyos in Cameroon, 208 m deep, lies in a crater.", "208 m"),
            ("How deep is it?", "It reaches a depth of 1,642 m, is 636 km long.", "1,642 m"),
            ("How long is it?", "It reaches a depth of 1,642 m, is 636 km long.", "636 km"),
            ("How many people died?", "It suffocated about 1,700 people and 3,500 cattle.", "1,700"),
            ("In which year was it found?", "It was found in Lake Erie in 1989, a year later.", "1989"),
            (
                "When was Lake Mead reached?",
                "In January 2007 it was discovered in Lake Mead.",
                "January 2007",
            ),
            (
                "When did it fall?",
                "On 7 November 1940, in a wind of 19 m per second, it fell.",
                "7 November 1940",
            ),
            ("Who stiffened its deck?", "Leon Moisseiff had stiffened its deck.", "Leon Moisseiff"),
            (
                "Who sealed the narrows?",
                "In 1973 David Schindler and his colleagues sealed its narrows.",
                "David Schindler",
            ),
            (
                "What is the half-life of it?",
                "With a half-life of about 7 hours it must be taken twice.",
                "7 hours",
            ),
        ] {
            assert_eq!(Wanted::of(question).in_sentence(sentence).as_deref(), Some(value), "{question}");
        }
        assert_eq!(Wanted::of("What is the lake that killed cattle?"), Wanted::Name);
        assert_eq!(Wanted::of("Why is it deep?"), Wanted::Anything);
        for (question, sentence) in [
            ("How deep is it?", "It is 25 km away."),
            ("Who did it?", "The Royal Commission did."),
            ("Who did it?", "It was done at Point Pleasant."),
            ("When?", "It took 1860 MPa."),
            ("How many?", ""),
        ] {
            assert!(!Wanted::of(question).is_in(sentence), "{question} {sentence}");
        }
    }
}
