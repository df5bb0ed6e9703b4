//! Numbers, dates and names among the words of a sentence.

use super::Language;
use super::lexicon::{
    bare, comes_before_values, comes_before_years, is_between, is_joint, is_label, is_magnitude, is_unit,
    is_verb, month,
};

/// What kind of thing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A name of several words.
    Name,
    /// A number that no unit follows.
    Number,
    /// How many of what the next word says.
    Count,
    /// An amount with its unit.
    Amount,
    /// A percentage.
    Share,
    /// A month of a year.
    Month,
    /// A year.
    Year,
    /// A day.
    Date,
}

impl Kind {
    /// Whether it is asked for by `which` or `who`, not by `how many`.
    pub(super) fn is_when_or_who(self) -> bool {
        matches!(self, Self::Name | Self::Month | Self::Year | Self::Date)
    }
}

/// A run of words that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    /// What it is.
    pub kind: Kind,
    /// The first of its words.
    pub first: usize,
    /// The word behind its last.
    pub end: usize,
    /// The words of it that the question replaces end here: the unit behind them stays.
    pub replaced: usize,
}

/// The value of a sentence that is the most telling, the first of equals.
pub(super) fn best(words: &[&str], language: Language) -> Option<Value> {
    let values: Vec<Value> = (0..words.len())
        .filter(|at| !is_in_brackets(words, *at))
        .filter_map(|at| {
            date(words, at, language).or_else(|| number(words, at)).or_else(|| name(words, at, language))
        })
        .collect();
    values.into_iter().rev().max_by_key(|value| value.kind)
}

fn is_in_brackets(words: &[&str], at: usize) -> bool {
    let count =
        |mark: char, words: &[&str]| words.iter().map(|word| word.matches(mark).count()).sum::<usize>();
    let before = &words[..=at];
    count('(', before) > count(')', &words[..at])
}

/// The digits of a word that is a number: without the marks behind it, and without a sign for percent or degrees.
fn digits(word: &str) -> Option<&str> {
    let number = word.trim_end_matches([',', ';', ':', '.', '%', '°']);
    let is_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    is_number.then_some(number)
}

fn is_year(word: &str) -> bool {
    digits(word).is_some_and(|digits| {
        digits.len() == 4 && digits.parse::<u32>().is_ok_and(|year| (1500..2100).contains(&year))
    })
}

/// Whether a word ends with a mark, so that the next one belongs to something else.
fn ends(word: &str) -> bool {
    word.ends_with([',', ';', ':', ')'])
}

/// A date, a month or a year that begins at this word.
fn date(words: &[&str], at: usize, language: Language) -> Option<Value> {
    let value = |kind, length: usize| Value { kind, first: at, end: at + length, replaced: at + length };
    let get = |offset: usize| words.get(at + offset).copied().unwrap_or_default();
    let day = |word: &str| {
        let day = word.trim_end_matches(['.', ',']);
        day.len() <= 2 && day.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
    };
    let is_month = |word: &str| month(word, language).is_some();
    let before = at.checked_sub(1).map(|before| words[before]).unwrap_or_default();
    // The last of several days, or the end of some.
    if is_between(before) && at > 1 && (day(words[at - 2]) || is_month(words[at - 2])) {
        return None;
    }
    if day(get(0)) && is_month(get(1)) && is_year(get(2)) {
        return Some(value(Kind::Date, 3));
    }
    if is_month(get(0)) && day(get(1)) && is_year(get(2)) && language == Language::English {
        return Some(value(Kind::Date, 3));
    }
    if is_month(get(0)) && is_year(get(1)) && !day(before) {
        return Some(value(Kind::Month, 2));
    }
    let is_range = is_between(get(1)) && digits(get(2)).is_some() || is_part_of_list(words, at);
    let is_named = comes_before_years(before) && !ends(before);
    (is_year(get(0)) && is_named && !is_range && !is_unit(get(1))).then(|| value(Kind::Year, 1))
}

