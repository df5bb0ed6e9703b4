//! What a chain has become.

use std::collections::HashMap;

use ragstill_teacher::parse::{Action, Step};
use serde_json::{Map, Value, json};

use super::declines;

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStep {
    /// What was thought.
    pub thought: String,
    /// What was done.
    pub action: Action,
    /// What came of a search; `None` for the last step.
    pub observation: Option<String>,
    /// The ids of the passages that were found.
    pub passages: Vec<String>,
    /// Whether the observation was cut.
    pub cut: bool,
}

impl ChainStep {
    /// The step as the teacher writes it, under this number.
    pub fn render(&self, number: u32) -> String {
        Step { number: None, thought: self.thought.clone(), action: self.action.clone() }.render(number)
    }
}

/// How a chain ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With this answer.
    Finished(String),
    /// At the limit of steps.
    OutOfSteps,
    /// At the limit of retries; why the last reply could not be used.
    OutOfTries(String),
}

impl End {
    /// Why there is no answer, in a sentence; `None` when there is one.
    pub fn trouble(&self, chain: &Chain) -> Option<String> {
        match self {
            Self::Finished(_) => None,
            Self::OutOfSteps => Some(format!("the chain did not finish in {} steps", chain.steps.len())),
            // What differs from chain to chain stands between back quotes: summaries count the rest.
            Self::OutOfTries(last) => Some(format!(
                "{} retries were not enough; the last: `{}`",
                chain.tries,
                last.replace('`', "'")
            )),
        }
    }
}

/// A chain of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The steps, in order.
    pub steps: Vec<ChainStep>,
    /// How often a reply was asked again.
    pub tries: u32,
    /// How it ended.
    pub end: End,
}

impl Chain {
    /// How often it searched.
    pub fn searches(&self) -> usize {
        self.steps.iter().filter(|step| step.observation.is_some()).count()
    }

    /// How often it searched again right after a search that had not found an answer.
    pub fn reflections(&self) -> usize {
        let is_search = |step: &ChainStep| step.observation.is_some();
        let is_bad = |step: &ChainStep| step.observation.as_deref().is_some_and(declines);
        self.steps.windows(2).filter(|pair| is_bad(&pair[0]) && is_search(&pair[1])).count()
    }

    /// How many of its searches had been made before, word for word but for case and white space.
    pub fn repeated_queries(&self) -> usize {
        let mut seen: HashMap<String, ()> = HashMap::new();
        let queries = self.steps.iter().filter(|step| step.observation.is_some());
        queries.filter(|step| seen.insert(same_query(step.action.text()), ()).is_some()).count()
    }

    /// The chain as ReaRAG writes it: the question, then each step as `reasoning` and what it found as an `observation`. Steps
    /// have their `call` taken apart, too.
    pub fn conversation(&self, question: &str) -> Vec<Value> {
        let mut turns = vec![json!({"role": "user", "content": question})];
        for (number, step) in (1..).zip(&self.steps) {
            let argument = (step.action.parameter().to_owned(), Value::from(step.action.text()));
            turns.push(json!({
                "role": "assistant",
                "reasoning": step.render(number),
                "call": {"thought": step.thought, "name": step.action.function(), "arguments": Map::from_iter([argument])},
            }));
            if let Some(observation) = &step.observation {
                turns.push(json!({"role": "observation", "content": observation, "passages": step.passages}));
            }
        }
        turns
    }

    /// Its counts: steps, searches, retries, reflections.
    pub fn counts(&self) -> Value {
        json!({
            "steps": self.steps.len(),
            "searches": self.searches(),
            "retries": self.tries,
            "reflections": self.reflections(),
        })
    }
}

/// What two queries that ask for the same have in common.
pub(super) fn same_query(query: &str) -> String {
    query.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use ragstill_teacher::parse::Action;
    use serde_json::json;

    use super::{Chain, ChainStep, End};

    fn search(query: &str, found: &str) -> ChainStep {
        ChainStep {
            thought: "Hm.".into(),
            action: Action::Search { query: query.into() },
            observation: Some(found.into()),
            passages: vec!["p1".into()],
            cut: false,
        }
    }

    fn finish(answer: &str) -> ChainStep {
        let action = Action::Finish { answer: answer.into() };
        ChainStep { action, observation: None, passages: Vec::new(), ..search("", "") }
    }

    #[test]
    fn counts_and_turns() {
        let none = "The passages do not answer this. They are about bridges.";
        let steps = vec![search("a", none), search("A ", none), search("b", "It is b."), finish("b")];
        let chain = Chain { steps, tries: 2, end: End::Finished("b".into()) };
        assert_eq!((chain.searches(), chain.reflections(), chain.repeated_queries()), (3, 2, 1));
        assert_eq!(chain.counts(), json!({"steps": 4, "searches": 3, "retries": 2, "reflections": 2}));
        let turns = chain.conversation("q");
        assert_eq!(turns.len(), 8);
        assert_eq!(turns[0], json!({"role": "user", "content": "q"}));
        assert_eq!(turns[2], json!({"role": "observation", "content": none, "passages": ["p1"]}));
        let last = turns.last().unwrap();
        assert_eq!(
            last["reasoning"],
            "Thought 4: Hm.\nAction 4:\n```\n{'function': 'finish', 'parameters': {'answer': 'b'}}\n```"
        );
        assert_eq!(last["call"], json!({"thought": "Hm.", "name": "finish", "arguments": {"answer": "b"}}));
        // Finishing after a bad observation is no reflection.
        let gave_up = Chain { steps: vec![search("a", none), finish("?")], ..chain };
        assert_eq!(gave_up.reflections(), 0);
    }

    #[test]
    fn what_differs_stands_between_back_quotes() {
        let end = End::OutOfTries("found `x` there".into());
        let chain = Chain { steps: Vec::new(), tries: 20, end: end.clone() };
        assert_eq!(end.trouble(&chain).unwrap(), "20 retries were not enough; the last: `found 'x' there`");
    }
}
