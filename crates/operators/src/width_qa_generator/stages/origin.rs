//! Second: whether the question can be taken apart into those that it was made of.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::super::parts::{Part, to_json};
use super::{Stage, only, places};

pub(crate) const PROMPT: &str = "width_qa_generator/origin";

/// Asks whether a question asks for what it was made of.
#[derive(Debug)]
pub(crate) struct Origin(Arc<Prompt>);

impl Origin {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/origin.md"))?))
    }

    /// 1 when it does, 0 when it does not.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        parts: &[Part],
        attempts: u32,
    ) -> Stage<u8> {
        let variables = Map::from_iter([
            ("question".to_owned(), Value::from(question)),
            ("tasks".to_owned(), to_json(parts)),
        ]);
        context.ask_json(record, &self.0, variables, attempts, |reply| read(&reply, parts.len())).await
    }
}

/// A number from the scale and nothing else. The question is known here; what the reply says of it is not read.
fn read(reply: &Value, count: usize) -> std::result::Result<u8, String> {
    let item = only(reply)?;
    places(item, count)?;
    match item.get("state").and_then(Value::as_f64) {
        Some(1.0) => Ok(1),
        Some(0.0) => Ok(0),
        _ => Err("`state` is neither 0 nor 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    #[test]
    fn a_state_is_a_number_of_the_scale() {
        let state =
            |state: Value| read(&json!([{"index": [0, 1], "complex_question": "Q?", "state": state}]), 2);
        assert_eq!((state(json!(1)), state(json!(0)), state(json!(1.0))), (Ok(1), Ok(0), Ok(1)));
        for other in [json!("1"), json!(true), json!(2), json!(-1), json!(0.5), json!(null)] {
            assert!(state(other.clone()).is_err(), "{other}");
        }
        assert!(read(&json!([{"index": [0, 3], "state": 1}]), 2).unwrap_err().contains("`index`"));
        assert!(read(&json!([]), 2).is_err());
    }
}
