//! Examples as they are made: the templates of a recipe by their names.

use std::collections::BTreeMap;

use minijinja::Environment;
use ragstill_core::{ExampleKind, Role};

use super::fields::ITEM;
use super::spec::{ExampleSpec, Train, TurnSpec};
use crate::recipe::suggest::suggest;

/// What the template of an expression sets.
pub(super) const VALUE: &str = "value_of_the_expression";

/// A template or an expression.
#[derive(Debug)]
pub(super) struct Source {
    /// The name of its template.
    pub(super) name: String,
    /// Where its value is found, when it names one and does nothing else: `{{ item.question }}`. Nearly all do, and it is
    /// far faster than a template.
    pub(super) path: Option<Vec<String>>,
}

/// How an example is made, and of which records.
#[derive(Debug)]
pub(super) struct ExamplePlan {
    /// Only records for which it is true make the example; all do without one.
    pub(super) when: Option<Source>,
    pub(super) parts: Parts,
}

/// What an example is made of.
#[derive(Debug)]
pub(super) enum Parts {
    Conversation { turns: Vec<TurnPlan> },
    Task { question: Source, answers: Source, metadata: BTreeMap<String, Source> },
    Triplet { query: Source, positives: Source, negatives: Source },
}

impl ExamplePlan {
    pub(super) fn kind(&self) -> ExampleKind {
        match self.parts {
            Parts::Conversation { .. } => ExampleKind::Conversation,
            Parts::Task { .. } => ExampleKind::Task,
            Parts::Triplet { .. } => ExampleKind::Triplet,
        }
    }
}

/// How a turn is made, or some turns for each item of a list.
#[derive(Debug)]
pub(super) enum TurnPlan {
    Turn { role: RolePlan, text: Source, train: TrainPlan, call: Option<Source> },
    Each { each: Source, turns: Vec<TurnPlan> },
}

/// Who speaks.
#[derive(Debug)]
pub(super) enum RolePlan {
    Always(Role),
    Named(Source),
}

/// Whether the loss counts a turn.
#[derive(Debug)]
pub(super) enum TrainPlan {
    /// If it is the assistant's.
    ByRole,
    Always(bool),
    When(Source),
}

