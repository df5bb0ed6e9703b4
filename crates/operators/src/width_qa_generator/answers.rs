//! What counts as right for a question that asks for several answers.

use super::parts::Part;

/// The most forms.
const MOST: usize = 64;

/// The most spellings of one answer that are combined with those of the others.
const SPELLINGS: usize = 8;

/// The words between answers that count as right, the one that questions ask for first. Exact match, as verl and Search-R1
/// compute it, drops punctuation, so that to it `1890; Bouch` and `1890, Bouch` are one form, and `1890 and Bouch` is another.
const BETWEEN: &[&str] = &["; ", " and "];

/// Those of German, French, Spanish, Italian and Chinese, where the question is in one of them.
const OTHERS: &[(&str, &[&str])] = &[
    (" und ", &["der", "die", "das", "wie", "wann", "wer", "welche", "welches", "welcher", "wurde", "ist"]),
    (" et ", &["est", "quel", "quelle", "qui", "dans", "les"]),
    (" y ", &["qué", "cuál", "quién", "dónde", "cuándo", "los"]),
    (" e ", &["quale", "chi", "dove", "quando", "della", "il"]),
];

/// The forms in which the answers of these parts, asked for in this order by this question, count as right: the preferred
/// answers joined by a semicolon, then their other spellings, then the same with `and` in the question's language.
///
/// At most 64 forms, each of at most eight spellings of an answer, the preferred ones first.
pub(super) fn joined(question: &str, parts: &[&Part]) -> Vec<String> {
    let mut forms: Vec<Vec<&str>> = vec![Vec::new()];
    for part in parts {
        let spellings = &part.answers[..part.answers.len().min(SPELLINGS)];
        forms = spellings
            .iter()
            .flat_map(|answer| forms.iter().map(move |form| [&form[..], &[answer.as_str()]].concat()))
            .take(MOST)
            .collect();
    }
    let mut made: Vec<String> = Vec::new();
    for between in betweens(question) {
        for form in &forms {
            let form = form.join(between);
            if made.len() < MOST && !made.contains(&form) {
                made.push(form);
            }
        }
    }
    made
}

/// What stands between answers to this question.
fn betweens(question: &str) -> Vec<&'static str> {
    if question.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return vec!["; ", "；", "、", "和"];
    }
    let lower = question.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).collect();
    let count = |known: &[&str]| words.iter().filter(|word| known.contains(word)).count();
    let other =
        OTHERS.iter().map(|(between, known)| (count(known), *between)).max_by_key(|(count, _)| *count);
    let other = other.filter(|(count, _)| *count >= 2).map(|(_, between)| between);
    BETWEEN.iter().copied().chain(other).collect()
}

#[cfg(test)]
mod tests {
    use super::{Part, joined};

    fn part(answers: &[&str]) -> Part {
        Part {
            question: String::new(),
            identifier: String::new(),
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        }
    }

    #[test]
    fn preferred_answers_come_first_and_spellings_are_combined() {
        let (year, name) = (part(&["1890", "in 1890"]), part(&["Thomas Bouch"]));
        let question = "When was one bridge opened, and who designed the other?";
        assert_eq!(
            joined(question, &[&year, &name]),
            [
                "1890; Thomas Bouch",
                "in 1890; Thomas Bouch",
                "1890 and Thomas Bouch",
                "in 1890 and Thomas Bouch"
            ]
        );
        assert_eq!(joined(question, &[&name, &year])[0], "Thomas Bouch; 1890");
        assert_eq!(joined(question, &[&year, &name, &part(&["5 m"])])[0], "1890; Thomas Bouch; 5 m");
    }

    #[test]
    fn languages_have_their_own_and() {
        let (a, b) = (part(&["1890"]), part(&["Bouch"]));
        let of = |question: &str| joined(question, &[&a, &b]);
        assert!(
            of("Wann wurde die Brücke eröffnet, und wer plante sie?").contains(&"1890 und Bouch".to_owned())
        );
        assert!(of("Quand le pont est ouvert, et qui est son auteur?").contains(&"1890 et Bouch".to_owned()));
        let chinese = of("福斯桥何时通车，由谁设计？");
        assert!(chinese.contains(&"1890、Bouch".to_owned()) && chinese[0] == "1890; Bouch");
        assert_eq!(of("When, and who?"), ["1890; Bouch", "1890 and Bouch"]);
    }

    #[test]
    fn there_are_never_too_many() {
        let many: Vec<String> = (0..100).map(|n| format!("a{n}")).collect();
        let many = part(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let forms = joined("Q?", &[&many, &many, &many]);
        assert_eq!((forms.len(), forms[0].as_str()), (64, "a0; a0; a0"));
    }
}
