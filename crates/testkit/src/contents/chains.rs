//! What chains of searches ask for: steps, answers from passages, short answers, judgments.
//!
//! A chain searches three times and then finishes with the last two words of its question, which a test makes its answer. Of
//! sixteen steps three are of no use and have to be asked again, of four answers from passages one says that they hold none, and
//! of eight chains one ends with a wrong answer. Half of the steps run ahead and invent what comes next.

use serde_json::json;

use super::agentic::block;
use super::fill;
use crate::draw::Draws;
use crate::request::ChatRequest;

/// Searches of a chain.
const SEARCHES: usize = 3;

/// The answer to the request, if it is one of these. Nothing is drawn for requests that are none of these.
pub(super) fn answer(request: &ChatRequest, words: &[&str], draws: &mut Draws) -> Option<String> {
    let messages = request.messages();
    let first = messages.first()?;
    let asks_for = |part: &str| first.content.contains(part);
    Some(if asks_for("{'function': 'search', 'parameters': {'query':") || asks_for("{\"name\": \"search\"") {
        let asked = messages.iter().find(|message| message.role == "user")?;
        let question = Some(block(&asked.content, "question")).filter(|question| !question.is_empty());
        let done = messages.iter().filter(|message| message.role == "assistant").count();
        step(question.unwrap_or(&asked.content), done, draws)
    } else if asks_for("You answer a query from the passages") {
        match draws.below(4) {
            0 => fill("The passages do not answer this. They are about {0} instead.", words),
            _ => fill(
                "It follows from {0} that {1} depends on {2}. That holds as long as {3} is small.",
                words,
            ),
        }
    } else if asks_for("Several searches were made") {
        last_words(block(request.prompt(), "question"))
    } else if asks_for("\"correct\":") {
        let (accepted, given) =
            (block(request.prompt(), "accepted answer"), block(request.prompt(), "prediction"));
        let correct = given.contains(accepted);
        json!({"reason": "They were compared.", "correct": correct}).to_string()
    } else {
        return None;
    })
}

/// A question's last two words.
fn last_words(question: &str) -> String {
    let words: Vec<&str> = question.trim_end_matches(['?', ' ', '\n']).split_whitespace().collect();
    words[words.len().saturating_sub(2)..].join(" ")
}

/// The step after this many.
fn step(question: &str, done: usize, draws: &mut Draws) -> String {
    let number = done + 1;
    let thought = format!("Thought {number}: Step {number} of what is asked about {}.", last_words(question));
    let action = match draws.below(16) {
        0 => return format!("{thought} I would rather explain than act."),
        1 => "{'function': 'python', 'parameters': {'query': 'print(1)'}}".to_owned(),
        2 => "__import__('os').system('ls')".to_owned(),
        _ if done < SEARCHES => {
            // With an apostrophe that a careless model leaves as it is.
            let query = format!("What's known of {} in step {number}?", last_words(question));
            format!("{{'function': 'search', 'parameters': {{'query': '{query}'}}}}")
        }
        _ => {
            let answer = if draws.below(8) == 0 { "nobody at all".to_owned() } else { last_words(question) };
            format!("{{'function': 'finish', 'parameters': {{'answer': '{answer}'}}}}")
        }
    };
    let step = format!("{thought}\nAction {number}:\n```\n{action}\n```");
    if draws.below(2) == 0 || done >= SEARCHES {
        return step;
    }
    let next = number + 1;
    format!(
        "{step}\nObservation {number}: It is invented.\nThought {next}: So I can finish.\nAction {next}:\n```\n{{'function': 'finish', 'parameters': {{'answer': 'invented'}}}}\n```"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::answer;
    use crate::request::ChatRequest;

    fn step(question: usize, done: usize) -> String {
        let mut messages = vec![
            json!({"role": "system", "content": "… {'function': 'search', 'parameters': {'query': 'x'}} …"}),
            json!({"role": "user", "content": format!("<question>\nWhat is known of item {question}?\n</question>\n\nGo on.")}),
        ];
        for _ in 0..done {
            messages.push(json!({"role": "assistant", "content": "Thought"}));
            messages.push(json!({"role": "user", "content": "Observation"}));
        }
        let body = json!({"model": "m", "messages": messages});
        answer(&ChatRequest::parse(body.to_string().into()).unwrap())
    }

    #[test]
    fn chains_search_three_times_and_finish_mostly_right() {
        let (mut useless, mut ahead, mut right) = (0, 0, 0);
        for question in 0..400 {
            for done in 0..3 {
                let reply = step(question, done);
                assert!(reply.starts_with(&format!("Thought {}: ", done + 1)), "{reply}");
                useless += usize::from(!reply.contains("{'function': 'search'"));
                ahead += usize::from(reply.contains("invented"));
            }
            right += usize::from(step(question, 3).contains(&format!("{{'answer': 'item {question}'}}")));
        }
        assert!((150..300).contains(&useless), "{useless} of 1200 are of no use");
        assert!((400..650).contains(&ahead), "{ahead} of 1200 run ahead");
        assert!((230..330).contains(&right), "{right} of 400 finish right");
    }
}
