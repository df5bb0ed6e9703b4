//! What agentic RAG asks for: conclusions of a document, questions and their answers, scores.
//!
//! A conclusion is the word that follows another one in the document. So the document, and nothing else, leads to the answer,
//! and a server that knows neither conclusions nor questions but from the request at hand still answers them right.

use serde_json::{Value, json};

use super::{document_of, fill};
use crate::draw::Draws;
use crate::request::ChatRequest;

/// The questions for a relation, in its place `{0}`.
const QUESTIONS: [&str; 4] = [
    "What is {0}?",
    "Which term is {0}?",
    "Which is it, namely {0}?",
    "By which term is it known, namely {0}?",
];

/// The longer words of these and of the relations: as an answer they would stand in their own question.
const OWN: [&str; 9] = ["what", "comes", "behind", "where", "meet", "which", "term", "known", "namely"];

/// The answer to the request, if it is one of these.
pub(super) fn answer(request: &ChatRequest, words: &[&str], draws: &mut Draws) -> Option<String> {
    let asks_for = |part: &str| request.messages().iter().any(|message| message.content.contains(part));
    let prompt = request.prompt();
    Some(if asks_for("{\"content_identifier\": \"…\"}") {
        json!({"content_identifier": fill("the {0} of {1}", words)}).to_string()
    } else if asks_for("\"conclusion\":") {
        conclusions(document_of(prompt), draws)
    } else if asks_for("{\"Q\": \"…\"}") {
        let question = fill(draws.pick(&QUESTIONS), &[block(prompt, "relation")]);
        json!({"Q": question}).to_string()
    } else if asks_for("\"refined_answer\":") {
        let (question, answer) = (block(prompt, "question"), block(prompt, "answer"));
        json!({"question": question, "original_answer": answer, "refined_answer": answer}).to_string()
    } else if asks_for("\"answer_score\":") {
        score(block(prompt, "accepted answer"), block(prompt, "answer"), draws)
    } else if asks_for("You answer questions from memory") {
        match draws.below(4) {
            0 => words[0].to_owned(),
            _ => "I don't know".to_owned(),
        }
    } else if asks_for("You answer a question from one document") {
        golden(document_of(prompt), block(prompt, "question"), draws)
    } else if asks_for("JSON list of strings") {
        let answer = block(prompt, "answer");
        json!([answer, answer.to_uppercase(), format!("the {answer}")]).to_string()
    } else {
        return None;
    })
}

/// What a prompt holds between `<name>` and `</name>` lines.
pub(super) fn block<'a>(prompt: &'a str, name: &str) -> &'a str {
    let inner = prompt
        .split_once(&format!("<{name}>\n"))
        .and_then(|(_, rest)| rest.split_once(&format!("\n</{name}>")));
    inner.map_or("", |(inner, _)| inner)
}

/// The words of a text, in lower case.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The word that follows the first occurrence of another.
fn after<'a>(words: &'a [String], word: &str) -> Option<&'a str> {
    words.iter().position(|known| known == word).and_then(|at| words.get(at + 1)).map(String::as_str)
}

/// Three to six conclusions; now and then one stands twice, and now and then there are many more, or none.
fn conclusions(document: &str, draws: &mut Draws) -> String {
    let words = words_of(document);
    let count = match draws.below(40) {
        0 => 0,
        1 => 60,
        _ => 3 + draws.below(4),
    };
    let mut items: Vec<Value> = Vec::new();
    for _ in 0..count {
        // Without enough words there are fewer.
        for _ in 0..8 {
            if words.len() < 4 {
                break;
            }
            let mut pick = || words[draws.below(words.len())].as_str();
            let (key, one, other) = (pick(), pick(), pick());
            let is_good =
                |next: &&str| next.len() >= 4 && ![key, one, other].contains(next) && !OWN.contains(next);
            let Some(conclusion) = after(&words, key).filter(is_good) else { continue };
            let relation = format!("what comes behind \"{key}\" where {one} and {other} meet");
            items.push(json!({"conclusion": conclusion, "R": relation}));
            break;
        }
    }
    if draws.below(10) == 0
        && let Some(first) = items.first().cloned()
    {
        items.push(first);
    }
    let list = Value::from(items);
    match draws.below(3) {
        0 => list.to_string(),
        _ => format!("These can be checked.\n\n```json\n{list:#}\n```"),
    }
}

