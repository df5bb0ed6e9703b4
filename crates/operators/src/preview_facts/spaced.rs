//! Asking in languages that set spaces between words.

use ragstill_teacher::extractive::content_words;

use super::lexicon::{bare, comes_before_places, is_joint, is_lead, is_pointer};
use super::subject::subject_of;
use super::values::{Kind, Value, best};
use super::{Gap, LONGEST, Language};

/// The fewest words of a clause, beside those that every text has, that say what it is about.
const TELLING: usize = 3;

/// The gap of a sentence, if it has one and can stand alone.
pub(super) fn gap(sentence: &str, before: Option<&str>, language: Language) -> Option<Gap> {
    let mut clauses = sentence.split("; ");
    let first = clauses.next().unwrap_or(sentence);
    let first = standing_alone(first, before);
    let clauses = clauses.map(without_lead).filter(|clause| !points_back(clause)).map(str::to_owned);
    let clauses = first.into_iter().chain(clauses);
    clauses.filter_map(|clause| clause_gap(&clause, language)).max_by_key(|gap| gap.rank)
}

fn points_back(clause: &str) -> bool {
    let first = clause.split_whitespace().next().unwrap_or_default();
    is_pointer(first) || matches!(bare(first).as_str(), "it" | "es")
}

/// A sentence without a word that leads into it, its `It` replaced by what the sentence before began with; `None` when it
/// cannot stand alone.
fn standing_alone(sentence: &str, before: Option<&str>) -> Option<String> {
    let words: Vec<&str> = without_lead(sentence).split_whitespace().collect();
    if words.first() == Some(&"It") {
        let subject = before.and_then(subject_of)?;
        return Some(format!("{subject} {}", words[1..].join(" ")));
    }
    (!points_back(words.first().copied().unwrap_or_default())).then(|| words.join(" "))
}

/// A sentence without the `therefore` that it begins with.
fn without_lead(sentence: &str) -> &str {
    match sentence.split_once(' ') {
        Some((first, rest)) if is_lead(first) => without_lead(rest.trim_start()),
        _ => sentence,
    }
}

fn clause_gap(clause: &str, language: Language) -> Option<Gap> {
    let words: Vec<&str> = clause.split_whitespace().collect();
    if !(5..=LONGEST).contains(&words.len()) {
        return None;
    }
    let value = best(&words, language)?;
    let says = words.iter().enumerate().filter(|(at, _)| !(value.first..value.end).contains(at));
    let says: Vec<String> = says.flat_map(|(_, word)| content_words(word)).collect();
    let is_whole =
        clause.matches('(').count() == clause.matches(')').count() && !clause.contains(" that is ");
    // German has other common words: what is counted there is more.
    if !is_whole || says.iter().filter(|word| word.contains(char::is_alphabetic)).count() < TELLING {
        return None;
    }
    let answer = words[value.first..value.end].join(" ");
    let answer = answer.trim_end_matches([',', ';', ':', '.', ')']).to_owned();
    Some(Gap { answer, clause: asked(&words, value, language), rank: value.kind as u8 })
}

/// The clause with the words that ask in the place of the value, and a small letter at its start unless that is a name's.
fn asked(words: &[&str], value: Value, language: Language) -> String {
    let last = words[value.replaced - 1];
    let mark = &last[last.trim_end_matches([',', ';', ':']).len()..];
    let (mut before, after) = (words[..value.first].to_vec(), words[value.replaced..].join(" "));
    let asks = match language {
        Language::English => english(value, words, &mut before),
        Language::German => german(value, words, &mut before),
        Language::Other | Language::Chinese => "___".to_owned(),
    };
    let before = before.join(" ");
    let whole = if language == Language::English && is_joint(&before) && value.kind.is_when_or_who() {
        // What begins with `On 1 August 2007` would be no question as it stands.
        let pause = if after.split_whitespace().next().is_some_and(is_joint) { mark } else { "" };
        format!("{before} {asks} was it that{pause} {}", small_joint(&after))
    } else {
        let mark = if after.is_empty() { "" } else { mark };
        [before, format!("{asks}{mark}"), after].join(" ").trim().to_owned()
    };
    small_joint(&whole)
}

/// A text with a small letter at its start when its first word is never a name.
fn small_joint(text: &str) -> String {
    if !text.split_whitespace().next().is_some_and(is_joint) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

fn english(value: Value, words: &[&str], before: &mut Vec<&str>) -> String {
    let own = words[value.first];
    match value.kind {
        Kind::Date => "which date".to_owned(),
        Kind::Month => "which month of which year".to_owned(),
        Kind::Year => "which year".to_owned(),
        Kind::Amount if own.ends_with('°') => "how many degrees".to_owned(),
        Kind::Share => "what percentage".to_owned(),
        Kind::Amount | Kind::Count => "how many".to_owned(),
        Kind::Number => "what value".to_owned(),
        Kind::Name => {
            before.pop_if(|word| word.eq_ignore_ascii_case("the"));
            let is_place = before.last().is_some_and(|word| comes_before_places(word));
            if is_place { "which place".to_owned() } else { "who or what".to_owned() }
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
        Kind::Share => "wie viel Prozent".to_owned(),
        Kind::Amount if own.ends_with('°') => "wie viele Grad".to_owned(),
        Kind::Amount | Kind::Count => "wie viele".to_owned(),
        Kind::Number | Kind::Name => "welche Zahl".to_owned(),
    }
}
