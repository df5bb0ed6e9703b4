//! From a tree of YAML to a recipe in which everything lines up.

use std::collections::BTreeMap;

use ragstill_export::Format;
use ragstill_teacher::{Prompts, ROLES, TeacherConfig};

use super::example::Examples;
use super::flow::check_flow;
use super::node::{Node, NodeKind};
use super::read::{at, fields_of, item_place, list_of, typed};
use super::settings::Recipe;
use super::steps::read_steps;
use super::suggest::suggest;
use crate::error::{Error, Result};
use crate::operator::{Registry, Work};

/// The names that a recipe may have at its top.
const TOP: &[&str] = &[
    "recipe",
    "description",
    "seed",
    "input",
    "teachers",
    "prompts",
    "max_cost",
    "limit",
    "steps",
    "examples",
    "split_by",
    "export",
    "snapshots",
    "log_calls",
    "meta_datagen",
];

/// A checked recipe, its operators made and its examples compiled.
pub struct Checked {
    /// The recipe.
    pub recipe: Recipe,
    /// An operator for each step.
    pub operators: Vec<Work>,
    /// The examples.
    pub examples: Examples,
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checked").field("recipe", &self.recipe).finish_non_exhaustive()
    }
}

/// Checks a recipe whole.
///
/// # Errors
/// Every fault at once, each with its place and, where a name is unknown, the nearest valid one.
pub fn check(node: &Node, registry: &Registry) -> Result<Checked> {
    let mut faults = Vec::new();
    let NodeKind::Map(entries) = &node.kind else {
        return Err(Error::mistake(format!(
            "{}: a recipe must be a map, found {}",
            node.place,
            node.kind_name()
        )));
    };
    for (name, place, _) in entries {
        if !TOP.contains(&name.as_str()) {
            faults.push(format!("{place}: a recipe has no `{name}`{}", suggest(name, TOP.iter().copied())));
        }
    }
    let recipe = Recipe {
        recipe: typed(node, "recipe", &mut faults).unwrap_or_else(|| "unnamed".to_owned()),
        description: typed(node, "description", &mut faults).unwrap_or_default(),
        seed: typed(node, "seed", &mut faults).unwrap_or(42),
        input: node.get("input").map(|node| fields_of(node, "input", &mut faults)).unwrap_or_default(),
        teachers: teachers(node, &mut faults),
        prompts: typed(node, "prompts", &mut faults).unwrap_or_default(),
        max_cost: typed(node, "max_cost", &mut faults),
        limit: typed(node, "limit", &mut faults),
        steps: match node.get("steps") {
            Some(steps) => read_steps(steps, registry, &mut faults),
            None => {
                faults.push(format!("{}: the recipe has no `steps`", node.place));
                Vec::new()
            }
        },
        examples: list_of(node, "examples", &mut faults),
        split_by: typed(node, "split_by", &mut faults).unwrap_or_else(|| vec!["source".to_owned()]),
        export: list_of(node, "export", &mut faults),
        snapshots: list_of(node, "snapshots", &mut faults),
        log_calls: typed(node, "log_calls", &mut faults).unwrap_or_default(),
        meta_datagen: typed(node, "meta_datagen", &mut faults).unwrap_or_default(),
    };
    if recipe.meta_datagen && !recipe.log_calls {
        faults.push(at(node, "meta_datagen: is made of the calls; set `log_calls: true` too"));
    }
    if recipe.max_cost.is_some_and(|cost| !(cost > 0.0 && cost.is_finite())) {
        faults.push(at(node, "max_cost: must be a number of US dollars above 0"));
    }
    if recipe.limit == Some(0) {
        faults.push(at(node, "limit: must be at least 1"));
    }
    if recipe.input.sample == Some(0) {
        faults.push(at(node, "input.sample: must be at least 1"));
    }
    if let Err(error) = recipe.input.read_options().check() {
        faults.extend(error.faults().iter().map(|fault| at(node, &format!("input.{fault}"))));
    }
    let prompts = Prompts::with_overrides(&recipe.prompts.0).unwrap_or_else(|error| {
        faults.push(error.to_string());
        Prompts::built_in()
    });
    let operators = build_operators(&recipe, registry, &prompts, &mut faults);
    if faults.is_empty()
        && let Err(error) = prompts.check_all_used()
    {
        faults.push(error.to_string());
    }
    let flow: Vec<_> = recipe
        .steps
        .iter()
        .zip(&operators)
        .filter_map(|(step, operator)| Some((step, operator.as_ref()?.fields())))
        .collect();
    // With a step missing, fields would be called unknown that are only not known yet.
    let complete = match node.get("steps").map(|node| &node.kind) {
        Some(NodeKind::List(items)) => flow.len() == items.len(),
        _ => false,
    };
    let mut lost = Vec::new();
    let known = check_flow(&recipe.input.fields, &flow, if complete { &mut faults } else { &mut lost });
    check_exports(&recipe, node, &mut faults);
    check_snapshots(&recipe, &operators, node, &mut faults);
    let examples = match Examples::compile(&recipe.examples, &known) {
        Ok(examples) => Some(examples),
        Err(found) => {
            if complete {
                let place = |index: usize| match node.get("examples").map(|node| &node.kind) {
                    Some(NodeKind::List(items)) => items.get(index).map(|item| item.place.to_string()),
                    _ => None,
                };
                faults.extend(found.into_iter().map(|(index, fault)| {
                    format!("{}: example {}: {fault}", place(index).unwrap_or_default(), index + 1)
                }));
            }
            None
        }
    };
    match (examples, faults.is_empty()) {
        (Some(examples), true) => {
            Ok(Checked { recipe, operators: operators.into_iter().flatten().collect(), examples })
        }
        _ => Err(Error::mistakes(faults)),
    }
}

