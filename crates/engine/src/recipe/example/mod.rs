//! From records to training examples, by data in the recipe.

mod droppable;
mod fields;
mod plan;
mod render;
mod spec;

use minijinja::{Environment, UndefinedBehavior};
use ragstill_core::{Example, ExampleKind};

pub(crate) use fields::View;
pub use spec::{ExampleSpec, Train, TurnSpec};

use fields::Names;
use plan::{ExamplePlan, Planner};

/// The compiled examples of a recipe.
#[derive(Debug)]
pub struct Examples {
    plans: Vec<ExamplePlan>,
    names: Names,
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
        let mut planner = Planner::new(environment, fields);
        let (mut plans, mut faults) = (Vec::new(), Vec::new());
        for (index, spec) in specs.iter().enumerate() {
            plans.push(planner.example(index, spec));
            faults.extend(planner.take_faults().map(|fault| (index, fault)));
        }
        let names = Names::in_sources(fields, &planner.sources);
        if faults.is_empty() {
            Ok(Self { plans, names, environment: planner.environment })
        } else {
            Err(faults)
        }
    }

    /// Reads from a record's line what the templates use of it.
    ///
    /// # Errors
    /// A sentence, when the line is no JSON object or has no id.
    pub(crate) fn view(&self, line: &[u8]) -> Result<View, String> {
        self.names.read(line)
    }

    /// The examples of these kinds that a record makes: those whose `when` holds for it.
    ///
    /// # Errors
    /// A sentence naming the record, when a template fails on it.
    pub(crate) fn of(&self, record: &View, kinds: &[ExampleKind]) -> Result<Vec<Example>, String> {
        let wanted = self.plans.iter().filter(|plan| kinds.contains(&plan.kind()));
        wanted
            .filter_map(|plan| render::example(&self.environment, plan, record).transpose())
            .collect::<Result<_, String>>()
            .map_err(|why| format!("record {}: its example cannot be made: {why}", record.id))
    }
}

#[cfg(test)]
mod tests;
