//! Plausible contents: RARE's questions and reasoning, judgments of its negatives, what RAG data, agentic RAG and chains of
//! searches ask for, and
//! nonsense.

mod agentic;
mod chains;
mod depth_width;
mod rag;

use serde_json::json;

use crate::draw::{Draws, Purpose, RequestKey};
use crate::request::ChatRequest;

/// The words that a question is made of, in their places `{0}`, `{1}` …
const QUESTIONS: [&str; 5] = [
    "How would {0} change once {1} limits {2}, and what does that mean for {3}?",
    "Why does {0} depend on {1} when {2} is held constant but {3} is not?",
    "Which of {0} and {1} explains the observed {2}, and under what conditions would {3} reverse it?",
    "What follows for {0} if {1} is neglected, given that {2} and {3} are coupled?",
    "By what mechanism could {0} account for {1} although {2} suggests {3}?",
];

const SCENARIOS: [&str; 4] = [
    "A team that works on {0} finds that {1} no longer agrees with its earlier results. {4} was measured \
     twice, and only {2} differs between the two series. They must decide whether {3} is the cause.",
    "An engineer reviews a design in which {0} and {1} were treated separately. The tests show {2} where none \
     was expected, and {4} was not recorded. A decision about {3} is due.",
    "Two groups report opposite findings about {0}. The first controlled {1}, the second did not, and both \
     neglected {4}. The measurements of {2} are otherwise alike, and {3} remains unexplained.",
    "During a long trial, {0} stayed stable until {1} was altered. Since then {2} drifts slowly, while {4} is \
     unchanged. The operators wonder about {3}.",
];

const ALOUD: [&str; 4] = [
    "Let me think about what this text makes answerable without naming it.",
    "The text turns on one relation, so the question should need it rather than repeat it.",
    "First the core idea, then a situation in which somebody would have to use it.",
    "I will ask for a mechanism, not for a fact that can be looked up.",
];

const REASONING: [&str; 8] = [
    "The essential problem is how {0} and {1} act on each other, not either of them alone.",
    "The first thing to settle is whether {2} is a cause or only a companion of {0}.",
    "One of the documents states the relation between {1} and {3} directly, and that is the evidence needed.",
    "The others share the words {2} and {0}, but treat a different question, so they decide nothing here.",
    "If {3} were the cause, {1} would have to change with it, which the scenario rules out.",
    "What remains is that {0} acts through {2}, and that its effect grows while {3} stays small.",
    "A check at the limits agrees: without {1} the effect vanishes, and with much {1} it saturates.",
    "Therefore the answer is that {0} governs the outcome as long as {2} is held, and {3} only shifts it.",
];

/// Stands in where a prompt has too few words of its own.
const SPARE_WORDS: [&str; 12] = [
    "pressure",
    "temperature",
    "friction",
    "diffusion",
    "feedback",
    "capacity",
    "turnover",
    "resonance",
    "gradient",
    "threshold",
    "symmetry",
    "saturation",
];

/// What commonly stands before the document in a prompt, in lower case.
const DOCUMENT_MARKS: [&str; 10] = [
    "<document>",
    "<doc>",
    "<text>",
    "<passage>",
    "<knowledge>",
    "<right>",
    "<reference>",
    "document:",
    "passage:",
    "text:",
];

pub(crate) fn answer(request: &ChatRequest) -> String {
    let mut draws = Draws::new(0, request.key(), Purpose::Content, 0);
    let words = draw_words(document_of(request.prompt()), &mut draws);
    let asks_for = |part: &str| request.messages().iter().any(|message| message.content.contains(part));
    if asks_for("hard_query") {
        hard_query(&words, &mut draws)
    } else if asks_for("\"answers\":") {
        judgment(&words, &mut draws)
    } else if asks_for("Not suitable") {
        rag::suitability(&words, &mut draws)
    } else if asks_for("**QUESTION:**") {
        rag::pairs(&words, &mut draws)
    } else if asks_for("\"passes\":") {
        rag::verdict(&words, &mut draws)
    } else {
        // Those of chains name what they are in their first message. The next also ask for an answer from memory, in a shape of their own.
        chains::answer(request, &words, &mut draws)
            .or_else(|| depth_width::answer(request, &words, &mut draws))
            .or_else(|| agentic::answer(request, &words, &mut draws))
            .unwrap_or_else(|| sentences(&REASONING, &words))
    }
}