/// Compiles the templates of examples.
pub(super) struct Planner<'a> {
    pub(super) environment: Environment<'static>,
    fields: &'a [String],
    /// The templates as they are written.
    pub(super) sources: Vec<String>,
    /// What is wrong with an example, apart from its templates.
    faults: Vec<String>,
    /// What is wrong with its templates.
    template_faults: Vec<String>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(environment: Environment<'static>, fields: &'a [String]) -> Self {
        Self { environment, fields, sources: Vec::new(), faults: Vec::new(), template_faults: Vec::new() }
    }

    /// What was found to be wrong since it was last asked for.
    pub(super) fn take_faults(&mut self) -> impl Iterator<Item = String> + use<> {
        let templates = std::mem::take(&mut self.template_faults);
        std::mem::take(&mut self.faults).into_iter().chain(templates)
    }

    pub(super) fn example(&mut self, index: usize, spec: &ExampleSpec) -> ExamplePlan {
        let name = |what: &str| format!("{index}/{what}");
        let when = match spec.when() {
            Some(expression) if expression.trim().is_empty() => {
                self.faults.push("`when` is blank; leave it out for all records".to_owned());
                None
            }
            when => when.map(|expression| self.value(name("when"), expression, false)),
        };
        let parts = match spec {
            ExampleSpec::Conversation { turns, .. } => {
                Parts::Conversation { turns: self.turns(&name("turn "), turns, false) }
            }
            ExampleSpec::Task { question, answers, metadata, .. } => Parts::Task {
                question: self.text(name("question"), question, false),
                answers: self.list(name("answers"), answers, false),
                metadata: metadata
                    .iter()
                    .map(|(key, expression)| {
                        let source = self.value(name(&format!("metadata.{key}")), expression, false);
                        (key.clone(), source)
                    })
                    .collect(),
            },
            ExampleSpec::Triplet { query, positives, negatives, .. } => Parts::Triplet {
                query: self.text(name("query"), query, false),
                positives: self.list(name("positives"), positives, false),
                negatives: self.list(name("negatives"), negatives, false),
            },
        };
        ExamplePlan { when, parts }
    }

    fn turns(&mut self, path: &str, specs: &[TurnSpec], in_each: bool) -> Vec<TurnPlan> {
        let mut plans = Vec::with_capacity(specs.len());
        for (number, spec) in specs.iter().enumerate() {
            let path = format!("{path}{}", number + 1);
            let what = what(&path).to_owned();
            match spec {
                TurnSpec { each: Some(each), role: None, text: None, train: None, call: None, turns } => {
                    if turns.is_empty() {
                        self.faults.push(format!("`{what}` has `each` and no `turns`"));
                    }
                    let each = self.list(format!("{path}.each"), each, in_each);
                    plans.push(TurnPlan::Each { each, turns: self.turns(&format!("{path}."), turns, true) });
                }
                TurnSpec { each: None, role: Some(role), text: Some(text), train, call, turns }
                    if turns.is_empty() =>
                {
                    if !role.contains("{{") && Role::of(role).is_none() {
                        let hint = suggest(role, Role::ALL.map(Role::as_str));
                        self.faults.push(format!("`{what}`: there is no role `{role}`{hint}"));
                    }
                    let named = self.text(format!("{path}.role"), role, in_each);
                    let text = self.text(path.clone(), text, in_each);
                    let train = match train {
                        None => TrainPlan::ByRole,
                        Some(Train::Always(train)) => TrainPlan::Always(*train),
                        Some(Train::When(expression)) => {
                            TrainPlan::When(self.truth(format!("{path}.train"), expression, in_each))
                        }
                    };
                    let call = call.as_ref().map(|call| self.value(format!("{path}.call"), call, in_each));
                    let role = Role::of(role).map_or(RolePlan::Named(named), RolePlan::Always);
                    plans.push(TurnPlan::Turn { role, text, train, call });
                }
                _ => self
                    .faults
                    .push(format!("`{what}` must have either a `role` and a `text`, or `each` and `turns`")),
            }
        }
        plans
    }

    /// A template that writes a text.
    fn text(&mut self, name: String, source: &str, in_each: bool) -> Source {
        let source = source.trim_end();
        let inside = source.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        self.source(name, source.to_owned(), inside, in_each)
    }

    /// An expression.
    fn value(&mut self, name: String, expression: &str, in_each: bool) -> Source {
        self.source(name, format!("{{% set {VALUE} = ({expression}) %}}"), Some(expression), in_each)
    }

    /// An expression that gives a list.
    fn list(&mut self, name: String, expression: &str, in_each: bool) -> Source {
        let list = format!("{{% set {VALUE} = (({expression}) | list) %}}");
        self.source(name, list, Some(expression), in_each)
    }

    /// An expression that gives true or something else.
    fn truth(&mut self, name: String, expression: &str, in_each: bool) -> Source {
        let truth = format!("{{% set {VALUE} = (({expression}) is true) %}}");
        self.source(name, truth, Some(expression), in_each)
    }

    /// Compiles a template; `expression` is what its value is, if it is nothing else.
    fn source(&mut self, name: String, source: String, expression: Option<&str>, in_each: bool) -> Source {
        self.sources.push(source.clone());
        let mut compiled = Source { name, path: None };
        let (name, what) = (compiled.name.as_str(), what(&compiled.name));
        if let Err(error) = self.environment.add_template_owned(name.to_owned(), source) {
            self.template_faults.push(format!("`{what}` cannot be compiled: {error}"));
            return compiled;
        }
        let Ok(template) = self.environment.get_template(name) else { return compiled };
        let used = template.undeclared_variables(false);
        let known = |used: &&String| self.fields.contains(used) || (in_each && *used == ITEM);
        let mut unknown: Vec<_> = used.iter().filter(|used| !known(used)).collect();
        unknown.sort();
        for used in unknown {
            let hint = suggest(used, self.fields.iter().map(String::as_str));
            self.template_faults.push(format!("`{what}` uses the field `{used}`, which no record has{hint}"));
        }
        // A path begins with a variable, not with a word of the language.
        compiled.path = expression.and_then(path_of).filter(|path| used.contains(&path[0]));
        compiled
    }
}

/// What a user calls the template of this name.
fn what(name: &str) -> &str {
    name.split_once('/').map_or("", |(_, what)| what)
}

/// The names in an expression that is nothing but names with dots between them.
fn path_of(expression: &str) -> Option<Vec<String>> {
    let is_name = |name: &str| {
        name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
            && name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
    };
    let names: Vec<String> = expression.trim().split('.').map(str::to_owned).collect();
    names.iter().all(|name| is_name(name)).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn only_names_with_dots_are_a_path() {
        assert_eq!(path_of(" item.question ").unwrap(), ["item", "question"]);
        assert_eq!(path_of("_a1").unwrap(), ["_a1"]);
        for other in
            ["", "1a", "a.", "a..b", "a b", "a|upper", "a[0]", "- a", "'a'", "a }} {{ b", "a.0", "not a", "é"]
        {
            assert_eq!(path_of(other), None, "{other}");
        }
    }
}
