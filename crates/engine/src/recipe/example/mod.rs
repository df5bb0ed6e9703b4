//! From records to training examples, by data in the recipe.

mod droppable;
mod spec;

use std::collections::BTreeMap;

use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, UndefinedBehavior, Value};
use ragstill_core::{Conversation, Example, ExampleKind, Record, Role, Task, Triplet, Turn};

pub use spec::{ExampleSpec, Train, TurnSpec};

/// What the template of an expression sets.
const VALUE: &str = "value_of_the_expression";

/// What a turn within `each` calls the item.
const ITEM: &str = "item";

/// The compiled examples of a recipe.
#[derive(Debug)]
pub struct Examples {
    specs: Vec<ExampleSpec>,
    environment: Environment<'static>,
}

impl Examples {
    /// Compiles the templates.
    ///
    /// # Errors
    /// Every template that does not compile or uses a field that the records will not have, a sentence each, with the
    /// index of its example.
    pub fn compile(specs: &[ExampleSpec], fields: &[String]) -> Result<Self, Vec<(usize, String)>> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("droppable", droppable::filter);
        let mut faults = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            let mut templates = Templates { list: Vec::new(), faults: Vec::new() };
            templates.of(index, spec);
            faults.extend(templates.faults.into_iter().map(|fault| (index, fault)));
            for Template { name, source, in_each } in templates.list {
                let what = name.split_once('/').map_or("", |(_, what)| what).to_owned();
                if let Err(error) = environment.add_template_owned(name.clone(), source) {
                    faults.push((index, format!("`{what}` cannot be compiled: {error}")));
                    continue;
                }
                let Ok(template) = environment.get_template(&name) else { continue };
                let known = |used: &String| fields.contains(used) || (in_each && used == ITEM);
                let mut unknown: Vec<_> =
                    template.undeclared_variables(false).into_iter().filter(|used| !known(used)).collect();
                unknown.sort();
                for used in unknown {
                    let hint = super::suggest::suggest(&used, fields.iter().map(String::as_str));
                    faults.push((
                        index,
                        format!("`{what}` uses the field `{used}`, which no record has{hint}"),
                    ));
                }
            }
        }
        if faults.is_empty() { Ok(Self { specs: specs.to_vec(), environment }) } else { Err(faults) }
    }

    /// The examples of these kinds that a record makes: those whose `when` holds for it.
    ///
    /// # Errors
    /// A sentence naming the record, when a template fails on it.
    pub fn of(&self, record: &Record, kinds: &[ExampleKind]) -> Result<Vec<Example>, String> {
        let render = Render { environment: &self.environment, fields: Value::from(Serde(&record.fields)) };
        let wanted = self.specs.iter().enumerate().filter(|(_, spec)| kinds.contains(&spec.kind()));
        wanted
            .filter_map(|(index, spec)| match render.is_wanted(index, spec) {
                Ok(true) => Some(render.example(index, spec, record)),
                Ok(false) => None,
                Err(why) => Some(Err(why)),
            })
            .collect::<Result<_, String>>()
            .map_err(|why| format!("record {}: its example cannot be made: {why}", record.id))
    }
}

/// The fields of a record, and how templates see them.
struct Render<'a> {
    environment: &'a Environment<'static>,
    fields: Value,
}