/// The reasoning text of a reasoning model, whatever it is asked.
pub(crate) fn reasoning(key: RequestKey) -> String {
    let mut draws = Draws::new(0, key, Purpose::Reasoning, 0);
    let words = draw_words("", &mut draws);
    sentences(&REASONING[..4], &words)
}

/// Words in a row that answer nothing and hold no JSON.
pub(crate) fn nonsense(key: RequestKey) -> String {
    let mut draws = Draws::new(0, key, Purpose::Content, 1);
    let words: Vec<_> = (0..40).map(|_| draws.pick(&SPARE_WORDS)).collect();
    words.join(" ")
}

fn hard_query(words: &[&str], draws: &mut Draws) -> String {
    let question = fill(draws.pick(&QUESTIONS), words);
    let scenario = fill(draws.pick(&SCENARIOS), words);
    let answer = json!({ "hard_query": { "question": question, "scenario": scenario } });
    match draws.below(10) {
        0..3 => answer.to_string(),
        3..5 => format!("```json\n{answer:#}\n```"),
        _ => format!("{}\n\n```json\n{answer:#}\n```", draws.pick(&ALOUD)),
    }
}

/// Whether a passage answers a question: of four one does.
fn judgment(words: &[&str], draws: &mut Draws) -> String {
    let answers = draws.below(4) == 0;
    let reason =
        if answers { "It states how {0} follows from {1}." } else { "It speaks of {0} but not of {1}." };
    json!({ "reason": fill(reason, words), "answers": answers }).to_string()
}

fn sentences(templates: &[&str], words: &[&str]) -> String {
    let filled: Vec<_> = templates.iter().map(|template| fill(template, words)).collect();
    filled.join(" ")
}

/// Puts `words` into the places of a template. A place that begins a sentence gets a capital.
fn fill(template: &str, words: &[&str]) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (place, tail) = after.split_once('}').unwrap_or((after, ""));
        let word = place.parse::<usize>().ok().and_then(|place| words.get(place)).unwrap_or(&"it");
        if filled.is_empty() || filled.ends_with(". ") {
            let mut letters = word.chars();
            filled.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            filled.push_str(letters.as_str());
        } else {
            filled.push_str(word);
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// The part of a prompt that is most likely the document: what follows the last usual mark that begins a
/// line, else the longest paragraph.
fn document_of(prompt: &str) -> &str {
    let after_mark = |at: usize| {
        let line = &prompt.as_bytes()[at..];
        let begins_line = |mark: &&&str| {
            line.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()))
        };
        DOCUMENT_MARKS.iter().find(begins_line).map(|mark| &prompt[at + mark.len()..])
    };
    match std::iter::once(0).chain(line_starts(prompt)).filter_map(after_mark).next_back() {
        Some(document) => {
            let end = line_starts(document).find(|&at| document[at..].starts_with("</"));
            end.map_or(document, |end| &document[..end - 1])
        }
        None => prompt.split("\n\n").max_by_key(|paragraph| paragraph.len()).unwrap_or(prompt),
    }
}

/// Where every line but the first begins. (Single characters are searched much faster than strings.)
fn line_starts(text: &str) -> impl DoubleEndedIterator<Item = usize> {
    text.match_indices('\n').map(|(at, _)| at + 1)
}

/// Five different words of a text, each of five letters or more.
///
/// Looked up at random places, because reading the whole of every prompt would cost a benchmark's server more
/// than all the rest of its work.
fn draw_words<'a>(text: &'a str, draws: &mut Draws) -> Vec<&'a str> {
    let mut words: Vec<&str> = Vec::with_capacity(5);
    for attempt in 0.. {
        if words.len() == 5 {
            break;
        }
        let found = if attempt < 40 { word_near(text, draws) } else { Some(draws.pick(&SPARE_WORDS)) };
        if let Some(word) = found.filter(|word| !words.iter().any(|known| known.eq_ignore_ascii_case(word))) {
            words.push(word);
        }
    }
    words
}

