//! Asking in languages that set spaces between words.

use super::lexicon::{bare, is_lead, is_pointer};
use super::subject::subject_of;
use super::values::{Kind, Value, best};
use super::{Gap, LONGEST, Language};

/// The gap of a sentence, if it has one and can stand alone.
pub(super) fn gap(sentence: &str, before: Option<&str>, language: Language) -> Option<Gap> {
    let mut clauses = sentence.split("; ");
    let first = clauses.next().unwrap_or(sentence);
    let first = standing_alone(first, before);
    let clauses = first.into_iter().chain(clauses.filter(|clause| !points_back(clause)).map(str::to_owned));
    clauses.filter_map(|clause| clause_gap(&clause, language)).max_by_key(|gap| gap.rank)
}

fn points_back(clause: &str) -> bool {
    let first = clause.split_whitespace().next().unwrap_or_default();
    is_pointer(first) || matches!(bare(first).as_str(), "it" | "es")
}

/// A sentence without a word that leads into it, its `It` replaced by what the sentence before began with; `None` when it
/// cannot stand alone.
fn standing_alone(sentence: &str, before: Option<&str>) -> Option<String> {
    let mut words: Vec<&str> = sentence.split_whitespace().collect();
    while words.first().is_some_and(|word| is_lead(word) && word.ends_with(',')) {
        words.remove(0);
    }
    if words.first() == Some(&"It") {
        let subject = before.and_then(subject_of)?;
        return Some(format!("{subject} {}", words[1..].join(" ")));
    }
    (!points_back(words.first().copied().unwrap_or_default())).then(|| words.join(" "))
}

fn clause_gap(clause: &str, language: Language) -> Option<Gap> {
    let words: Vec<&str> = clause.split_whitespace().collect();
    if !(5..=LONGEST).contains(&words.len()) {
        return None;
    }
    let value = best(&words, language)?;
    let answer = words[value.first..value.end].join(" ");
    let answer = answer.trim_end_matches([',', ';', ':', '.', ')']).to_owned();
    Some(Gap { answer, clause: asked(&words, value, language), rank: value.kind as u8 })
}

/// The clause with the words that ask in the place of the value, and a small letter at its start unless that is a name's.
fn asked(words: &[&str], value: Value, language: Language) -> String {
    let last = words[value.replaced - 1];
    let mark = &last[last.trim_end_matches([',', ';', ':']).len()..];
    let (mut before, after) = (words[..value.first].to_vec(), &words[value.replaced..]);
    let asks = match language {
        Language::English => english(value, words, &mut before),
        Language::German => german(value, words, &mut before),
        Language::Other | Language::Chinese => "___".to_owned(),
    };
    let whole = before.into_iter().map(str::to_owned).chain([format!("{asks}{mark}")]);
    let whole: Vec<String> = whole.chain(after.iter().map(|word| (*word).to_owned())).collect();
    let whole = whole.join(" ");
    match words.first().filter(|first| super::lexicon::is_joint(first)) {
        Some(_) => {
            let mut letters = whole.chars();
            letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
        }
        None => whole,
    }
}

fn english(value: Value, words: &[&str], before: &mut Vec<&str>) -> String {
    let own = words[value.first];
    match value.kind {
        Kind::Date => "which date".to_owned(),
        Kind::Month => "which month of which year".to_owned(),
        Kind::Year => "which year".to_owned(),
        Kind::Amount if own.ends_with('%') => "what percentage".to_owned(),
        Kind::Amount if own.ends_with('°') => "how many degrees".to_owned(),
        Kind::Amount | Kind::Count => "how many".to_owned(),
        Kind::Number => "what number".to_owned(),
        Kind::Name => {
            if before.last().is_some_and(|word| word.eq_ignore_ascii_case("the")) {
                before.pop();
            }
            "who or what".to_owned()
        }
    }
}

fn german(value: Value, words: &[&str], before: &mut Vec<&str>) -> String {
    let own = words[value.first];
    match value.kind {
        Kind::Date => {
            let is_am = before.pop_if(|word| word.eq_ignore_ascii_case("am")).is_some();
            if is_am { "an welchem Tag".to_owned() } else { "welcher Tag".to_owned() }
        }
        Kind::Month | Kind::Year => {
            let what =
                if value.kind == Kind::Month { "welchem Monat welchen Jahres" } else { "welchem Jahr" };
            before.pop_if(|word| matches!(*word, "Jahr" | "Jahre"));
            match before.pop_if(|word| word.eq_ignore_ascii_case("im")) {
                Some(_) => format!("in {what}"),
                None => what.to_owned(),
            }
        }
        Kind::Amount if own.ends_with('%') => "wie viel Prozent".to_owned(),
        Kind::Amount if own.ends_with('°') => "wie viele Grad".to_owned(),
        Kind::Amount | Kind::Count => "wie viele".to_owned(),
        Kind::Number | Kind::Name => "welche Zahl".to_owned(),
    }
}