/// Whether a number stands beside another one of the same list or range.
fn is_part_of_list(words: &[&str], at: usize) -> bool {
    let number =
        |at: Option<usize>| at.and_then(|at| words.get(at)).is_some_and(|word| digits(word).is_some());
    let between = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).is_some_and(|word| is_between(word) || *word == ",")
    };
    let before = |steps: usize| at.checked_sub(steps);
    // The other one may have a unit of its own.
    (between(before(1)) && (number(before(2)) || number(before(3))))
        || (between(Some(at + 1)) && number(Some(at + 2)))
        || (between(Some(at + 2)) && number(Some(at + 3)) && !is_sentence_joint(words, at + 2))
        || (number(before(1)) || number(Some(at + 1)))
}

/// Whether an `and` joins two statements: what follows it has a verb of its own soon after.
fn is_sentence_joint(words: &[&str], at: usize) -> bool {
    words.get(at).is_some_and(|word| matches!(*word, "and" | "und"))
        && words.iter().skip(at + 2).take(2).any(|word| is_verb(word))
}

/// An amount, a count or a bare number that begins at this word.
fn number(words: &[&str], at: usize) -> Option<Value> {
    let digits = digits(words[at])?;
    let before = at.checked_sub(1).map(|before| words[before]).unwrap_or_default();
    let is_code =
        is_label(before) || before.ends_with('-') || before.starts_with(char::is_uppercase) && at > 1;
    if is_code || is_part_of_list(words, at) || digits.starts_with('0') && !digits.contains(['.', ',']) {
        return None;
    }
    let own = words[at];
    let value = |kind, end: usize, replaced: usize| Some(Value { kind, first: at, end, replaced });
    if own.ends_with('%') {
        return value(Kind::Share, at + 1, at + 1);
    }
    if own.ends_with('°') {
        return value(Kind::Amount, at + 1, at + 1);
    }
    let mut next = at + 1;
    while words.get(next).is_some_and(|word| is_magnitude(word)) && !ends(own) {
        next += 1;
    }
    let is_known = is_telling(digits) || next > at + 1;
    let alone = is_known && comes_before_values(before);
    if ends(words[next - 1]) {
        return if alone { value(Kind::Number, next, next) } else { None };
    }
    let follows = words.get(next).copied().unwrap_or_default();
    let share = share_words(&words[next..]);
    if share > 0 {
        return value(Kind::Share, next + share, next + share);
    }
    if is_unit(follows) {
        return value(Kind::Amount, next + 1, next);
    }
    let is_word = follows.starts_with(char::is_alphabetic) && !is_joint(follows);
    match is_word {
        // Many of one kind: other words would have to be known for what they are.
        true if is_known && is_many(follows) => value(Kind::Count, next, next),
        true => None,
        false if alone => value(Kind::Number, next, next),
        false => None,
    }
}

/// How many words at the start of these say that a percentage is meant.
fn share_words(words: &[&str]) -> usize {
    let at = |at: usize| words.get(at).map(|word| bare(word)).unwrap_or_default();
    match (at(0).as_str(), at(1).as_str()) {
        ("%" | "percent" | "prozent", _) => 1,
        ("per", "cent") => 2,
        _ => 0,
    }
}

/// Whether a word is a plural, so that `how many` goes before it.
fn is_many(word: &str) -> bool {
    let word = bare(word);
    matches!(
        word.as_str(),
        "people" | "men" | "women" | "children" | "cattle" | "species" | "were" | "different"
    ) || word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us")
        || word.len() > 3 && word.ends_with("en")
}

/// Whether a number says something by itself: small ones are everywhere.
fn is_telling(digits: &str) -> bool {
    digits.len() > 1
}

/// A name of two words or more that begins at this word.
fn name(words: &[&str], at: usize, language: Language) -> Option<Value> {
    if at == 0 || language != Language::English {
        return None;
    }
    let is_capital =
        |word: &str| word.starts_with(char::is_uppercase) && word.chars().skip(1).any(char::is_lowercase);
    let before = words[at - 1];
    if !is_capital(words[at]) || is_capital(before) && at > 1 {
        return None;
    }
    let mut end = at;
    while end < words.len() && is_capital(words[end]) {
        end += 1;
        if ends(words[end - 1]) {
            break;
        }
    }
    let follows = words.get(end).copied().unwrap_or_default();
    let is_whole = end == words.len()
        || ends(words[end - 1])
        || is_joint(follows)
        || is_verb(follows)
        || follows.ends_with("ed");
    (end - at >= 2 && is_whole).then_some(Value { kind: Kind::Name, first: at, end, replaced: end })
}
