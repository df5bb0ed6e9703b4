//! One record's examples.

use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};
use ragstill_core::{Conversation, Example, Role, Task, ToolCall, Triplet, Turn};

use super::droppable;
use super::fields::{Scope, View};
use super::plan::{ExamplePlan, Parts, RolePlan, Source, TrainPlan, TurnPlan, VALUE};

/// The example that a record makes; none if it is not one of those that make it.
pub(super) fn example(
    environment: &Environment<'static>,
    plan: &ExamplePlan,
    view: &View,
) -> Result<Option<Example>, String> {
    let id = view.id.clone();
    let seen = Seen::new(environment, Scope { fields: Arc::clone(&view.fields), item: None });
    if let Some(when) = &plan.when
        && !seen.holds(when)?
    {
        return Ok(None);
    }
    Ok(Some(match &plan.parts {
        Parts::Conversation { turns: plans } => {
            let mut turns = Vec::new();
            seen.turns(plans, &mut turns)?;
            if turns.is_empty() {
                return Err("the conversation has no turns".to_owned());
            }
            Example::Conversation(Conversation { id, turns })
        }
        Parts::Task { question, answers, metadata } => {
            let answers = seen.texts(answers)?;
            if answers.is_empty() {
                return Err("the task has no answers".to_owned());
            }
            let value = |(name, source): (&String, &Source)| {
                let json = serde_json::to_value(seen.value(source)?).map_err(|error| error.to_string())?;
                Ok::<_, String>((name.clone(), json))
            };
            let metadata = metadata.iter().map(value).collect::<Result<_, _>>()?;
            Example::Task(Task { id, question: seen.text(question)?, answers, metadata })
        }
        Parts::Triplet { query, positives, negatives } => Example::Triplet(Triplet {
            id,
            query: seen.text(query)?,
            positives: seen.texts(positives)?,
            negatives: seen.texts(negatives)?,
        }),
    }))
}

/// What templates see.
struct Seen<'a> {
    environment: &'a Environment<'static>,
    scope: Arc<Scope>,
    /// The same, as templates take it.
    value: Value,
}

impl<'a> Seen<'a> {
    fn new(environment: &'a Environment<'static>, scope: Scope) -> Self {
        let scope = Arc::new(scope);
        let value = Value::from_dyn_object(Arc::clone(&scope));
        Self { environment, scope, value }
    }

    fn turns(&self, plans: &[TurnPlan], turns: &mut Vec<Turn>) -> Result<(), String> {
        for plan in plans {
            let (role, text, train, call) = match plan {
                TurnPlan::Each { each, turns: plans } => {
                    for item in self.items(each)? {
                        let fields = Arc::clone(&self.scope.fields);
                        Seen::new(self.environment, Scope { fields, item: Some(item) })
                            .turns(plans, turns)?;
                    }
                    continue;
                }
                TurnPlan::Turn { role, text, train, call } => (role, text, train, call),
            };
            let role = match role {
                RolePlan::Always(role) => *role,
                RolePlan::Named(source) => {
                    let role = self.text(source)?;
                    Role::of(&role).ok_or_else(|| format!("`{}`: there is no role `{role}`", source.name))?
                }
            };
            let (text, droppable) = droppable::spans(self.text(text)?)?;
            let train = match train {
                TrainPlan::ByRole => role == Role::Assistant,
                TrainPlan::Always(train) => *train,
                TrainPlan::When(source) => self.truth(source)?,
            };
            let call = match call {
                Some(source) => self.call(source)?,
                None => None,
            };
            if call.is_some() && role != Role::Assistant {
                let role = role.as_str();
                return Err(format!(
                    "turn {} is the {role}'s and calls a tool, which only the assistant does",
                    turns.len() + 1
                ));
            }
            turns.push(Turn { droppable, call, ..Turn::new(role, text, train) });
        }
        Ok(())
    }

    /// The call of a tool that an expression gives, if it gives one.
    fn call(&self, source: &Source) -> Result<Option<ToolCall>, String> {
        /// A call without a thought is one, too.
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Call {
            #[serde(default)]
            thought: String,
            name: String,
            arguments: serde_json::Map<String, serde_json::Value>,
        }
        let value = self.found(source).map_or_else(|| self.value(source), Ok)?;
        if value.is_none() || value.is_undefined() {
            return Ok(None);
        }
        let json = serde_json::to_value(value).map_err(|error| error.to_string())?;
        let call: Call = serde_json::from_value(json).map_err(|error| {
            format!(
                "`{}` must give an object with `name`, `arguments` and perhaps `thought`, or none: {error}",
                source.name
            )
        })?;
        let Call { thought, name, arguments } = call;
        Ok(Some(ToolCall { thought, name, arguments }))
    }

    /// What a path leads to. Where it leads nowhere the template tells what is wrong.
    fn found(&self, source: &Source) -> Option<Value> {
        let (root, names) = source.path.as_ref()?.split_first()?;
        names.iter().try_fold(self.scope.find(root)?, |value, name| value.get_attr(name).ok())
    }

    fn text(&self, source: &Source) -> Result<String, String> {
        if let Some(found) = self.found(source).filter(|found| found.kind() == ValueKind::String)
            && let Some(text) = found.as_str()
        {
            return Ok(text.to_owned());
        }
        let template = self.environment.get_template(&source.name);
        template.and_then(|template| template.render(&self.value)).map_err(|error| error.to_string())
    }

    /// The value of an expression: what a template without a text has set.
    fn value(&self, source: &Source) -> Result<Value, String> {
        let Source { name, .. } = source;
        let template = self.environment.get_template(name).map_err(|error| error.to_string())?;
        let done = template.render_captured(&self.value).map_err(|error| error.to_string())?;
        let value = done.state().lookup(VALUE).filter(|value| !value.is_undefined());
        value.ok_or_else(|| format!("`{name}` has no value"))
    }

    /// Whether the value of an expression is true, or something that Jinja takes for it: a text or a list that is not empty.
    fn holds(&self, source: &Source) -> Result<bool, String> {
        Ok(self.found(source).map_or_else(|| self.value(source), Ok)?.is_true())
    }

    /// Whether the value of an expression is true.
    fn truth(&self, source: &Source) -> Result<bool, String> {
        match self.found(source).filter(|found| found.kind() == ValueKind::Bool) {
            Some(found) => Ok(found.is_true()),
            None => Ok(self.value(source)?.is_true()),
        }
    }

    /// The items of an expression that gives a list.
    fn items(&self, source: &Source) -> Result<Vec<Value>, String> {
        let found = self.found(source).filter(|found| found.kind() == ValueKind::Seq);
        let list = found.map_or_else(|| self.value(source), Ok)?;
        Ok(list.try_iter().map_err(|error| format!("`{}`: {error}", source.name))?.collect())
    }

    /// The texts of an expression that gives a list of them.
    fn texts(&self, source: &Source) -> Result<Vec<String>, String> {
        let text = |item: Value| match item.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("`{}` must give texts, found {}", source.name, item.kind())),
        };
        self.items(source)?.into_iter().map(text).collect()
    }
}