impl Render<'_> {
    /// Whether the record is one of those that make the example.
    fn is_wanted(&self, index: usize, spec: &ExampleSpec) -> Result<bool, String> {
        let Some(_) = spec.when() else { return Ok(true) };
        Ok(self.value(&format!("{index}/when"), &self.fields)?.is_true())
    }

    fn example(&self, index: usize, spec: &ExampleSpec, record: &Record) -> Result<Example, String> {
        let id = record.id.clone();
        let text = |what: &str| self.text(&format!("{index}/{what}"), &self.fields);
        let list = |what: &str| self.texts(&format!("{index}/{what}"), &self.fields);
        Ok(match spec {
            ExampleSpec::Conversation { turns: specs, .. } => {
                let mut turns = Vec::new();
                self.turns(&format!("{index}/turn "), specs, &self.fields, &mut turns)?;
                if turns.is_empty() {
                    return Err("the conversation has no turns".to_owned());
                }
                Example::Conversation(Conversation { id, turns })
            }
            ExampleSpec::Task { metadata, .. } => {
                let answers = list("answers")?;
                if answers.is_empty() {
                    return Err("the task has no answers".to_owned());
                }
                let value = |name: &String| {
                    let value = self.value(&format!("{index}/metadata.{name}"), &self.fields)?;
                    let json = serde_json::to_value(value).map_err(|error| error.to_string())?;
                    Ok::<_, String>((name.clone(), json))
                };
                let metadata = metadata.keys().map(value).collect::<Result<_, _>>()?;
                Example::Task(Task { id, question: text("question")?, answers, metadata })
            }
            ExampleSpec::Triplet { .. } => Example::Triplet(Triplet {
                id,
                query: text("query")?,
                positives: list("positives")?,
                negatives: list("negatives")?,
            }),
        })
    }

    fn turns(
        &self,
        path: &str,
        specs: &[TurnSpec],
        fields: &Value,
        turns: &mut Vec<Turn>,
    ) -> Result<(), String> {
        for (number, spec) in specs.iter().enumerate() {
            let path = format!("{path}{}", number + 1);
            if spec.each.is_some() {
                for item in self.items(&format!("{path}.each"), fields)? {
                    let item = Value::from(BTreeMap::from([(ITEM, item)]));
                    let fields = merge_maps([item, fields.clone()]);
                    self.turns(&format!("{path}."), &spec.turns, &fields, turns)?;
                }
                continue;
            }
            let role = match spec.role.as_deref().and_then(Role::of) {
                Some(role) => role,
                None => {
                    let role = self.text(&format!("{path}.role"), fields)?;
                    Role::of(&role).ok_or_else(|| format!("`{path}.role`: there is no role `{role}`"))?
                }
            };
            let (text, droppable) = droppable::spans(self.text(&path, fields)?)?;
            let train = match &spec.train {
                None => role == Role::Assistant,
                Some(Train::Always(train)) => *train,
                Some(Train::When(_)) => self.value(&format!("{path}.train"), fields)?.is_true(),
            };
            turns.push(Turn { droppable, ..Turn::new(role, text, train) });
        }
        Ok(())
    }

    fn text(&self, name: &str, fields: &Value) -> Result<String, String> {
        let template = self.environment.get_template(name);
        template.and_then(|template| template.render(fields)).map_err(|error| error.to_string())
    }

    /// The value of an expression: what a template without a text has set.
    fn value(&self, name: &str, fields: &Value) -> Result<Value, String> {
        let template = self.environment.get_template(name).map_err(|error| error.to_string())?;
        let done = template.render_captured(fields).map_err(|error| error.to_string())?;
        let value = done.state().lookup(VALUE).filter(|value| !value.is_undefined());
        value.ok_or_else(|| format!("`{name}` has no value"))
    }

    /// The items of an expression that gives a list.
    fn items(&self, name: &str, fields: &Value) -> Result<Vec<Value>, String> {
        let items = self.value(name, fields)?.try_iter().map_err(|error| format!("`{name}`: {error}"))?;
        Ok(items.collect())
    }

    /// The texts of an expression that gives a list of them.
    fn texts(&self, name: &str, fields: &Value) -> Result<Vec<String>, String> {
        let text = |item: Value| match item.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("`{name}` must give texts, found {}", item.kind())),
        };
        self.items(name, fields)?.into_iter().map(text).collect()
    }
}

/// A template to compile.
struct Template {
    name: String,
    source: String,
    in_each: bool,
}

/// The templates of an example, and what is wrong with it.
struct Templates {
    list: Vec<Template>,
    faults: Vec<String>,
}

impl Templates {
    fn of(&mut self, index: usize, spec: &ExampleSpec) {
        match spec.when() {
            Some(expression) if expression.trim().is_empty() => {
                self.faults.push("`when` is blank; leave it out for all records".to_owned());
            }
            Some(expression) => self.value(format!("{index}/when"), expression, false),
            None => {}
        }
        let mut text = |what: &str, source: &str| self.text(format!("{index}/{what}"), source, false);
        match spec {
            ExampleSpec::Conversation { turns, .. } => self.turns(&format!("{index}/turn "), turns, false),
            ExampleSpec::Task { question, answers, metadata, .. } => {
                text("question", question);
                self.list(format!("{index}/answers"), answers, false);
                for (name, expression) in metadata {
                    self.value(format!("{index}/metadata.{name}"), expression, false);
                }
            }
            ExampleSpec::Triplet { query, positives, negatives, .. } => {
                text("query", query);
                self.list(format!("{index}/positives"), positives, false);
                self.list(format!("{index}/negatives"), negatives, false);
            }
        }
    }

    fn turns(&mut self, path: &str, specs: &[TurnSpec], in_each: bool) {
        for (number, spec) in specs.iter().enumerate() {
            let path = format!("{path}{}", number + 1);
            let what = path.split_once('/').map_or("", |(_, what)| what).to_owned();
            match spec {
                TurnSpec { each: Some(each), role: None, text: None, train: None, turns } => {
                    if turns.is_empty() {
                        self.faults.push(format!("`{what}` has `each` and no `turns`"));
                    }
                    self.list(format!("{path}.each"), each, in_each);
                    self.turns(&format!("{path}."), turns, true);
                }
                TurnSpec { each: None, role: Some(role), text: Some(text), train, turns }
                    if turns.is_empty() =>
                {
                    if !role.contains("{{") && Role::of(role).is_none() {
                        let hint = super::suggest::suggest(role, Role::ALL.map(Role::as_str));
                        self.faults.push(format!("`{what}`: there is no role `{role}`{hint}"));
                    }
                    self.text(format!("{path}.role"), role, in_each);
                    self.text(path.clone(), text, in_each);
                    if let Some(Train::When(expression)) = train {
                        self.value(format!("{path}.train"), &format!("({expression}) is true"), in_each);
                    }
                }
                _ => self
                    .faults
                    .push(format!("`{what}` must have either a `role` and a `text`, or `each` and `turns`")),
            }
        }
    }

    fn text(&mut self, name: String, source: &str, in_each: bool) {
        self.list.push(Template { name, source: source.trim_end().to_owned(), in_each });
    }

    fn value(&mut self, name: String, expression: &str, in_each: bool) {
        let source = format!("{{% set {VALUE} = ({expression}) %}}");
        self.list.push(Template { name, source, in_each });
    }

    fn list(&mut self, name: String, expression: &str, in_each: bool) {
        self.value(name, &format!("({expression}) | list"), in_each);
    }
}

#[cfg(test)]
mod tests;
