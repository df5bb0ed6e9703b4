//! Stage 7: the spellings under which the answer is accepted.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::{Stage, named};

pub(crate) const PROMPT: &str = "atomic_task_generator/optional_answers";

/// The most spellings of an answer: more are no spellings any more.
const MOST: usize = 20;

/// Asks for the accepted spellings of an answer.
#[derive(Debug)]
pub(crate) struct OptionalAnswers(Arc<Prompt>);

impl OptionalAnswers {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/optional_answers.md"))?))
    }

    /// The accepted spellings, the refined answer itself first.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        question: &str,
        refined_answer: &str,
        attempts: u32,
    ) -> Stage<Vec<String>> {
        let variables = Map::from_iter([
            ("question".to_owned(), Value::from(question)),
            ("answer".to_owned(), Value::from(refined_answer)),
        ]);
        let read = |answer| read(answer, refined_answer);
        let asked = context.ask_json(record, &self.0, variables, attempts, read).await?;
        Ok(named("optional answers", asked))
    }
}

fn read(answer: Value, refined_answer: &str) -> std::result::Result<Vec<String>, String> {
    let items = answer.as_array().ok_or("the answer is no list")?;
    let mut accepted = vec![refined_answer.to_owned()];
    for item in items {
        let spelling = item.as_str().ok_or("an item of the list is no text")?;
        let spelling = spelling.split_whitespace().collect::<Vec<_>>().join(" ");
        if spelling.contains(char::is_alphanumeric) && !accepted.contains(&spelling) && accepted.len() < MOST
        {
            accepted.push(spelling);
        }
    }
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MOST, read};

    #[test]
    fn the_refined_answer_is_first_and_nothing_stands_twice() {
        let list = json!(["251 metres", "251 m", " ", "251  metres", "?"]);
        assert_eq!(read(list, "251 m").unwrap(), ["251 m", "251 metres"]);
        assert_eq!(read(json!([]), "251 m").unwrap(), ["251 m"]);
        assert!(read(json!([1963]), "1963").is_err() && read(json!({"a": []}), "1963").is_err());
        let many: Vec<String> = (0..200).map(|number| number.to_string()).collect();
        assert_eq!(read(json!(many), "251 m").unwrap().len(), MOST);
    }
}
