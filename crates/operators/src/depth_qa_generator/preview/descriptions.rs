//! What a text says of its subjects, each as something that can stand in the place of its name.

use ragstill_teacher::extractive::sentences;

use super::replace::is_article;

/// What a text says of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    /// The subject's name, without its article.
    pub subject: String,
    /// What can stand in its place: `the deepest lake of the earth`.
    pub phrase: String,
}

/// Words that a sentence about its subject goes on with.
const VERBS: &[&str] = &[
    "is",
    "was",
    "has",
    "had",
    "holds",
    "held",
    "lies",
    "lay",
    "carries",
    "carried",
    "joins",
    "fills",
    "reaches",
    "reached",
    "covers",
    "covered",
    "opened",
    "collapsed",
    "mixes",
    "inhibits",
    "prevents",
    "binds",
    "relieves",
    "remains",
    "contains",
    "comes",
    "came",
    "stands",
    "stood",
    "keeps",
    "began",
    "lives",
    "connects",
    "crosses",
    "flows",
    "ist",
    "war",
];

/// Words before which a name ends: *Lake Baikal in Siberia*.
const PLACES: &[&str] = &["in", "at", "on", "over", "near", "between", "from", "under", "an", "zwischen"];

/// Words that point at something outside of a description.
const POINTERS: &[&str] = &[
    "it", "its", "they", "their", "them", "this", "these", "those", "he", "his", "she", "her", "there",
    "such", "both", "also", "one", "same", "er", "sie", "es", "sein", "seine", "ihr", "ihre", "dieser",
    "diese", "dieses",
];

/// Kinds of things that names say of themselves: *Lake Baikal*, *Forth Bridge*.
const KINDS: &[&str] = &[
    "bridge",
    "canal",
    "castle",
    "church",
    "dam",
    "desert",
    "glacier",
    "island",
    "lake",
    "mountain",
    "museum",
    "ocean",
    "river",
    "sea",
    "tower",
    "tunnel",
    "university",
    "valley",
    "volcano",
];

/// The most words of a name and of a description.
const NAME: usize = 6;
const PHRASE: usize = 18;

/// Whether a text is Chinese.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The descriptions in a text: what a subject is, and then what it does.
pub(super) fn descriptions(text: &str) -> Vec<Description> {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim_start().starts_with('#'));
    let sentences: Vec<String> = paragraphs.flat_map(sentences).collect();
    if is_chinese(text) {
        return sentences.iter().filter_map(|sentence| chinese(sentence)).collect();
    }
    let statements = statements(&sentences);
    let mut found: Vec<Description> = Vec::new();
    for Statement { subject, predicate } in &statements {
        let phrase = what_it_is(predicate);
        found.extend(phrase.map(|phrase| Description { subject: subject.clone(), phrase }));
    }
    for Statement { subject, predicate } in &statements {
        let phrase = kind(subject).and_then(|kind| what_it_does(&kind, predicate));
        found.extend(phrase.map(|phrase| Description { subject: subject.clone(), phrase }));
    }
    found
}

/// A sentence, taken apart.
struct Statement {
    subject: String,
    predicate: Vec<String>,
}

fn statements(sentences: &[String]) -> Vec<Statement> {
    let mut made = Vec::new();
    let mut last: Option<String> = None;
    for sentence in sentences {
        let Some(sentence) = sentence.strip_suffix('.') else {
            last = None;
            continue;
        };
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let verb = words.iter().take(16).position(|word| VERBS.contains(word));
        let subject = match verb {
            Some(1) if words[0] == "It" => last.clone(),
            Some(verb) => name(&words[..verb]),
            None => None,
        };
        if let (Some(subject), Some(verb)) = (&subject, verb) {
            let predicate = words[verb..].iter().map(|word| (*word).to_owned()).collect();
            made.push(Statement { subject: subject.clone(), predicate });
        }
        last = subject;
    }
    made
}

