//! Stage 2: the facts of the document that can be an answer, each with the relation that leads to it.

use std::collections::HashSet;
use std::sync::Arc;

use ragstill_core::Record;
use ragstill_engine::{Context, Result};
use ragstill_teacher::{Prompt, Prompts};
use serde_json::{Map, Value, json};

use super::{Stage, named};

pub(crate) const PROMPT: &str = "atomic_task_generator/conclusions";

/// A fact and the relation that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    /// The answer, as the document has it.
    pub conclusion: String,
    /// What it is the answer to.
    pub relation: String,
}

impl Conclusion {
    /// The conclusion as the JSON text that records carry.
    pub(crate) fn to_json(&self) -> String {
        json!({"conclusion": self.conclusion, "R": self.relation}).to_string()
    }
}

/// Asks for the conclusions of a document.
#[derive(Debug)]
pub(crate) struct Conclusions(Arc<Prompt>);

impl Conclusions {
    pub(crate) fn load(prompts: &Prompts) -> Result<Self> {
        Ok(Self(prompts.load(PROMPT, include_str!("../prompts/conclusions.md"))?))
    }

    /// At most `most` conclusions, each another one; none when the document has none.
    pub(crate) async fn ask(
        &self,
        record: &Record,
        context: &Context,
        text: &str,
        most: usize,
        attempts: u32,
    ) -> Stage<Vec<Conclusion>> {
        let variables = Map::from_iter([
            ("text".to_owned(), Value::from(text)),
            ("max_conclusions".to_owned(), Value::from(most)),
        ]);
        let asked = context.ask_json(record, &self.0, variables, attempts, read).await?;
        Ok(named("conclusions", asked.map(|found| found.cut(most, context))))
    }
}

/// The conclusions of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    conclusions: Vec<Conclusion>,
    /// Items without a conclusion or a relation.
    broken: usize,
}

/// Takes the conclusions out of a list. One of which no item is a conclusion cannot be used; an empty one says that there
/// is nothing to ask about.
fn read(answer: Value) -> std::result::Result<Found, String> {
    let items = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let conclusions: Vec<Conclusion> = items.iter().filter_map(conclusion).collect();
    if conclusions.is_empty() && !items.is_empty() {
        return Err("no item has both `conclusion` and `R`".to_owned());
    }
    Ok(Found { broken: items.len() - conclusions.len(), conclusions })
}

fn conclusion(item: &Value) -> Option<Conclusion> {
    let text = |name: &str| {
        let words: Vec<&str> = item.get(name)?.as_str()?.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    Some(Conclusion { conclusion: text("conclusion")?, relation: text("R")? })
}

impl Found {
    /// The first conclusions that differ; what is left out is noted.
    fn cut(self, most: usize, context: &Context) -> Vec<Conclusion> {
        let mut seen = HashSet::new();
        let all = self.conclusions.len();
        let mut different: Vec<Conclusion> = self
            .conclusions
            .into_iter()
            .filter(|item| seen.insert((item.conclusion.to_lowercase(), item.relation.to_lowercase())))
            .collect();
        let repeated = all - different.len();
        let beyond = different.len().saturating_sub(most);
        different.truncate(most);
        for (count, note) in [
            (self.broken, "conclusions without `conclusion` or `R` were left out"),
            (repeated, "repeated conclusions were left out"),
            (beyond, "conclusions beyond `max_per_task` were left out"),
        ] {
            (0..count).for_each(|_| context.note(note));
        }
        different
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Conclusion, read};

    #[test]
    fn items_need_both_parts_and_one_of_them_is_enough() {
        let found = read(json!([
            {"conclusion": " 251 \n m ", "R": "the depth"},
            {"conclusion": "1963"}, {"R": "the year"}, {"conclusion": "", "R": "x"}, {"conclusion": 251, "R": "x"},
            {"conclusion": null, "R": "x"}, {"conclusion": ["a"], "R": "x"}, "251 m", null,
        ]))
        .unwrap();
        let expected = Conclusion { conclusion: "251 m".to_owned(), relation: "the depth".to_owned() };
        assert_eq!((found.conclusions, found.broken), (vec![expected], 8));
        assert!(read(json!([{"conclusion": "1963"}])).unwrap_err().contains("`R`"));
        assert!(read(json!([])).unwrap().conclusions.is_empty());
    }
}
