//! What deeper and wider questions ask for: steps, judgments of them, questions made of questions.

use serde_json::json;

use super::agentic::block;
use super::fill;
use crate::draw::Draws;
use crate::request::ChatRequest;

/// The answer to the request, if it is one of these.
pub(super) fn answer(request: &ChatRequest, words: &[&str], draws: &mut Draws) -> Option<String> {
    let asks_for = |part: &str| request.messages().iter().any(|message| message.content.contains(part));
    let prompt = request.prompt();
    // Seven of eight judgments let what they judge pass. Nothing is drawn for requests that are none of these.
    let mut passes = || draws.below(8) > 0;
    Some(if asks_for("{\"identifier\": \"…\", \"relation\": \"…\"}") {
        let step = json!({"identifier": fill("the kinds of {0} and {1}", words), "relation": fill("the one with {2}", words)});
        format!("It belongs to several things.\n\n```json\n{step:#}\n```")
    } else if asks_for("\"new_query\": \"valid\"") {
        let word = if passes() { "valid" } else { "invalid" };
        json!({"analysis": "It was looked up.", "new_query": word}).to_string()
    } else if asks_for("{\"new_query\": \"…\"}") {
        let question =
            block(prompt, "question").replace(block(prompt, "identifier"), block(prompt, "superset"));
        json!({"new_query": format!("Of {}, {}: {question}", block(prompt, "superset"), block(prompt, "relation"))}).to_string()
    } else if asks_for("\"content_identifier\": \"…\"}]") {
        let question = questions(prompt).join(" And: ");
        let item =
            json!({"question": question, "index": [0, 1], "content_identifier": fill("{0} and {1}", words)});
        format!("```json\n{}\n```", json!([item]))
    } else if asks_for("\"state\": 1}]") {
        json!([{"index": [0, 1], "complex_question": block(prompt, "merged question"), "state": u8::from(passes())}]).to_string()
    } else if asks_for("\"llm_answer\": \"…; …\"}]") {
        let guess = fill("{0}; {1}", words);
        let answer = if passes() { "I don't know" } else { guess.as_str() };
        json!([{"index": [0, 1], "complex_question": block(prompt, "question"), "llm_answer": answer}])
            .to_string()
    } else {
        return None;
    })
}

/// Every question that a prompt holds.
fn questions(prompt: &str) -> Vec<&str> {
    let parts = prompt.split("<question>\n").skip(1);
    parts.filter_map(|part| part.split_once("\n</question>").map(|(question, _)| question)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::contents::answer;
    use crate::request::ChatRequest;

    fn ask(system: &str, user: &str) -> Value {
        let body = json!({ "model": "m", "messages": [
            { "role": "system", "content": system },
            { "role": "user", "content": user },
        ]});
        let reply = answer(&ChatRequest::parse(body.to_string().into()).unwrap());
        let start = reply.find(['{', '[']).unwrap();
        serde_json::from_str(&reply[start..=reply.rfind(['}', ']']).unwrap()]).unwrap()
    }

    #[test]
    fn replies_have_the_shapes_that_are_asked_for() {
        let step =
            ask(r#"{"identifier": "…", "relation": "…"}"#, "<text>\nLaminar layers separate early.\n</text>");
        assert!(step["identifier"].is_string() && step["relation"].is_string());
        let made = ask(
            r#"{"new_query": "…"}"#,
            "<question>\nHow deep is X?\n</question>\n<identifier>\nX\n</identifier>\n<superset>\nlakes\n</superset>\n<relation>\nthe one\n</relation>",
        );
        assert_eq!(made["new_query"], "Of lakes, the one: How deep is lakes?");
        let merged = ask(
            r#"[{"question": "…", "index": [0, 1], "content_identifier": "…"}]"#,
            "<question>\nA?\n</question>\n<question>\nB?\n</question>",
        );
        assert_eq!((&merged[0]["question"], &merged[0]["index"]), (&json!("A? And: B?"), &json!([0, 1])));
        let words: Vec<Value> = (0..200)
            .map(|n| {
                ask(r#"{"analysis": "…", "new_query": "valid"}"#, &format!("step {n}"))["new_query"].clone()
            })
            .collect();
        let valid = words.iter().filter(|word| **word == "valid").count();
        assert!((150..200).contains(&valid), "{valid}");
        let state = &ask(r#"[{"index": [0, 1], "complex_question": "…", "state": 1}]"#, "x")[0]["state"];
        assert!(state == &json!(0) || state == &json!(1));
        let known = &ask(
            r#"You answer questions from memory [{"index": [0, 1], "complex_question": "…", "llm_answer": "…; …"}]"#,
            "x",
        )[0]["llm_answer"];
        assert!(known.is_string());
    }
}