/// The name that a sentence begins with.
fn name(before_verb: &[&str]) -> Option<String> {
    let words = match before_verb {
        [article, rest @ ..] if is_article(article) && !rest.is_empty() => rest,
        [first, ..] if first.starts_with(char::is_uppercase) => before_verb,
        _ => return None,
    };
    let comma = words.iter().position(|word| word.ends_with(',')).map(|at| at + 1);
    let place = words.iter().position(|word| PLACES.contains(word));
    let end = comma.unwrap_or(words.len()).min(place.unwrap_or(words.len()));
    let name = words[..end].join(" ");
    let name = name.trim_end_matches(',');
    let is_pointer = words.first().is_some_and(|word| POINTERS.contains(&word.to_lowercase().as_str()));
    ((1..=NAME).contains(&end) && !is_pointer).then(|| name.to_owned())
}

/// `is the deepest lake of the earth`: `the deepest lake of the earth`.
fn what_it_is(predicate: &[String]) -> Option<String> {
    let [verb, article, rest @ ..] = predicate else { return None };
    let is_one_of_many = matches!(article.as_str(), "a" | "an");
    let article = match (verb.as_str(), article.as_str()) {
        ("is" | "was" | "remains", "the" | "a" | "an") => "the",
        ("ist" | "war", "der" | "die" | "das") => article,
        _ => return None,
    };
    // Its own `and` stands between two things that it is not worth telling apart.
    let phrase = first_clause(rest, &[])?;
    (!is_one_of_many || tells_apart(&phrase)).then(|| format!("{article} {phrase}"))
}

/// `mixes once a year, in late winter`: `the lake that mixes once a year`.
fn what_it_does(kind: &str, predicate: &[String]) -> Option<String> {
    let is_german = matches!(predicate[0].as_str(), "ist" | "war");
    if is_german || what_it_is(predicate).is_some() {
        return None;
    }
    let phrase = first_clause(predicate, &["and", "but", "so", "while", "because", "when"])?;
    (predicate.len() > 2 && tells_apart(&phrase)).then(|| format!("the {kind} that {phrase}"))
}

/// Whether a description has a number or a name in it, so that it is hardly true of anything else.
fn tells_apart(phrase: &str) -> bool {
    phrase.contains(|c: char| c.is_ascii_digit() || c.is_uppercase())
}

/// The words up to the first mark or one of these, if they can stand elsewhere.
fn first_clause(words: &[String], ends: &[&str]) -> Option<String> {
    let is_joint = |at: usize, word: &str| {
        // `between one and the other` has an `and` of its own.
        let paired = word == "and" && words[..at].iter().any(|word| word == "between" || word == "both");
        ends.contains(&word) && !paired
    };
    let mut clause: Vec<&str> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if is_joint(at, word) {
            break;
        }
        let bare = word.trim_end_matches([',', ';', ':']);
        clause.push(bare);
        if bare.len() < word.len() {
            break;
        }
    }
    let is_whole = !clause.iter().any(|word| {
        POINTERS.contains(&word.to_lowercase().as_str()) || word.contains(['(', ')', '"', '[', ']'])
    });
    (is_whole && (2..=PHRASE).contains(&clause.len())).then(|| clause.join(" "))
}

/// Whether a word says what kind of thing something is.
pub(super) fn is_kind(word: &str) -> bool {
    KINDS.contains(&word.to_lowercase().as_str())
}

/// The kind of thing that a name says: its last word, or its first.
fn kind(subject: &str) -> Option<String> {
    let words: Vec<String> = subject.split_whitespace().map(str::to_lowercase).collect();
    let ends = [words.last()?, words.first()?];
    if let Some(kind) = ends.into_iter().find(|word| is_kind(word)) {
        return Some(kind.clone());
    }
    // A common noun with what tells it apart: *zebra mussel*.
    let is_common = !subject.contains(char::is_uppercase) && words.len() > 1;
    is_common.then(|| words.last().cloned()).flatten()
}

/// `贝加尔湖是世界上最深的湖。`: the lake's name, and what it is.
fn chinese(sentence: &str) -> Option<Description> {
    let (subject, rest) = sentence.split_once('是')?;
    let end = rest.find(['，', '。', '、', '；', ',']).unwrap_or(rest.len());
    let phrase = &rest[..end];
    let count = phrase.chars().count();
    let is_name =
        (2..=12).contains(&subject.chars().count()) && !subject.contains(['，', '、', '这', '它', '其']);
    // `一座湖` is any lake.
    let is_one = !phrase.starts_with('一') && (4..=30).contains(&count);
    (is_name && is_one).then(|| Description { subject: subject.to_owned(), phrase: phrase.to_owned() })
}
