//! A response that says success.

use serde::Deserialize;
use serde_json::Value;

use crate::chat::{Answer, Ask, Finish, Usage, estimate_tokens};
use crate::error::{Error, Kind, Result};
use crate::parse::separate;

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Tokens>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Option<Reply>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    content: Option<Content>,
    /// vLLM, SGLang, DeepSeek, llama.cpp.
    reasoning_content: Option<String>,
    /// OpenRouter, Ollama.
    reasoning: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

/// Reads a chat completion.
///
/// # Errors
/// [`Kind::Malformed`] when it is none; what the error inside says when a server reports one with status 200.
pub(super) fn read_answer(body: &[u8], ask: &Ask) -> Result<Answer> {
    let malformed = |what: &str| {
        let start: String = String::from_utf8_lossy(&body[..body.len().min(120)])
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Error::new(
            Kind::Malformed,
            format!("the response is not a chat completion: {what}; it starts `{start}`"),
        )
    };
    let completion: Completion =
        serde_json::from_slice(body).map_err(|error| malformed(&error.to_string()))?;
    if let Some(error) = completion.error {
        let status = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        return Err(super::failure::from_error_object(status.unwrap_or(500), &error, super::CHECK));
    }
    let choice = completion.choices.into_iter().next().ok_or_else(|| malformed("it has no `choices`"))?;
    let reply = choice.message.ok_or_else(|| malformed("its first choice has no `message`"))?;
    let content = match reply.content {
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => parts.into_iter().map(|part| part.text).collect(),
        None => String::new(),
    };
    let separated = separate(&content);
    let given = reply.reasoning_content.or(reply.reasoning).filter(|reasoning| !reasoning.trim().is_empty());
    let reasoning = match (given, separated.reasoning) {
        (Some(given), Some(tagged)) => Some(format!("{given}\n\n{tagged}")),
        (one, other) => one.or(other),
    };
    let counted = completion.usage.and_then(|usage| Some((usage.prompt_tokens?, usage.completion_tokens?)));
    let usage = match counted {
        Some((prompt_tokens, completion_tokens)) => {
            Usage { prompt_tokens, completion_tokens, estimated: false }
        }
        None => Usage {
            prompt_tokens: ask.prompt_tokens_estimated(),
            completion_tokens: estimate_tokens(&content) + reasoning.as_deref().map_or(0, estimate_tokens),
            estimated: true,
        },
    };
    Ok(Answer {
        text: separated.text,
        reasoning,
        usage,
        finish: Finish::from_reason(choice.finish_reason.as_deref()),
        stored: false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read_answer;
    use crate::chat::{Answer, Finish};
    use crate::error::{Error, Kind};
    use crate::testing::ask;

    fn read(body: &Value) -> Result<Answer, Error> {
        read_answer(body.to_string().as_bytes(), &ask("q"))
    }

    fn reply(message: Value) -> Value {
        json!({"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    }

    #[test]
    fn reasoning_is_set_apart_wherever_it_stands() {
        let tagged = read(&reply(json!({"content": "<think>why</think>\nanswer"}))).unwrap();
        let field = read(&reply(json!({"content": "answer", "reasoning_content": "why"}))).unwrap();
        let router = read(&reply(json!({"content": "answer", "reasoning": "why"}))).unwrap();
        for answer in [tagged, field, router] {
            assert_eq!((answer.text.as_str(), answer.reasoning.as_deref()), ("answer", Some("why")));
            assert_eq!((answer.usage.prompt_tokens, answer.usage.completion_tokens), (3, 4));
        }
    }

    #[test]
    fn odd_but_legal_replies() {
        let parts = json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]});
        assert_eq!(read(&reply(parts)).unwrap().text, "ab");
        assert_eq!(read(&reply(json!({"content": null}))).unwrap().text, "");
        let cut = json!({"choices": [{"message": {"content": "abc"}, "finish_reason": "length"}]});
        let answer = read(&cut).unwrap();
        assert_eq!(answer.finish, Finish::Length);
        assert!(answer.usage.estimated && answer.usage.completion_tokens == 1);
    }

    #[test]
    fn what_is_no_completion_is_malformed() {
        for body in [json!({}), json!({"choices": []}), json!({"choices": [{}]}), json!([1])] {
            assert_eq!(read(&body).unwrap_err().kind, Kind::Malformed, "{body}");
        }
        assert_eq!(read_answer(b"<html>", &ask("q")).unwrap_err().kind, Kind::Malformed);
    }

    #[test]
    fn an_error_behind_status_200_is_an_error() {
        let limited = json!({"error": {"code": 429, "message": "slow down"}});
        assert_eq!(read(&limited).unwrap_err().kind, Kind::RateLimited);
    }
}