/// The answer of the document to a question, now and then in a sentence, now and then none.
fn golden(document: &str, question: &str, draws: &mut Draws) -> String {
    let words = words_of(document);
    let asked = question.split('"').nth(1).unwrap_or_default();
    match (after(&words, asked), draws.below(10)) {
        (None, _) | (_, 0) => "I don't know".to_owned(),
        (Some(answer), 1..3) => format!("It is {answer}."),
        (Some(answer), _) => answer.to_owned(),
    }
}

/// The score of an answer: an accepted one in it is the same, or more; of six others one has it in it all the same.
fn score(accepted: &str, answer: &str, draws: &mut Draws) -> String {
    let stands_in_it = words_of(answer).iter().any(|word| word.eq_ignore_ascii_case(accepted));
    let (score, analysis) = match (stands_in_it, draws.below(6)) {
        (true, 0) => (1, "It names it beside others."),
        (true, _) => (2, "It says the same in a sentence."),
        (false, 0) => (1, "It has it in it, with more."),
        (false, _) => (0, "It says something else."),
    };
    json!({"answer_analysis": analysis, "answer_score": score}).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::contents::answer;
    use crate::request::ChatRequest;

    const TEXT: &str = "Laminar boundary layers separate earlier over concave surfaces than turbulent ones, unless suction removes the slow fluid near the wall, and wakes behind bluff bodies shed vortices in pairs.";

    fn ask(system: &str, user: &str) -> String {
        let body = json!({ "model": "m", "messages": [
            { "role": "system", "content": system },
            { "role": "user", "content": user },
        ]});
        answer(&ChatRequest::parse(body.to_string().into()).unwrap())
    }

    fn json_in(reply: &str) -> Value {
        let start = reply.find(['{', '[']).unwrap();
        serde_json::from_str(&reply[start..=reply.rfind(['}', ']']).unwrap()]).unwrap()
    }

    #[test]
    fn a_document_leads_to_the_answers_of_its_conclusions() {
        let (mut right, mut known, mut all) = (0, 0, 0);
        for number in 0..60 {
            let text = format!("<document>\n{TEXT} Case {number}.\n</document>");
            let list = json_in(&ask("[{\"conclusion\": …, \"R\": …}]", &text));
            for item in list.as_array().unwrap() {
                let (conclusion, relation) =
                    (item["conclusion"].as_str().unwrap(), item["R"].as_str().unwrap());
                let asked = ask("{\"Q\": \"…\"}", &format!("<relation>\n{relation}\n</relation>\n{number}"));
                let question = json_in(&asked)["Q"].as_str().unwrap().to_owned();
                assert!(
                    question.contains(relation) && !question.contains(&format!(" {conclusion} ")),
                    "{question}"
                );
                let block = format!("<question>\n{question}\n</question>");
                let golden = ask("You answer a question from one document", &format!("{text}\n\n{block}"));
                right += usize::from(golden.contains(conclusion));
                let closed = ask("You answer questions from memory", &format!("{block} {number}"));
                known += usize::from(closed != "I don't know");
                all += 1;
            }
        }
        assert!(all > 180 && right * 10 > all * 8 && right < all, "{right} of {all} right");
        assert!(known * 8 > all && known * 3 < all, "{known} of {all} answered");
    }

    #[test]
    fn scores_are_those_of_the_scale() {
        let score = |answer: &str| {
            let prompt =
                format!("<accepted answer>\nwakes\n</accepted answer>\n\n<answer>\n{answer}\n</answer>");
            json_in(&ask("{\"answer_analysis\": …, \"answer_score\": 2}", &prompt))["answer_score"]
                .as_u64()
                .unwrap()
        };
        let scores = |answer: &str| -> Vec<u64> {
            (0..40).map(|number| score(&format!("{answer} {number}"))).collect()
        };
        assert!(scores("It is wakes.").iter().all(|score| (1..=2).contains(score)));
        let others = scores("It is pairs.");
        assert!(others.contains(&0) && others.iter().filter(|score| **score == 0).count() > 20);
    }
}
