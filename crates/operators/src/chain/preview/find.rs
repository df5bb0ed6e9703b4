//! The sentence of some passages that answers a query.

use std::collections::BTreeMap;

use ragstill_retrieve::Analyzer;
use ragstill_teacher::extractive::sentences;

use super::value::Wanted;

/// The share of a question's weight, in percent, that a passage must have for its sentences to be answers.
const COVERED: usize = 60;

/// The share of the weight of a query in key words.
const COVERED_IN_KEY_WORDS: usize = 40;

/// How much more names and numbers weigh than other words.
const NAME: usize = 3;

/// What stands before a name that was found.
const IT_IS: &str = "It is ";

/// What stands between the title of a passage and its sentence.
const SAYS: &str = "\" says: ";

/// The stems of a query with their weight.
struct Terms(BTreeMap<String, usize>);

impl Terms {
    fn of(query: &str) -> Self {
        let mut terms = BTreeMap::new();
        for (at, word) in query.split_whitespace().enumerate() {
            let is_name =
                word.contains(|c: char| c.is_ascii_digit()) || at > 0 && word.starts_with(char::is_uppercase);
            // `how` and `which` are in no sentence that answers.
            if at == 0
                && matches!(word.to_lowercase().as_str(), "how" | "which" | "what" | "who" | "when" | "where")
            {
                continue;
            }
            for stem in stems(word) {
                let weight = terms.entry(stem).or_insert(0);
                *weight = (*weight).max(if is_name { NAME } else { 1 });
            }
        }
        for asking in ["mani", "year", "which", "what", "who", "when", "how"] {
            terms.remove(asking);
        }
        Self(terms)
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// The weight of those that stand in a text.
    fn shared(&self, text: &str) -> usize {
        let mut own = stems(text);
        own.sort();
        own.dedup();
        own.iter().filter_map(|stem| self.0.get(stem)).sum()
    }
}

fn stems(text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    Analyzer::english().for_each_term(text, |term| stems.push(term.to_owned()));
    stems
}

/// The answer to a query that one of the passages holds, if one does.
pub(super) fn answer(query: &str, passages: &[&str]) -> Option<String> {
    let terms = Terms::of(query);
    let wanted = Wanted::of(query);
    let least = if query.trim_end().ends_with('?') { COVERED } else { COVERED_IN_KEY_WORDS };
    let mut best: Option<(usize, &str, String)> = None;
    for passage in passages {
        let covered = terms.shared(passage);
        if covered * 100 < terms.total() * least {
            continue;
        }
        let heading = terms.shared(title(passage));
        for sentence in body(passage) {
            if !wanted.is_in(&sentence) {
                continue;
            }
            let score = 4 * terms.shared(&sentence) + 2 * covered + heading;
            if best.as_ref().is_none_or(|(most, ..)| score > *most) {
                best = Some((score, passage, sentence));
            }
        }
    }
    let (_, passage, sentence) = best?;
    let title = title(passage);
    Some(match wanted {
        Wanted::Name => format!("{IT_IS}{}. {sentence}", within(&head(title))),
        _ if title.is_empty() => sentence,
        _ => format!("The text \"{}{SAYS}{sentence}", title.replace('"', "'")),
    })
}

/// The sentences of a passage, headings left out.
fn body(passage: &str) -> Vec<String> {
    let lines: Vec<&str> = passage.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let text = lines.join("\n");
    let sentences = sentences(&text);
    // A title without a mark of its own is no sentence.
    sentences.into_iter().filter(|sentence| sentence.ends_with(['.', '!', '?', '"', ')', '。'])).collect()
}

/// The first line of a passage, if it looks like a title.
pub(super) fn title(passage: &str) -> &str {
    let line = passage.trim_start().lines().next().unwrap_or_default();
    let title = line.trim_start_matches(['#', ' ', '"']).trim_end_matches(['"', ' ']);
    let is_title = line.starts_with('#')
        || (line.len() < passage.trim().len() && line.len() <= 120 && !line.ends_with('.'));
    if is_title { title } else { "" }
}

/// What a title names: its part before what it says about it.
fn head(title: &str) -> String {
    let ends = [": ", ", ", " and ", " in ", " of "].iter().filter_map(|end| title.find(end));
    title[..ends.min().unwrap_or(title.len())].trim().to_owned()
}

/// A name as it stands within a sentence.
pub(super) fn within(name: &str) -> String {
    for article in ["The ", "A ", "An "] {
        if let Some(rest) = name.strip_prefix(article) {
            return format!("{}{rest}", article.to_lowercase());
        }
    }
    name.to_owned()
}

/// The name that an observation gives.
pub(super) fn name_in(observation: &str) -> Option<String> {
    let rest = observation.strip_prefix(IT_IS)?;
    let end = rest.find(". ").unwrap_or(rest.trim_end_matches('.').len());
    Some(rest[..end].to_owned()).filter(|name| !name.is_empty())
}

/// The sentence that an observation quotes, or all of it.
pub(super) fn sentence_of(observation: &str) -> &str {
    let behind_name =
        || name_in(observation).and_then(|name| observation.get(IT_IS.len() + name.len() + 2..));
    let behind_title = || observation.split_once(SAYS).map(|(_, sentence)| sentence);
    behind_title().or_else(behind_name).unwrap_or(observation).trim()
}
