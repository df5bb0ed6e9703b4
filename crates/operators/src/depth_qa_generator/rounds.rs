//! What the rounds have made of a question so far, and what ends them.

use serde_json::{Map, Value};

use super::config::DepthQaGeneratorConfig;
use super::stages::Step;

/// The way from a question to its answer, as long as it is by now.
#[derive(Debug, Clone)]
pub(super) struct Path<'a> {
    /// The question of the record.
    pub question: &'a str,
    /// The answers that count as right, at least one, the preferred one first.
    pub answers: &'a [&'a str],
    /// The text that it was made from; empty when there is none.
    pub text: &'a str,
    /// What the question is about, and what came in its place in each round; never empty once the first is known.
    pub identifiers: Vec<String>,
    /// The question of each round.
    pub questions: Vec<String>,
}

impl Path<'_> {
    /// What the question is about now.
    pub(super) fn identifier(&self) -> &str {
        self.identifiers.last().map_or("", String::as_str)
    }

    /// What the question was about before.
    pub(super) fn replaced(&self) -> &[String] {
        &self.identifiers[..self.identifiers.len().saturating_sub(1)]
    }

    /// The question as it is now.
    pub(super) fn question(&self) -> &str {
        self.questions.last().map_or(self.question, String::as_str)
    }

    /// The question and all that were made of it.
    pub(super) fn all_questions(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question).chain(self.questions.iter().map(String::as_str))
    }
}

/// Why there is no deeper question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    /// The round, from 1; 0 when none could begin.
    pub round: u32,
    /// The stage.
    pub stage: &'static str,
    /// Why, in words.
    pub reason: String,
    /// Whether nothing went wrong: the question is only not wanted.
    pub is_filter: bool,
}

impl Stop {
    /// The stop as a sentence. A verdict names its stage itself.
    pub(super) fn sentence(&self) -> String {
        let Self { round, stage, reason, .. } = self;
        let named = if reason.starts_with(stage) { reason.clone() } else { format!("{stage}: {reason}") };
        if *round == 0 { named } else { format!("round {round}: {named}") }
    }

    /// The stop as a note, which is counted.
    pub(super) fn note(&self, rounds: u32) -> String {
        let Self { round, stage, .. } = self;
        match round {
            0 => format!("questions could not be made deeper ({stage})"),
            _ => format!("questions went {} of {rounds} rounds deep ({stage})", round - 1),
        }
    }
}

/// The fields of a record for rounds that were taken, in the order in which they are declared.
pub(super) fn fields(
    config: &DepthQaGeneratorConfig,
    taken: &[(Step, String)],
    stop: Option<&Stop>,
) -> Map<String, Value> {
    let mut fields = Map::new();
    for round in 1..=config.n_rounds {
        let [identifier, relation, question] = config.fields_of_round(round);
        let taken = taken.get(round as usize - 1);
        let part = |of: fn(&(Step, String)) -> &String| {
            taken.map_or(Value::Null, |taken| Value::from(of(taken).as_str()))
        };
        fields.insert(identifier, part(|(step, _)| &step.superset));
        fields.insert(relation, part(|(step, _)| &step.relation));
        fields.insert(question, part(|(_, question)| question));
    }
    fields.insert(
        config.output_key.clone(),
        taken.last().map_or(Value::Null, |(_, question)| Value::from(question.as_str())),
    );
    fields.insert(config.output_hops_key.clone(), Value::from(taken.len()));
    fields.insert(
        config.output_stop_key.clone(),
        stop.map_or(Value::Null, |stop| Value::from(stop.sentence())),
    );
    fields
}
