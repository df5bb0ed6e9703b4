//! First: one question that asks for all the answers.

use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value};

use super::super::parts::{Part, to_json};
use super::{Stage, only, places, text};
use crate::question::{names, same_words};

pub(crate) const PROMPT: &str = "width_qa_generator/merge";

/// A question that asks for all the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merged {
    /// The question.
    pub question: String,
    /// The places of the tasks, in the order in which they are asked.
    pub order: Vec<usize>,
    /// What it is about.
    pub identifier: String,
}

/// Asks for the question.
#[derive(Debug)]
pub(crate) struct Merge(Arc<Prompt>);

impl Merge {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/merge.md"))?))
    }

    /// A question that gives none of the answers away.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        parts: &[Part],
        attempts: u32,
    ) -> Stage<Merged> {
        let variables = Map::from_iter([("tasks".to_owned(), to_json(parts))]);
        context.ask_json(record, &self.0, variables, attempts, |reply| read(&reply, parts)).await
    }
}

fn read(reply: &Value, parts: &[Part]) -> std::result::Result<Merged, String> {
    let item = only(reply)?;
    let order = places(item, parts.len())?;
    let question = text(item, "question")?;
    if parts.iter().flat_map(|part| &part.answers).any(|answer| names(&question, answer)) {
        return Err("the question gives an answer away".to_owned());
    }
    if parts.iter().any(|part| same_words(&part.question, &question)) {
        return Err("the question is one of the two again".to_owned());
    }
    Ok(Merged { question, order, identifier: text(item, "content_identifier")? })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Part, read};

    fn made(reply: Value) -> Result<Vec<usize>, String> {
        let part = |question: &str, answers: &[&str]| Part {
            question: question.to_owned(),
            identifier: "X".to_owned(),
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        };
        let parts = [part("When did it open?", &["1890", "4 March"]), part("Who built it?", &["Bouch"])];
        read(&reply, &parts).map(|merged| merged.order)
    }

    #[test]
    fn a_merged_question_asks_for_both_and_gives_neither_away() {
        let item = |question: &str, index: Value| json!({"question": question, "index": index, "content_identifier": "X"});
        let both = "Who built it, and when did it open?";
        assert_eq!(made(json!([item(both, json!([1, 0]))])), Ok(vec![1, 0]));
        assert_eq!(made(item(both, json!([0, 1]))), Ok(vec![0, 1]));
        for (reply, fault) in [
            (json!([item("Did Bouch build it, and when did it open?", json!([0, 1]))]), "answer away"),
            (json!([item("Who built it on 4 March, and when?", json!([0, 1]))]), "answer away"),
            (json!([item("Who built it", json!([0, 1]))]), "again"),
            (json!([item(both, json!([0, 2]))]), "`index`"),
            (json!([item(both, json!([0]))]), "`index`"),
            (json!([item(" ", json!([0, 1]))]), "`question`"),
            (json!([item(both, json!([0, 1])), item(both, json!([0, 1]))]), "found 2"),
            (json!([]), "found 0"),
            (json!([{"question": both, "index": [0, 1]}]), "`content_identifier`"),
            (json!("text"), "`index`"),
            (json!([null]), "`index`"),
        ] {
            let found = made(reply).unwrap_err();
            assert!(found.contains(fault), "{found}");
        }
    }
}