fn build_operators(
    recipe: &Recipe,
    registry: &Registry,
    prompts: &Prompts,
    faults: &mut Vec<String>,
) -> Vec<Option<Work>> {
    recipe
        .steps
        .iter()
        .map(|step| {
            let built = registry.get(&step.operator)?.build(step.options.clone(), prompts);
            let at = step.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            built
                .map_err(|error| {
                    faults.extend(
                        error.faults().iter().map(|fault| format!("{at}step `{}`: {fault}", step.name)),
                    );
                })
                .ok()
        })
        .collect()
}

fn check_exports(recipe: &Recipe, node: &Node, faults: &mut Vec<String>) {
    for (index, spec) in recipe.export.iter().enumerate() {
        let place = item_place(node, "export", index);
        let name = &spec.format;
        match ragstill_export::find_format(name) {
            None => {
                let hint = suggest(name, ragstill_export::FORMATS.iter().map(|format| format.name));
                faults.push(format!("{place}: there is no export format `{name}`{hint}"));
            }
            Some(format) => {
                if !recipe.examples.iter().any(|example| format.kinds.contains(&example.kind())) {
                    faults.push(format!("{place}: {}", no_examples(format, "the recipe")));
                }
            }
        }
        faults.extend(spec.faults().iter().map(|fault| format!("{place}: export `{name}`: {fault}")));
    }
}

/// The fault of a format whose kinds of examples something does not make.
pub(crate) fn no_examples(format: &Format, who: &str) -> String {
    let kinds: Vec<_> = format.kinds.iter().map(|kind| kind.as_str()).collect();
    format!("the format `{}` holds {} examples, and {who} makes none", format.name, kinds.join(" or "))
}

fn check_snapshots(recipe: &Recipe, operators: &[Option<Work>], node: &Node, faults: &mut Vec<String>) {
    let row_wise = recipe.steps.iter().zip(operators).filter(|(_, work)| !matches!(work, Some(Work::All(_))));
    let steps: Vec<&str> = row_wise.map(|(step, _)| step.name.as_str()).collect();
    for (index, spec) in recipe.snapshots.iter().enumerate() {
        let place = item_place(node, "snapshots", index);
        faults.extend(spec.faults(&steps).iter().map(|fault| format!("{place}: snapshot: {fault}")));
    }
}

fn teachers(root: &Node, faults: &mut Vec<String>) -> BTreeMap<String, TeacherConfig> {
    let mut teachers = BTreeMap::new();
    if let Some(node) = root.get("teachers").filter(|node| !node.is_null()) {
        let NodeKind::Map(entries) = &node.kind else {
            faults.push(format!(
                "{}: `teachers` must be a map from roles to teachers, found {}",
                node.place,
                node.kind_name()
            ));
            return teachers;
        };
        for (role, place, settings) in entries {
            if !ROLES.contains(&role.as_str()) {
                let hint = suggest(role, ROLES.iter().copied());
                faults.push(format!("{place}: there is no teacher role `{role}`{hint}"));
                continue;
            }
            let before = faults.len();
            let config: TeacherConfig = fields_of(settings, &format!("teachers.{role}"), faults);
            if faults.len() == before {
                let found = config.faults();
                faults.extend(found.iter().map(|fault| at(root, &format!("teachers.{role}.{fault}"))));
            }
            teachers.insert(role.clone(), config);
        }
    }
    teachers.entry("default".to_owned()).or_default();
    teachers
}
