//! Which conversations are chains.

use ragstill_teacher::parse::{Action, step};
use serde_json::Value;

/// The answer of a conversation in ReaRAG's shape, if it is a whole chain.
///
/// It is one when it starts with the user; every turn of the assistant holds one numbered step, in order from 1; every `search` is
/// followed by an observation, and every observation follows a `search`; and the last turn is `finish`.
///
/// # Errors
/// The first rule that it breaks, in a sentence.
pub fn conversation_fault(turns: &[Value]) -> Result<String, String> {
    let text = |turn: &Value, name: &str| turn.get(name).and_then(Value::as_str).map(str::to_owned);
    let (first, rest) = turns.split_first().ok_or("the conversation is empty")?;
    if text(first, "role").as_deref() != Some("user") {
        return Err("the conversation does not start with the user".to_owned());
    }
    let mut number = 0_u32;
    let mut last: Option<Action> = None;
    for (at, turn) in (2_usize..).zip(rest) {
        let searched = matches!(last, Some(Action::Search { .. }));
        match text(turn, "role").as_deref() {
            Some("assistant") if searched => {
                return Err(format!("turn {at} should be the observation of the search before it"));
            }
            Some("assistant") if last.is_some() => {
                return Err(format!("turn {at} follows the end of the chain"));
            }
            Some("assistant") => {
                number += 1;
                let reasoning =
                    text(turn, "reasoning").ok_or_else(|| format!("turn {at} has no reasoning"))?;
                let step = step(&reasoning).map_err(|why| format!("turn {at} holds no step: {why}"))?;
                if step.number != Some(number) || step.render(number) != reasoning {
                    return Err(format!("turn {at} does not hold step {number} and nothing else"));
                }
                last = Some(step.action);
            }
            Some("observation") if !searched => {
                return Err(format!("turn {at} is an observation that follows no search"));
            }
            Some("observation") => {
                if text(turn, "content").is_none_or(|content| content.trim().is_empty()) {
                    return Err(format!("turn {at} is an empty observation"));
                }
                last = None;
            }
            role => {
                let role = role.unwrap_or("nobody");
                return Err(format!("turn {at} is from {role}, not from the assistant or a search"));
            }
        }
    }
    match last {
        Some(Action::Finish { answer }) => Ok(answer),
        _ => Err("the last turn is not `finish`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::conversation_fault;

    fn user() -> Value {
        json!({"role": "user", "content": "q"})
    }

    fn search(number: u32) -> Value {
        let text = format!(
            "Thought {number}: Hm.\nAction {number}:\n```\n{{'function': 'search', 'parameters': {{'query': 'a'}}}}\n```"
        );
        json!({"role": "assistant", "reasoning": text})
    }

    fn finish(number: u32) -> Value {
        let text = format!(
            "Thought {number}: Hm.\nAction {number}:\n```\n{{'function': 'finish', 'parameters': {{'answer': 'x'}}}}\n```"
        );
        json!({"role": "assistant", "reasoning": text})
    }

    fn found() -> Value {
        json!({"role": "observation", "content": "o"})
    }

    #[test]
    fn chains_and_what_is_none() {
        assert_eq!(conversation_fault(&[user(), search(1), found(), finish(2)]).unwrap(), "x");
        assert_eq!(conversation_fault(&[user(), finish(1)]).unwrap(), "x");
        let two = {
            let text = [&search(1), &finish(2)].map(|turn| turn["reasoning"].as_str().unwrap()).join("\n");
            json!({"role": "assistant", "reasoning": text})
        };
        for (turns, why) in [
            (vec![], "is empty"),
            (vec![search(1), found(), finish(2)], "does not start with the user"),
            (vec![user()], "not `finish`"),
            (vec![user(), search(1)], "not `finish`"),
            (vec![user(), search(1), found()], "not `finish`"),
            (vec![user(), search(1), finish(2)], "turn 3 should be the observation"),
            (vec![user(), found(), finish(1)], "turn 2 is an observation that follows no search"),
            (
                vec![user(), search(1), found(), found(), finish(2)],
                "turn 4 is an observation that follows no search",
            ),
            (vec![user(), search(2), found(), finish(3)], "turn 2 does not hold step 1"),
            (vec![user(), search(1), found(), finish(3)], "turn 4 does not hold step 2"),
            (vec![user(), finish(1), finish(2)], "turn 3 follows the end"),
            (vec![user(), finish(1), user()], "turn 3 is from user"),
            (vec![user(), two, found(), finish(3)], "turn 2 does not hold step 1 and nothing else"),
            (vec![user(), json!({"role": "assistant", "content": "x"})], "turn 2 has no reasoning"),
            (vec![user(), json!({"role": "assistant", "reasoning": "x"})], "turn 2 holds no step"),
            (
                vec![user(), search(1), json!({"role": "observation", "content": " "}), finish(2)],
                "turn 3 is an empty",
            ),
            (vec![user(), json!({"role": "tool", "content": "x"})], "turn 2 is from tool"),
        ] {
            let found = conversation_fault(&turns).unwrap_err();
            assert!(found.contains(why), "{why}: {found}");
        }
    }
}