/// The first word of 5 to 40 bytes after a random space.
fn word_near<'a>(text: &'a str, draws: &mut Draws) -> Option<&'a str> {
    let at = if text.is_empty() { 0 } else { draws.below(text.len()) };
    let space = text.as_bytes()[at..].iter().position(u8::is_ascii_whitespace);
    let rest = &text[space.map_or(0, |space| at + space)..];
    rest.split(|letter: char| !letter.is_alphabetic()).find(|word| (5..=40).contains(&word.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{answer, document_of, draw_words, nonsense, reasoning};
    use crate::draw::{Draws, Purpose, RequestKey};
    use crate::request::ChatRequest;

    fn request(user: &str) -> ChatRequest {
        let body = json!({ "model": "m", "messages": [
            { "role": "system", "content": "You write questions." },
            { "role": "user", "content": user },
        ]});
        ChatRequest::parse(body.to_string().into()).unwrap()
    }

    fn prompt(number: usize) -> String {
        format!(
            "Write one question as {{\"hard_query\": {{\"question\": …, \"scenario\": …}}}}.\n\nDocument:\n\
             Laminar boundary layers separate earlier over concave surfaces than turbulent ones {number}."
        )
    }

    #[test]
    fn questions_are_json_of_the_documents_words() {
        let document = document_of(&prompt(0)).to_lowercase();
        let (mut bare, mut preceded) = (0, 0);
        for number in 0..200 {
            let answer = answer(&request(&prompt(number)));
            bare += usize::from(answer.starts_with('{'));
            preceded += usize::from(!answer.starts_with(['{', '`']));
            let json = &answer[answer.find('{').unwrap()..=answer.rfind('}').unwrap()];
            let value: Value = serde_json::from_str(json).unwrap();
            let question = value["hard_query"]["question"].as_str().unwrap().to_lowercase();
            let shared = question
                .split(|letter: char| !letter.is_alphabetic())
                .filter(|word| word.len() >= 5 && document.contains(word));
            assert!(shared.count() >= 3, "{question}");
            assert!(question.ends_with('?'));
            assert!(value["hard_query"]["scenario"].as_str().unwrap().split(". ").count() >= 3);
        }
        assert!((30..90).contains(&bare), "{bare} of 200 are bare JSON");
        assert!((60..140).contains(&preceded), "{preceded} of 200 think aloud");
    }

    #[test]
    fn some_passages_are_judged_to_answer() {
        let judged = (0..400).filter(|number| {
            let asked =
                format!("End with {{\"reason\": …, \"answers\": true}}.\n\nPassage {number} on drag.");
            let value: Value = serde_json::from_str(&answer(&request(&asked))).unwrap();
            assert!(!value["reason"].as_str().unwrap().is_empty());
            value["answers"].as_bool().unwrap()
        });
        let judged = judged.count();
        assert!((60..140).contains(&judged), "{judged} of 400");
    }

    #[test]
    fn other_prompts_get_reasoning_and_the_same_one_each_time() {
        let first = answer(&request("Which documents help?\n\nPropellers stall at high incidence."));
        assert!(first.split(". ").count() >= 6, "{first}");
        assert!(!first.contains(['{', '}']), "{first}");
        assert!(["propellers", "stall", "incidence"].iter().any(|word| first.to_lowercase().contains(word)));
        assert_eq!(first, answer(&request("Which documents help?\n\nPropellers stall at high incidence.")));
        assert_ne!(first, answer(&request("Which documents help?\n\nPropellers stall at low incidence.")));
    }

    #[test]
    fn the_document_is_what_follows_a_mark_or_the_longest_paragraph() {
        assert_eq!(document_of("Read.\n\n<document>\nwing\n\ntail\n</document>\nAsk."), "\nwing\n\ntail");
        assert_eq!(document_of("Ask.\nDOCUMENT: wing"), " wing");
        assert_eq!(document_of("Ask.\n\na longer paragraph\n\nend"), "a longer paragraph");
        assert_eq!(document_of(""), "");
        assert_eq!(document_of("déjà\n\ntéléphone"), "téléphone");
    }

    #[test]
    fn texts_without_words_get_spare_ones() {
        for text in ["", "a b c", "1234567890", "日本", "\u{1F600} \u{1F600}"] {
            let mut draws = Draws::new(0, RequestKey::new(1), Purpose::Content, 0);
            let words = draw_words(text, &mut draws);
            let different: std::collections::HashSet<_> = words.iter().collect();
            assert_eq!((words.len(), different.len()), (5, 5), "{text:?}");
        }
    }

    #[test]
    fn nonsense_and_reasoning_hold_no_json() {
        for key in (0..50).map(RequestKey::new) {
            assert!(!nonsense(key).contains('{') && !reasoning(key).contains('{'));
        }
        assert_ne!(nonsense(RequestKey::new(1)), nonsense(RequestKey::new(2)));
    }
}
